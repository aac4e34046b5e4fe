"""The journal of cases: what the hub itself has to tell of them (the table `CaseEvent`); records tell the rest.

An event is written in the transaction of what it tells of. It bears codes, numbers and few words, nothing personal: it
is shown to all who may see the case. What it tells under ``told`` is up to its kind; `KINDS` names those of the house.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, select, update

from hub.errors import StoreError
from hub.store.case_tables import CaseEvent, CaseFile
from hub.store.cases import Ref
from hub.store.driver import Driver
from hub.store.store import Store
from hub.store.tables import core

EVENT, CASE = core(CaseEvent), core(CaseFile)
CHUNK = 500  # codes a statement

KINDS: Mapping[str, str] = {
    "issued": "赋码",
    "joined": "并入一件",
    "merged": "并案",
    "unmerged": "撤销并案",
    "split": "拆案",
    "conflict": "状态冲突",
    "resolved": "冲突已核",
    "reopened": "重新办理",
    "withdrawn": "撤回",
    "corrected": "更正",
    "lifted": "撤销更正",
    "alias": "加注编号",
    "consultation": "会商",
    "assigned": "指派调解员",
    "list": "清单",
    "task": "任务",
    "referral": "移送",
    "deadline": "时限",
}
"""Kinds of events in Chinese. ``task.refused`` and ``deadline.red`` are of the kind before the dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An event to be written. ``home`` is the case's; it is looked up where it is not given."""

    code: str
    kind: str
    at: str
    by: str
    told: Mapping[str, Any] = field(default_factory=dict)
    record: Ref | None = None
    version: int | None = None
    task: int | None = None
    open: bool = False
    home: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is kept. ``open``: a conflict that nobody has settled."""

    home: str
    id: int
    code: str
    at: str
    kind: str
    by: str
    record: Ref | None
    version: int | None
    task: int | None
    told: Mapping[str, Any]
    open: bool


def note(
    connection: Connection,
    store: Store,
    code: str,
    *,
    kind: str,
    at: str,
    by: str,
    told: Mapping[str, Any] = {},
    record: Ref | None = None,
    version: int | None = None,
    task: int | None = None,
    open: bool = False,
) -> int:
    """Write one event of a case, in the caller's transaction; answers its number.

    ``at`` is UTC text; ``by`` is ``linker``, ``sweeper``, a source or ``person:NAME`` with a user's name. ``store`` is
    taken as every write of the casework takes it; an event holds nothing to be sealed. Raises StoreError for a case
    that is not there.
    """
    return note_all(
        connection,
        [Noted(code=code, kind=kind, at=at, by=by, told=told, record=record, version=version, task=task, open=open)],
    )[0]


def note_all(connection: Connection, notes: Sequence[Noted]) -> list[int]:
    """As `note`, for many: one look-up, one insert. Answers their numbers, in order."""
    homes = _homes(connection, {each.code for each in notes if not each.home})
    of = [each.home or homes[each.code] for each in notes]
    driver = Driver.of(connection)
    numbers = {home: iter(driver.ids(CaseEvent.__tablename__, home, of.count(home))) for home in set(of)}
    ids = [next(numbers[home]) for home in of]
    rows = [
        (
            *(home, number, each.code, each.at, each.kind, each.by, *(each.record or (None, None))),
            *(each.version, each.task, orjson.dumps(each.told).decode(), int(each.open)),
        )
        for home, number, each in zip(of, ids, notes, strict=True)
    ]
    driver.insert(CaseEvent, rows)
    return ids


def events(connection: Connection, codes: Iterable[str]) -> list[Event]:
    """All events of these cases (by the code they happened to), in the order of time, then of writing."""
    wanted = sorted(set(codes))
    found: list[Event] = []
    for start in range(0, len(wanted), CHUNK):
        statement = select(EVENT).where(EVENT.c.code.in_(wanted[start : start + CHUNK]))
        found += map(_event, connection.execute(statement))
    return sorted(found, key=lambda each: (each.at, each.home, each.id))


def settle(connection: Connection, event: Ref, *, at: str, by: str, why: str) -> None:
    """Close an open conflict: a person has looked at it. Raises StoreError where there is none of that number."""
    spot = (EVENT.c.home == event[0], EVENT.c.id == event[1], EVENT.c.open == 1)
    row = connection.execute(select(EVENT).where(*spot)).first()
    if row is None:
        raise StoreError(f"no open conflict {event[0]}-{event[1]}", where="case", hint="hub case timeline shows them")
    connection.execute(update(EVENT).where(*spot).values(open=0))
    of = _event(row)
    told = {"conflict": of.id, "why": why}
    note_all(
        connection,
        [Noted(code=of.code, kind="resolved", at=at, by=by, told=told, record=of.record, version=of.version)],
    )


def _homes(connection: Connection, codes: set[str]) -> dict[str, str]:
    wanted, found = sorted(codes), {}
    for start in range(0, len(wanted), CHUNK):
        statement = select(CASE.c.code, CASE.c.home).where(CASE.c.code.in_(wanted[start : start + CHUNK]))
        found.update({row.code: row.home for row in connection.execute(statement)})
    if missing := codes - found.keys():
        raise StoreError(f"no case {min(missing)}", where="case")
    return found


def _event(row: Any) -> Event:
    record = (row.record_home, row.record) if row.record is not None else None
    return Event(
        *(row.home, row.id, row.code, row.at, row.kind, row.by, record, row.version, row.task),
        *(orjson.loads(row.told), bool(row.open)),
    )
