"""The resource pool of mediators: who is there, who fits a case, and who was given to it.

The seeds name the pool (row 46: mediators with field, region and load; row 54: the four-force pool of Xianju) but not
how one is chosen. That is ours: who knows the item before who knows the category before who takes any; then the
nearest region; then who has the most room. Who is full, or of another field, is not offered. Each offer says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from hub.casework import cases, journal
from hub.casework.pool_list import Listed
from hub.errors import StoreError
from hub.store import cases as rows
from hub.store.case_tables import CaseFile
from hub.store.cases import Ref
from hub.store.driver import Driver
from hub.store.pool_tables import Assignment, Mediator
from hub.store.store import Store
from hub.store.tables import core
from hub.store.vault import Keyring
from schemas.identity import mask, mask_name
from schemas.life import Stage

MEDIATOR, ASSIGNMENT, CASE = core(Mediator), core(Assignment), core(CaseFile)
CHUNK = 500

USUAL_CAPACITY: Final = 10
"""Matters at once that one is taken to bear whose capacity nobody told; such a one is never full."""

BUSY: Final = frozenset(
    each.value
    for each in (
        *(Stage.RECEIVED, Stage.TRIAGED, Stage.DISPATCHED, Stage.ACCEPTED, Stage.HANDLING, Stage.MEDIATING),
        *(Stage.FLOWED_BACK, Stage.REOPENED),
    )
)
"""Stages of a case at which its mediator has work with it; a case of no known stage counts too."""

NEAR: Final[Mapping[int, str]] = {
    12: "同村 same village", 9: "同乡镇 same town", 6: "同县 same county", 4: "同市 same city", 2: "同省 same province",
    0: "不同省 elsewhere",
}  # fmt: skip
"""How many leading digits of the region are shared, and what that is called."""

FITS: Final[Mapping[int | None, str]] = {
    2: "事项 item",
    1: "大类 category",
    0: "不限 any field",
    None: "不符 another field",
}


@dataclass(frozen=True, slots=True)
class InPool:
    """A mediator as the pool has them now. ``load`` counts the list's and the hub's own open assignments.

    ``name`` and ``phone`` are masked unless asked for in clear; they stay out of the ``repr``.
    """

    home: str
    id: int
    number: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    organisation: str
    region: str
    fields: tuple[str, ...]
    capacity: int | None
    load: int
    active: bool

    @property
    def full(self) -> bool:
        """Whether they bear as many as they can."""
        return self.capacity is not None and self.load >= self.capacity

    @property
    def share(self) -> float:
        """How much of what they can bear they have, 0 to 1 and beyond."""
        return self.load / (USUAL_CAPACITY if self.capacity is None else max(self.capacity, 1))


@dataclass(frozen=True, slots=True)
class Offer:
    """A mediator who could take a case: how well the field ``fits`` (`FITS`), how ``near`` they are (`NEAR`)."""

    mediator: InPool
    fits: int | None
    near: int

    @property
    def why(self) -> dict[str, Any]:
        """The reasons, as they are kept and shown; nothing personal."""
        return {
            "field": FITS[self.fits],
            "region": NEAR[self.near],
            "load": f"{self.mediator.load}/{self.mediator.capacity or '-'}",
        }


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a list: mediators that are new, changed, and as they were."""

    new: int
    changed: int
    unchanged: int


def offers(pool: Iterable[InPool], *, item: str | None, category: str | None, region: str) -> list[Offer]:
    """Who could take a matter of that item, category and region, the best first. Pure."""
    able = [
        Offer(each, found, near(each.region, region))
        for each in pool
        if each.active and not each.full and (found := fits(each.fields, item, category)) is not None
    ]
    return sorted(able, key=lambda each: (-(each.fits or 0), -each.near, each.mediator.share, each.mediator.number))


def fits(fields: Sequence[str], item: str | None, category: str | None) -> int | None:
    """How well a matter fits who takes these fields: a number of `FITS`, None where it does not."""
    if not fields:
        return 0
    if item is not None and item in fields:
        return 2
    if category is not None and category in fields:
        return 1
    return None


def near(one: str, other: str) -> int:
    """How many leading digits two regions share that mean a level: 12, 9, 6, 4, 2 or 0."""
    most = min(_depth(one), _depth(other))
    return next((width for width in NEAR if width <= most and one[:width] == other[:width]), 0)


def _depth(region: str) -> int:
    """To which digit a 12-digit code says something: a county's ends after 6."""
    code = region.ljust(12, "0")
    for width, start in ((12, 9), (9, 6), (6, 4), (4, 2), (2, 0)):
        if code[start:width].strip("0"):
            return width
    return 0


def keep(connection: Connection, store: Store, home: str, listed: Sequence[Listed], *, at: str) -> Kept:
    """Put a list into the pool of ``home``: by number, else by name and phone. Who is not in it stays as they are."""
    known = {row.number: row for row in connection.execute(select(MEDIATOR).where(MEDIATOR.c.home == home))}
    new: dict[str, Listed] = {}
    changed = unchanged = 0
    for each in listed:
        number = each.number or _number(store.keyring, each)
        row = known.get(number)
        if row is None:
            new[number] = each
        elif _open_values(row) == _values(each) and _opened(store.keyring, row) == _sealed_part(each):
            unchanged += 1
        else:
            sealed = _sealed(store.keyring, (home, row.id), each)
            spot = (MEDIATOR.c.home == home, MEDIATOR.c.id == row.id)
            connection.execute(update(MEDIATOR).where(*spot).values(**_values(each), **sealed, changed=at))
            changed += 1
    ids = Driver.of(connection).ids("mediator", home, len(new))
    new_rows = [
        {"home": home, "id": id, "number": number, **_values(each), **_sealed(store.keyring, (home, id), each),
         "changed": at}
        for id, (number, each) in zip(ids, new.items(), strict=True)
    ]  # fmt: skip
    if new_rows:
        connection.execute(insert(MEDIATOR), new_rows)
    return Kept(len(new), changed, unchanged)


def pool(connection: Connection, store: Store, *, clear: bool = False) -> list[InPool]:
    """All mediators with what they have to do now, by home and number. ``clear`` is the caller's to audit."""
    loads = _loads(connection)
    found = []
    for row in connection.execute(select(MEDIATOR).order_by(MEDIATOR.c.home, MEDIATOR.c.number)):
        told = _opened(store.keyring, row)
        name, phone = (told["name"], told["phone"]) if clear else (mask_name(told["name"]), mask(told["phone"]))
        load = row.load + loads.get((row.home, row.id), 0)
        found.append(
            InPool(
                *(row.home, row.id, row.number, name, phone, row.organisation, row.region, tuple(row.fields.split())),
                *(row.capacity, load, bool(row.active)),
            )
        )
    return found


def assign(
    connection: Connection, store: Store, code: str, mediator: Ref, *, why: Mapping[str, Any], by: str, at: str
) -> Ref:
    """Give a case to a mediator; whoever had it is relieved. Answers the assignment's number.

    ``why`` is kept and shown: reasons, nothing personal. Raises StoreError where there is no such case or mediator, or
    they have it already.
    """
    leader = cases.lead(connection, code)
    row = connection.execute(
        select(MEDIATOR.c.number, MEDIATOR.c.organisation).where(
            MEDIATOR.c.home == mediator[0], MEDIATOR.c.id == mediator[1]
        )
    ).first()
    if row is None:
        raise StoreError(f"no mediator {mediator[0]}-{mediator[1]}", where="pool", hint="hub mediator list")
    held = _held(connection, leader)
    before = connection.execute(select(ASSIGNMENT.c.home, ASSIGNMENT.c.mediator).where(*held)).all()
    if any(tuple(each) == mediator for each in before):
        raise StoreError(f"{row.number} has this case already", where="pool", hint="hub mediator list shows the load")
    connection.execute(update(ASSIGNMENT).where(*held).values(ended=at))
    (number,) = Driver.of(connection).ids("assignment", mediator[0], 1)
    told = orjson.dumps(dict(why)).decode()
    connection.execute(
        insert(ASSIGNMENT).values(
            home=mediator[0], id=number, mediator=mediator[1], code=leader, at=at, by=by, why=told, ended=None
        )
    )
    shown = {"mediator": row.number, "organisation": row.organisation, "why": dict(why)}
    journal.note(connection, store, leader, kind="assigned", at=at, by=by, told=shown)
    return mediator[0], number


def assigned(connection: Connection, code: str) -> Ref | None:
    """Who has the case now: (home, id) of a mediator."""
    held = _held(connection, cases.lead(connection, code))
    latest = select(ASSIGNMENT.c.home, ASSIGNMENT.c.mediator).where(*held).order_by(ASSIGNMENT.c.at.desc()).limit(1)
    row = connection.execute(latest).first()
    return (row.home, row.mediator) if row else None


def _held(connection: Connection, leader: str) -> tuple[ColumnElement[bool], ...]:
    """Open assignments of a case and of those it leads: each had its own before they were merged."""
    return ASSIGNMENT.c.code.in_(rows.led_by(connection, [leader])), ASSIGNMENT.c.ended.is_(None)


def _loads(connection: Connection) -> dict[Ref, int]:
    """Open assignments by mediator whose case still has work for them. A case that was merged counts by its leader."""
    leader = CASE.alias("leader")
    told = func.coalesce(leader.c.stage, CASE.c.stage)
    statement = (
        select(ASSIGNMENT.c.home, ASSIGNMENT.c.mediator, func.count())
        .join(CASE, CASE.c.code == ASSIGNMENT.c.code)
        .outerjoin(leader, leader.c.code == CASE.c.merged_into)
        .where(ASSIGNMENT.c.ended.is_(None), told.is_(None) | told.in_(BUSY))
        .group_by(ASSIGNMENT.c.home, ASSIGNMENT.c.mediator)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(statement)}


def _number(keyring: Keyring, each: Listed) -> str:
    """For one the list gives no number: the same name and phone are the same one. Tells nothing of either."""
    return "m" + keyring.digest(f"mediator|{each.name}|{each.phone}".encode()).hex()[:12]


def _values(each: Listed) -> dict[str, Any]:
    return {
        "organisation": each.organisation,
        "region": each.region,
        "fields": " ".join(each.fields),
        "capacity": each.capacity,
        "load": each.load,
        "active": int(each.active),
    }


def _open_values(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("organisation", "region", "fields", "capacity", "load", "active")}


def _sealed_part(each: Listed) -> dict[str, str]:
    return {"name": each.name, "phone": each.phone}


def _sealed(keyring: Keyring, spot: Ref, each: Listed) -> dict[str, Any]:
    key_id = keyring.current
    return {"key_id": key_id, "body": keyring.seal(orjson.dumps(_sealed_part(each)), _place(spot, key_id))}


def _opened(keyring: Keyring, row: Any) -> dict[str, str]:
    told: dict[str, str] = orjson.loads(
        keyring.open(row.key_id, bytes(row.body), _place((row.home, row.id), row.key_id))
    )
    return told


def _place(spot: Ref, key_id: str) -> bytes:
    return f"mediator|{spot[0]}|{spot[1]}|{key_id}".encode()
