"""Lists whose matters are ticked off one by one (挂号销号): those a source tells, and those kept by hand.

A matter is ticked off by a proof only. A source that says it is done without one leaves it `Listing.UNPROVED`, which is
listed still; a person is refused. What is kept by hand are two events of the case (``list.on``, ``list.off``): the last
of each list says where it stands, and a merge brings both cases' lists together.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from hub.casework import cases, journal
from hub.errors import StoreError
from hub.nearest import did_you_mean
from hub.store import cases as rows
from hub.store import entries
from hub.store.case_tables import CaseEvent
from hub.store.entries import EntryHead
from hub.store.store import Store
from hub.store.tables import core
from schemas.life import Listing, listing

ON: Final = "list.on"
OFF: Final = "list.off"
EVENT = core(CaseEvent)


@dataclass(frozen=True, slots=True)
class OnList:
    """A matter on a list: whose task it is, since when (a day or UTC text), where it stands, who tells so (an entry's
    number, or who did it by hand). By hand ``code`` is the case it was listed for, which another may lead by now, and
    ``proof`` what it was ticked off by; an entry holds its own."""

    name: str
    owner: str | None
    since: str | None
    stands: Listing
    told_by: str
    code: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class ListCount:
    """A list, and how many of its matters stand where. What is ``unproved`` is listed still."""

    name: str
    listed: int
    unproved: int
    ticked_off: int


def told_lists(told: Iterable[EntryHead]) -> list[OnList]:
    """The lists among these entries: rows whose status is a `Listing`."""
    return [
        OnList(head.name or "", head.owner, head.period, Listing(head.status), f"{head.home}-{head.id}")
        for head in told
        if head.kind == "row" and head.status in set(Listing)
    ]


def kept_lists(connection: Connection, code: str) -> list[OnList]:
    """Those the case that leads ``code`` is on by hand, by their names."""
    return [each for (_, _), each in sorted(_kept(connection, rows.led_by(connection, [cases.lead(connection, code)])))]


def lists(connection: Connection) -> list[ListCount]:
    """All lists there are, by name."""
    found = dict(entries.states(connection, set(Listing)))
    for (_, name), each in _kept(connection, None):
        found[name, each.stands] = found.get((name, each.stands), 0) + 1
    return [
        ListCount(
            name, *(found.get((name, each), 0) for each in (Listing.LISTED, Listing.UNPROVED, Listing.TICKED_OFF))
        )
        for name in sorted({name for name, _ in found})
    ]


def enlist(
    connection: Connection, store: Store, code: str, name: str, *, owner: str, by: str, at: str, why: str
) -> None:
    """Put a case on a list: whose task it is (a body), and why. Raises StoreError for a case that is on it."""
    leader = cases.lead(connection, code)
    if any(each.name == name and each.stands is Listing.LISTED for each in kept_lists(connection, leader)):
        raise StoreError(f'it is on the list "{name}"', where=f"case {leader}", hint="hub case show tells its lists")
    told = {"list": name, "owner": owner, "why": why}
    journal.note(connection, store, leader, kind=ON, at=at, by=by, told=told)


def tick_off(
    connection: Connection, store: Store, code: str, name: str, *, proof: str, by: str, at: str, why: str
) -> None:
    """Tick a case off a list kept by hand; ``proof`` is the number of the paper that shows it is done.

    Raises StoreError without a proof, for one that reads as a person's number, and for a case that is not on the list.
    """
    leader = cases.lead(connection, code)
    if listing(at, proof) is not Listing.TICKED_OFF:
        raise StoreError("nothing is ticked off without a proof", where=f"case {leader}", hint="the paper's number")
    cases.refuse_personal(proof)
    on = {each.name: each.code for each in kept_lists(connection, leader) if each.stands is Listing.LISTED}
    if name not in on:
        hint = did_you_mean(name, on, none="what a source lists is ticked off there")
        raise StoreError(f'it is on no list "{name}" kept here', where=f"case {leader}", hint=hint)
    told = {"list": name, "proof": proof.strip(), "why": why}
    journal.note(connection, store, on[name], kind=OFF, at=at, by=by, told=told)  # stays with it through an unmerge


def _kept(connection: Connection, codes: Collection[str] | None) -> Iterable[tuple[tuple[str, str], OnList]]:
    """By leading case and list, as the last event says; ``codes`` None: of all cases."""
    wanted = [EVENT.c.open == 0, EVENT.c.kind.in_((ON, OFF))]
    if codes is not None:
        wanted.append(EVENT.c.code.in_(sorted(codes)))
    columns = (EVENT.c.code, EVENT.c.kind, EVENT.c.at, EVENT.c.by, EVENT.c.told)
    events = connection.execute(select(*columns).where(*wanted).order_by(EVENT.c.at, EVENT.c.home, EVENT.c.id)).all()
    leading = rows.leads(connection, {each.code for each in events})
    found: dict[tuple[str, str], OnList] = {}
    for each in events:
        told: Mapping[str, Any] = orjson.loads(each.told)
        spot = leading[each.code], told["list"]
        if each.kind == ON:
            found[spot] = OnList(told["list"], told["owner"] or None, each.at, Listing.LISTED, each.by, each.code)
        elif spot in found:
            found[spot] = replace(found[spot], stands=Listing.TICKED_OFF, told_by=each.by, proof=told["proof"])
    return found.items()
