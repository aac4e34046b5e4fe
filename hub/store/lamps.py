"""Statements over all open tasks at once: lamps that turn, tasks that have come to a rung, rungs nobody needs."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, String, and_, case, cast, exists, func, literal, or_, select, update

from hub.store.driver import Driver
from hub.store.tables import core
from hub.store.task_tables import Task, TaskEvent
from hub.store.tasks import ENDED, Ref, TaskRow

TASK = core(Task)
_COLUMNS = [TASK.c[each.name] for each in fields(TaskRow)]
OPEN = ("requested", "received", "accepted", "in_progress")


class Turned(NamedTuple):
    """A task whose lamp has turned."""

    home: str
    id: int
    code: str
    kind: str


def turn(connection: Connection, lamp: str, now: str) -> list[Turned]:
    """Turn the lamps of all open tasks that are past their yellow (or red) by ``now``; those that turned."""
    statement = update(TASK).where(*_turning(lamp, now)).values(lamp=lamp, changed=now)
    returned = statement.returning(TASK.c.home, TASK.c.id, TASK.c.code, TASK.c.kind)
    return [Turned(*row) for row in connection.execute(returned)]


def any_turning(connection: Connection, now: str) -> bool:
    """Whether a lamp is to be turned: read before a write lock is asked for."""
    ready = or_(*(and_(*_turning(lamp, now)) for lamp in ("red", "yellow")))
    return connection.scalar(select(literal(1)).where(exists().where(ready))) is not None


def next_turn(connection: Connection, now: str) -> str | None:
    """When the next lamp of an open task turns, after ``now``."""
    marks = [func.min(case((column >= now, column))) for column in (TASK.c.yellow, TASK.c.red)]
    found = connection.execute(select(*marks).where(*_running())).one()
    return min((each for each in found if each is not None), default=None)


def told(connection: Connection, turned: Sequence[Turned], *, kind: str, at: str, by: str, lamp: str) -> None:
    """An event for each of these tasks, in bulk."""
    driver = Driver.of(connection)
    body = orjson.dumps({"lamp": lamp}).decode()
    by_home: dict[str, list[Turned]] = {}
    for each in turned:
        by_home.setdefault(each.home, []).append(each)
    for home, those in by_home.items():
        ids = driver.ids("task_event", home, len(those))
        rows = [(home, number, each.id, at, kind, by, body) for number, each in zip(ids, those, strict=True)]
        driver.insert(TaskEvent, rows)


def to_climb(
    connection: Connection,
    *,
    rule: str | None,
    others: Collection[str],
    kinds: Collection[str],
    rung: int,
    after: str,
    reached: str,
    now: str,
    most: int,
) -> list[TaskRow]:
    """Open tasks one rung below ``rung`` whose lamp became ``after`` by ``reached``, oldest first.

    ``rule`` None: of all rules but ``others``. Tasks of ``kinds`` are not urged. The rung below must have had its time:
    its own task is due before ``now``.
    """
    below = TASK.alias("below")
    wanted: list[ColumnElement[bool]] = [
        *_running(),
        TASK.c.rung == rung - 1,
        TASK.c.lamp.in_(("red",) if after == "red" else ("yellow", "red")),
        TASK.c[after] <= reached,
        TASK.c.kind.not_in(list(kinds)),
    ]
    if rule is not None:
        wanted.append(TASK.c.rule == rule)
    elif others:
        wanted.append(or_(TASK.c.rule.is_(None), TASK.c.rule.not_in(list(others))))
    if rung > 1:
        its = and_(below.c.cause == _cause(rung - 1), func.coalesce(below.c.due, "") < now)
        wanted.append(exists().where(its))
    statement = select(*_COLUMNS).where(*wanted).order_by(TASK.c[after], TASK.c.home, TASK.c.id).limit(most)
    return [TaskRow(*row) for row in connection.execute(statement)]


def cause_of(ref: Ref, rung: int) -> str:
    """What a rung of a task follows from: the task and the rung, so that it is asked for once."""
    return f"ladder {ref[0]}-{ref[1]} {rung}"


def climbed(connection: Connection, refs: Sequence[Ref], rung: int, now: str) -> None:
    """Note that these tasks stand on a rung now."""
    Driver.of(connection).many(
        "UPDATE task SET rung = ?, changed = ? WHERE home = ? AND id = ?", [(rung, now, *ref) for ref in refs]
    )


def moot(connection: Connection, kinds: Collection[str], most: int) -> list[Ref]:
    """Open tasks of these kinds whose own task has ended: nobody needs to be urged to it any more."""
    urged = TASK.alias("urged")
    statement = (
        select(TASK.c.home, TASK.c.id)
        .join(urged, and_(urged.c.home == TASK.c.home, urged.c.id == TASK.c.parent))
        .where(TASK.c.state.in_(OPEN), TASK.c.kind.in_(list(kinds)))
        .where(urged.c.state.in_(ENDED))
        .order_by(TASK.c.home, TASK.c.id)
        .limit(most)
    )
    return [(row.home, row.id) for row in connection.execute(statement)]


def counts(connection: Connection) -> dict[str, int]:
    """How many open tasks there are by lamp; ``paused`` are those whose clock stands."""
    shown = case((TASK.c.paused.is_not(None), "paused"), else_=TASK.c.lamp)
    statement = select(shown, func.count()).where(TASK.c.state.in_(OPEN)).group_by(shown)
    return {row[0]: row[1] for row in connection.execute(statement)}


def _running() -> tuple[ColumnElement[bool], ...]:
    return TASK.c.state.in_(OPEN), TASK.c.paused.is_(None)


def _turning(lamp: str, now: str) -> tuple[ColumnElement[bool], ...]:
    before = ("green", "yellow") if lamp == "red" else ("green",)
    return (*_running(), TASK.c.lamp.in_(before), TASK.c[lamp] < now)


def _cause(rung: int) -> ColumnElement[str]:
    return literal("ladder ") + TASK.c.home + "-" + cast(TASK.c.id, String) + f" {rung}"
