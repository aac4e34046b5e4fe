"""Consultation (联席会商): bodies and persons called together over one case, at one of four levels.

The four levels are those of the seeds (seed 002, rows 24 and 54: Xiaoshan's escalated consultation, Xianju's four-level
one): grid and village, town, department with the county's centre, county leaders. What a level may call, that it is
raised one by one, that each body called has a task to answer by the meeting, and what may come of it is ours: no public
rule says so.

What is said there may name people: persons, agenda and conclusion are sealed; events and tasks hold bodies and numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import Connection, insert, select, update

from hub.casework import cases, journal, tasks
from hub.casework.tasks import Kind, NewTask, TaskState
from hub.clock import utc_text
from hub.errors import StoreError
from hub.store import cases as rows
from hub.store import tasks as asked
from hub.store.case_tables import CaseFile
from hub.store.cases import Ref
from hub.store.driver import Driver
from hub.store.pool_tables import Consultation
from hub.store.store import Store
from hub.store.tables import core
from hub.store.vault import Keyring

CONSULTATION, CASE = core(Consultation), core(CaseFile)

LEVELS: Final[Mapping[int, str]] = {
    1: "网格村社 grid and village",
    2: "镇街 town",
    3: "部门与县级中心 department and county centre",
    4: "县级领导 county leaders",
}
"""The levels, from the ground up."""

PURPOSE: Final = "consultation"


class State(StrEnum):
    """What came of a consultation. ``raised`` led to one at the next level; ``closed`` ended without a result."""

    CALLED = "called"
    SETTLED = "settled"
    RAISED = "raised"
    CLOSED = "closed"


STATES: Final[Mapping[State, str]] = {
    State.CALLED: "已召集", State.SETTLED: "已化解", State.RAISED: "已提级", State.CLOSED: "已结束",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Who is called and when. ``bodies`` are names of bodies or sources; ``meets`` is aware. ``reception`` is the day
    of reception it is set on (`hub.casework.receptions`): the event of the case names it.

    Persons and agenda are sealed: they stay out of the ``repr``.
    """

    bodies: tuple[str, ...]
    meets: datetime | None = None
    reception: Ref | None = None
    persons: tuple[str, ...] = field(default=(), repr=False)
    agenda: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Consulted:
    """A consultation as it is kept. ``persons``, ``agenda`` and ``conclusion`` are empty unless opened."""

    home: str
    id: int
    code: str
    level: int
    state: State
    bodies: tuple[str, ...]
    meets: str | None
    called: str
    called_by: str
    ended: str | None
    ended_by: str | None
    raised_from: int | None
    persons: tuple[str, ...] = field(default=(), repr=False)
    agenda: str = field(default="", repr=False)
    conclusion: str = field(default="", repr=False)


def call(
    connection: Connection, store: Store, code: str, level: int, meeting: Meeting, *, by: str, now: datetime
) -> Ref:
    """Call a consultation for the case that leads ``code``: an event of the case, and a task for each body.

    Raises StoreError while another one of the case is open (`raise_level` leads up from it), and for a level that is
    none.
    """
    leader = cases.lead(connection, code)
    for each in consultations(connection, store, leader):
        if each.state is State.CALLED:
            hint = f"conclude it, or raise it: hub case consult {leader} --raise"
            raise StoreError(f"a consultation at level {each.level} is open", where=f"case {leader}", hint=hint)
    return _call(connection, store, leader, level, meeting, by=by, now=now, raised_from=None)


def conclude(
    connection: Connection, store: Store, code: str, state: State, *, conclusion: str, by: str, now: datetime
) -> Ref:
    """End the open consultation of a case as settled or closed; tasks still open for it are recalled.

    Raises StoreError where none is open.
    """
    if state not in (State.SETTLED, State.CLOSED):
        raise ValueError("a consultation ends settled or closed; raise_level raises it")
    of = open_one(connection, store, code)
    return _end(connection, store, of, state, conclusion=conclusion, by=by, now=now)


def raise_level(
    connection: Connection, store: Store, code: str, meeting: Meeting, *, conclusion: str, by: str, now: datetime
) -> Ref:
    """End the open consultation of a case and call one at the next level. Raises StoreError at the highest, or if none
    is open."""
    of = open_one(connection, store, code)
    if of.level + 1 not in LEVELS:
        raise StoreError("the highest level has been called", where=f"case {of.code}", hint="conclude it")
    _end(connection, store, of, State.RAISED, conclusion=conclusion, by=by, now=now)
    return _call(connection, store, of.code, of.level + 1, meeting, by=by, now=now, raised_from=of.id)


def consultations(connection: Connection, store: Store, code: str, *, clear: bool = False) -> list[Consulted]:
    """Those of a case and of the cases it leads, oldest first: each keeps the code it was called for, and goes with it
    when a merge is taken back. With ``clear`` persons and words are opened: the caller audits that."""
    held = rows.led_by(connection, [cases.lead(connection, code)])
    found = connection.execute(
        select(CONSULTATION)
        .where(CONSULTATION.c.code.in_(held))
        .order_by(CONSULTATION.c.called, CONSULTATION.c.home, CONSULTATION.c.id)
    )
    return [_consulted(store.keyring, row, clear=clear) for row in found]


def open_one(connection: Connection, store: Store, code: str) -> Consulted:
    """The open consultation of a case, opened: of two that were open before a merge the one called first. Raises
    StoreError where there is none."""
    for each in consultations(connection, store, code, clear=True):
        if each.state is State.CALLED:
            return each
    raise StoreError("no consultation is open", where=f"case {code}", hint="hub case consult CODE --level 1 --body ...")


def home_of(connection: Connection, code: str) -> str:
    """The region a case is kept under."""
    return str(connection.execute(select(CASE.c.home).where(CASE.c.code == code)).scalar_one())


def _call(
    connection: Connection, store: Store, code: str, level: int, meeting: Meeting, *, by: str, now: datetime,
    raised_from: int | None,
) -> Ref:  # fmt: skip
    if level not in LEVELS:
        raise StoreError(f"no level {level}", where=f"case {code}", hint=f"levels {min(LEVELS)} to {max(LEVELS)}")
    home = home_of(connection, code)
    (number,) = Driver.of(connection).ids("consultation", home, 1)
    at = utc_text(now)
    meets = utc_text(meeting.meets) if meeting.meets else None
    words = {"persons": meeting.persons, "agenda": meeting.agenda, "conclusion": ""}
    connection.execute(
        insert(CONSULTATION).values(
            home=home, id=number, code=code, level=level, state=State.CALLED.value,
            bodies=orjson.dumps(meeting.bodies).decode(), meets=meets, called=at, called_by=by,
            raised_from=raised_from, **_sealed(store.keyring, (home, number), words),
        )
    )  # fmt: skip
    told = {"consultation": f"{home}-{number}", "level": level, "state": State.CALLED.value, "bodies": meeting.bodies}
    when = {"meets": meets} if meets else {}
    if meeting.reception:
        when["reception"] = f"{meeting.reception[0]}-{meeting.reception[1]}"
    journal.note(connection, store, code, kind=PURPOSE, at=at, by=by, told=told | when)
    for body in dict.fromkeys(meeting.bodies):
        task = NewTask(
            home=home, cause=f"consultation {home}-{number} {body}", code=code, kind=Kind.DISPOSAL, purpose=PURPOSE,
            asked_by=by, asked_of=body, due=meeting.meets, by=by,
            told={"consultation": f"{home}-{number}", "level": level},
        )  # fmt: skip
        tasks.request(connection, store, task, now=now)
    return home, number


def _end(
    connection: Connection, store: Store, of: Consulted, state: State, *, conclusion: str, by: str, now: datetime
) -> Ref:
    at, spot = utc_text(now), (of.home, of.id)
    words = {"persons": of.persons, "agenda": of.agenda, "conclusion": conclusion}
    connection.execute(
        update(CONSULTATION)
        .where(CONSULTATION.c.home == of.home, CONSULTATION.c.id == of.id)
        .values(state=state.value, ended=at, ended_by=by, **_sealed(store.keyring, spot, words))
    )
    told = {"consultation": f"{of.home}-{of.id}", "level": of.level, "state": state.value}
    journal.note(connection, store, of.code, kind=PURPOSE, at=at, by=by, told=told)
    _recall(connection, store, of, by=by, now=now)
    return spot


def _recall(connection: Connection, store: Store, of: Consulted, *, by: str, now: datetime) -> None:
    """Tasks of a consultation that is over ask for nothing any more."""
    cause = f"consultation {of.home}-{of.id} "
    of_case = asked.of_cases(connection, [cases.lead(connection, of.code)])
    for task in (task for some in of_case.values() for task in some):
        if task.cause.startswith(cause) and task.ended is None:
            reason = "consultation over"
            tasks.move(connection, store, task.ref, TaskState.RECALLED, by=by, now=now, reason=reason)


def _consulted(keyring: Keyring, row: Any, *, clear: bool) -> Consulted:
    words: dict[str, Any] = {}
    if clear:
        place = _place((row.home, row.id), row.key_id)
        words = orjson.loads(keyring.open(row.key_id, bytes(row.body), place))
        words["persons"] = tuple(words["persons"])
    return Consulted(
        *(row.home, row.id, row.code, row.level, State(row.state), tuple(orjson.loads(row.bodies)), row.meets),
        *(row.called, row.called_by, row.ended, row.ended_by, row.raised_from),
        **words,
    )


def _sealed(keyring: Keyring, spot: Ref, words: Mapping[str, Sequence[str] | str]) -> dict[str, Any]:
    key_id = keyring.current
    return {"key_id": key_id, "body": keyring.seal(orjson.dumps(words), _place(spot, key_id))}


def _place(spot: Ref, key_id: str) -> bytes:
    return f"consultation|{spot[0]}|{spot[1]}|{key_id}".encode()
