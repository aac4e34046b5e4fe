"""Rows of tasks: written with their cause, moved from a known state only, each step an event beside it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson
from sqlalchemy import Connection, and_, func, insert, or_, select, update

from hub.errors import StoreError
from hub.store.case_tables import CaseFile
from hub.store.driver import Driver
from hub.store.post_tables import Outbox
from hub.store.tables import core
from hub.store.task_tables import Task, TaskEvent, TaskPost

Ref = tuple[str, int]
"""(home, id) of a row."""

TASK, EVENT, POST = core(Task), core(TaskEvent), core(TaskPost)
_OUTBOX, _CASE = core(Outbox), core(CaseFile)

ENDED = ("refused", "completed", "failed", "recalled")
"""States after which nothing follows."""

JOINED = "also_asked"
"""Event of a task that another record asked for too: it is told what came of it as well."""

ASKED, TOLD, WORD, READ = "asked", "told", "word", "read"
"""Ways of a delivery: the request itself; what came of it; word of it to people; the question whether they read it."""

_MOST = 500  # values of one IN list


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task as it stands; every column of `hub.store.task_tables.Task`. No personal data."""

    home: str
    id: int
    cause: str
    code: str
    kind: str
    docking: str | None
    purpose: str | None
    asked_by: str
    asked_of: str
    record_home: str | None
    record: int | None
    answer_home: str | None
    answer: int | None
    number: str | None
    parent: int | None
    route: str | None
    answers: int
    state: str
    reason: str
    outcome: str | None
    requested: str
    received: str | None
    read: str | None
    accepted: str | None
    ended: str | None
    rule: str | None
    yellow: str | None
    red: str | None
    due: str | None
    paused: str | None
    lamp: str
    rung: int
    changed: str

    @property
    def ref(self) -> Ref:
        """Its number."""
        return self.home, self.id

    @property
    def asking(self) -> Ref | None:
        """The record it was asked for."""
        return None if self.record is None or self.record_home is None else (self.record_home, self.record)

    @property
    def answering(self) -> Ref | None:
        """The record that answers it."""
        return None if self.answer is None or self.answer_home is None else (self.answer_home, self.answer)


@dataclass(frozen=True, slots=True)
class TaskStep:
    """One event of a task. ``told`` is opened JSON."""

    id: int
    at: str
    kind: str
    by: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PostRow:
    """A delivery of a task, and how its outbox row stands. ``number`` and ``error`` are the outbox row's."""

    key: str
    home: str
    task: int
    way: str
    target: str
    kind: str
    seen: str | None
    state: str
    outbox_home: str
    outbox: int
    number: str | None
    error: str | None
    ended: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """How often one body asked another for something, and what came of it: numerators beside their denominators.

    ``settled`` are those of ``completed`` that came to an agreement: a body that says it is done (``closed``) says no
    more than that.
    """

    asked_by: str
    asked_of: str
    kind: str
    docking: str | None
    purpose: str | None
    asked: int
    ended: int
    completed: int
    settled: int
    failed: int
    refused: int


def add(connection: Connection, values: Mapping[str, Any]) -> Ref | None:
    """Write a new task; None where its cause has one already."""
    if connection.scalar(select(TASK.c.id).where(TASK.c.cause == values["cause"])) is not None:
        return None
    (number,) = Driver.of(connection).ids("task", values["home"], 1)
    connection.execute(insert(TASK).values(id=number, **values))
    return values["home"], number


def one(connection: Connection, ref: Ref) -> TaskRow:
    """One task. Raises StoreError when there is none."""
    row = connection.execute(select(*_columns()).where(*_this(ref))).first()
    if row is None:
        raise StoreError(f"no task {ref[0]}-{ref[1]}", where="store", hint="hub task list")
    return TaskRow(*row)


def change(connection: Connection, ref: Ref, before: str, values: Mapping[str, Any]) -> bool:
    """Lay values over a task that is in the state ``before``; whether it was."""
    done = connection.execute(update(TASK).where(*_this(ref), TASK.c.state == before).values(**values))
    return bool(done.rowcount)


def note(
    connection: Connection, ref: Ref, *, at: str, kind: str, by: str, told: Mapping[str, Any] | None = None
) -> None:
    """Add an event. ``told`` is JSON without personal data."""
    (number,) = Driver.of(connection).ids("task_event", ref[0], 1)
    body = orjson.dumps(told or {}, option=orjson.OPT_SORT_KEYS).decode()
    row = {"home": ref[0], "id": number, "task": ref[1], "at": at, "kind": kind, "by": by, "told": body}
    connection.execute(insert(EVENT).values(**row))


def steps(connection: Connection, ref: Ref) -> list[TaskStep]:
    """The events of a task, oldest first."""
    columns = (EVENT.c.id, EVENT.c.at, EVENT.c.kind, EVENT.c.by, EVENT.c.told)
    of_task = (EVENT.c.home == ref[0], EVENT.c.task == ref[1])
    rows = connection.execute(select(*columns).where(*of_task).order_by(EVENT.c.at, EVENT.c.id))
    return [TaskStep(row.id, row.at, row.kind, row.by, orjson.loads(row.told)) for row in rows]


def joined(connection: Connection, ref: Ref) -> list[Ref]:
    """The records that asked for a task beside its own, in their order."""
    told = (str(step.told["record"]).partition("-") for step in steps(connection, ref) if step.kind == JOINED)
    return [(home, int(number)) for home, _, number in told]


def of_cases(connection: Connection, codes: Collection[str]) -> dict[str, list[TaskRow]]:
    """Tasks by the leading case they belong to, oldest first; of the cases they lead as well."""
    led = led_by(connection, codes)
    found: dict[str, list[TaskRow]] = {}
    for part in _parts(list(led)):
        statement = select(*_columns()).where(TASK.c.code.in_(part)).order_by(TASK.c.requested, TASK.c.id)
        for row in connection.execute(statement):
            task = TaskRow(*row)
            found.setdefault(led[task.code], []).append(task)
    return found


def door(body: str) -> str:
    """The source through which a body is reached: itself, or the one it stands behind (``exec/ZR330110``)."""
    return body.partition("/")[0]


def by_number(connection: Connection, bodies: Collection[str], numbers: Collection[str]) -> list[TaskRow]:
    """Tasks of these bodies that they know under one of these numbers, or under the key of the delivery that asked."""
    if not (bodies and numbers):
        return []
    keyed = (
        select(POST.c.home, POST.c.task).where(POST.c.key.in_(list(numbers)[:_MOST]), POST.c.way == ASKED).subquery()
    )
    statement = (
        select(*_columns())
        .outerjoin(keyed, and_(keyed.c.home == TASK.c.home, keyed.c.task == TASK.c.id))
        .where(TASK.c.asked_of.in_(bodies), or_(TASK.c.number.in_(list(numbers)[:_MOST]), keyed.c.task.is_not(None)))
        .order_by(TASK.c.requested, TASK.c.id)
    )
    return [TaskRow(*row) for row in connection.execute(statement)]


def led_by(connection: Connection, codes: Collection[str]) -> dict[str, str]:
    """These leading codes and all codes they lead, each with its leader."""
    led = {code: code for code in codes}
    ahead = list(codes)
    while ahead:
        after: list[str] = []
        for part in _parts(ahead):
            statement = select(_CASE.c.code, _CASE.c.merged_into).where(_CASE.c.merged_into.in_(part))
            for row in connection.execute(statement):
                if row.code not in led:
                    led[row.code] = led[row.merged_into]
                    after.append(row.code)
        ahead = after
    return led


def listed(
    connection: Connection,
    *,
    states: Sequence[str] = (),
    asked_of: str = "",
    code: str = "",
    kind: str = "",
    lamp: str = "",
    unseen: bool = False,
    after: Ref | None = None,
    most: int = 50,
) -> list[TaskRow]:
    """Tasks, newest first.

    ``unseen``: only those whose request nobody has confirmed and nothing is on its way, and those of which something
    could not be told.
    """
    statement = select(*_columns())
    if states:
        statement = statement.where(TASK.c.state.in_(states))
    if asked_of:
        statement = statement.where(TASK.c.asked_of == asked_of)
    if code:
        statement = statement.where(TASK.c.code.in_(list(led_by(connection, [code]))))
    if kind:
        statement = statement.where(TASK.c.kind == kind)
    if lamp:
        statement = statement.where(TASK.c.lamp == lamp, TASK.c.ended.is_(None))
    if unseen:
        mine = and_(POST.c.home == TASK.c.home, POST.c.task == TASK.c.id)
        asked = select(POST.c.key).where(mine, POST.c.way == ASKED)
        lost = select(POST.c.key).where(mine, POST.c.open == 1, POST.c.seen.is_not(None))
        answered = and_(POST.c.way == ASKED, POST.c.seen == "refused")  # a refusal is a receipt
        statement = statement.where(
            or_(and_(TASK.c.state == "requested", ~asked.exists()), lost.where(~answered).exists())
        )
    if after:
        spot = select(TASK.c.requested).where(*_this(after)).scalar_subquery()
        older = and_(TASK.c.requested == spot, TASK.c.id < after[1])
        statement = statement.where(or_(TASK.c.requested < spot, older))
    statement = statement.order_by(TASK.c.requested.desc(), TASK.c.id.desc(), TASK.c.home).limit(most)
    return [TaskRow(*row) for row in connection.execute(statement)]


def any_task(connection: Connection) -> bool:
    """Whether there is any task at all: while there is none, records move nothing."""
    return connection.scalar(select(TASK.c.id).limit(1)) is not None


def ever_asked(connection: Connection) -> dict[str, list[str]]:
    """The bodies that were ever asked for anything, by the source through which each is reached."""
    found: dict[str, list[str]] = {}
    for body in connection.scalars(select(TASK.c.asked_of).distinct()):
        found.setdefault(door(body), []).append(body)
    return found


def posted(connection: Connection, ref: Ref, *, key: str, way: str, target: str, kind: str) -> None:
    """Note a delivery that a task gave cause to. The same key again changes nothing."""
    if connection.scalar(select(POST.c.key).where(POST.c.key == key)) is None:
        row = {"key": key, "home": ref[0], "task": ref[1], "way": way, "target": target, "kind": kind, "open": 1}
        connection.execute(insert(POST).values(**row))


def followed(connection: Connection, key: str, state: str, *, still: bool) -> None:
    """What the outbox row of that key came to has been followed; ``still`` open while it may change again."""
    connection.execute(update(POST).where(POST.c.key == key).values(seen=state, open=int(still)))


def news(connection: Connection, most: int) -> list[PostRow]:
    """Deliveries of tasks whose outbox row has ended since it was last followed."""
    changed = or_(POST.c.seen.is_(None), POST.c.seen != _OUTBOX.c.state)
    statement = _posts().where(POST.c.open == 1, _OUTBOX.c.ended.is_not(None), changed).limit(most)
    return [
        PostRow(*row) for row in connection.execute(statement.order_by(_OUTBOX.c.ended, _OUTBOX.c.home, _OUTBOX.c.id))
    ]


def posts(connection: Connection, ref: Ref) -> list[PostRow]:
    """The deliveries of one task, the request first."""
    statement = _posts().where(POST.c.home == ref[0], POST.c.task == ref[1])
    rows = [PostRow(*row) for row in connection.execute(statement)]
    return sorted(rows, key=lambda row: (row.outbox_home, row.outbox))


def figures(connection: Connection, *, since: str = "") -> list[Figure]:
    """Requests by who asked, who was asked and what for, from ``since`` (UTC text) on, most first."""
    keys = (TASK.c.asked_by, TASK.c.asked_of, TASK.c.kind, TASK.c.docking, TASK.c.purpose)
    statement = select(*keys, TASK.c.state, TASK.c.outcome, func.count()).where(TASK.c.requested >= since)
    found: dict[tuple[Any, ...], Counter[str]] = {}
    for *key, state, outcome, count in connection.execute(statement.group_by(*keys, TASK.c.state, TASK.c.outcome)):
        tally = found.setdefault(tuple(key), Counter())
        tally["asked"] += count
        tally["ended"] += count if state in ENDED else 0
        tally[state] += count
        if outcome == "settled":
            tally["settled"] += count
    names = ("asked", "ended", "completed", "settled", "failed", "refused")
    rows = [Figure(*key, *(tally[name] for name in names)) for key, tally in found.items()]
    return sorted(rows, key=lambda row: (-row.asked, row.asked_by, row.asked_of, row.docking or "", row.purpose or ""))


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many tasks there are, by state and lamp."""
    statement = select(TASK.c.state, TASK.c.lamp, func.count()).group_by(TASK.c.state, TASK.c.lamp)
    return {(row[0], row[1]): row[2] for row in connection.execute(statement)}


def _posts() -> Any:
    columns = (
        *(POST.c[name] for name in ("key", "home", "task", "way", "target", "kind", "seen")),
        *(_OUTBOX.c[name] for name in ("state", "home", "id", "number", "error", "ended")),
    )
    return select(*columns).join(_OUTBOX, _OUTBOX.c.key == POST.c.key)


def _parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _MOST] for start in range(0, len(values), _MOST))


def _columns() -> list[Any]:
    return [TASK.c[each.name] for each in fields(TaskRow)]


def _this(ref: Ref) -> tuple[Any, ...]:
    return TASK.c.home == ref[0], TASK.c.id == ref[1]
