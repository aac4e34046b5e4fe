"""A task's clock: stopped for a reason its rule knows, set going again, extended once.

The steps of the task tell all of it; what is due is counted from them anew each time.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from hub.casework import journal
from hub.casework.calendar import Pause
from hub.casework.deadlines import Deadline, read_time
from hub.casework.terms import Terms, lamp
from hub.clock import utc_text
from hub.errors import StoreError
from hub.store import tasks
from hub.store.store import Store
from hub.store.tasks import Ref, TaskRow, TaskStep

PAUSED, RESUMED, EXTENDED = "paused", "resumed", "extended"


def pause(connection: Connection, store: Store, ref: Ref, *, reason: str, by: str, now: datetime, terms: Terms) -> None:
    """Stop the clock of an open task. Raises StoreError when it stands, or for a reason its rule does not know."""
    row, rule = _clocked(connection, ref, terms)
    if row.paused is not None:
        raise StoreError(f"the clock of task {ref[0]}-{ref[1]} stands already", where="deadlines")
    if reason not in rule.pauses:
        known = ", ".join(sorted(rule.pauses)) or "none"
        raise StoreError(
            f'the clock of "{rule.name}" does not stand for that', where="deadlines", hint=f"known: {known}"
        )
    _step(connection, store, row, PAUSED, {"paused": utc_text(now)}, by=by, now=now, told={"reason": reason})


def resume(connection: Connection, store: Store, ref: Ref, *, by: str, now: datetime, terms: Terms) -> None:
    """Set the clock of a task going again. Raises StoreError when it goes."""
    row, _ = _clocked(connection, ref, terms)
    if row.paused is None:
        raise StoreError(f"the clock of task {ref[0]}-{ref[1]} goes", where="deadlines")
    pauses, extended = _told(tasks.steps(connection, ref))
    times = _times(row, terms, [*pauses, (read_time(row.paused), now)], extended=extended)
    values = {"paused": None, **times, "lamp": lamp(now, times["yellow"], times["red"])}
    _step(connection, store, row, RESUMED, values, by=by, now=now, told={name: times[name] for name in times})


def extend(
    connection: Connection, store: Store, ref: Ref, *, reason: str, by: str, now: datetime, terms: Terms
) -> None:
    """Grant the one extension the rule knows; ``reason`` in few words. Raises StoreError for a second, or for none."""
    row, rule = _clocked(connection, ref, terms)
    pauses, extended = _told(tasks.steps(connection, ref))
    if extended or not rule.extension:
        why = "was extended before" if extended else f'under "{rule.name}" cannot be extended'
        raise StoreError(f"task {ref[0]}-{ref[1]} {why}", where="deadlines", hint=rule.basis)
    times = _times(row, terms, pauses, extended=True)
    values = {**times, "lamp": lamp(now, times["yellow"], times["red"])}
    _step(connection, store, row, EXTENDED, values, by=by, now=now, told={"reason": reason, **times})


def recounted(connection: Connection, ref: Ref, terms: Terms) -> dict[str, str | None]:
    """``yellow``, ``red`` and ``due`` of a task from all its steps, for its row; empty for one without a rule."""
    row = tasks.one(connection, ref)
    if row.rule is None:
        return {}
    pauses, extended = _told(tasks.steps(connection, ref))
    return _times(row, terms, pauses, extended=extended)


def _clocked(connection: Connection, ref: Ref, terms: Terms) -> tuple[TaskRow, Deadline]:
    row = tasks.one(connection, ref)
    if row.ended is not None:
        raise StoreError(f"task {ref[0]}-{ref[1]} is {row.state}", where="deadlines")
    if row.rule is None:
        raise StoreError(f"task {ref[0]}-{ref[1]} has no rule: its day was set by a person", where="deadlines")
    return row, terms.rule(row.rule)


def _told(steps: Iterable[TaskStep]) -> tuple[list[Pause], bool]:
    """The pauses that are over, and whether the term was extended."""
    pauses: list[Pause] = []
    since: datetime | None = None
    extended = False
    for step in steps:
        at = read_time(step.at)
        if step.kind == PAUSED:
            since = at
        elif step.kind == RESUMED and since is not None:
            pauses.append((since, at))
            since = None
        extended = extended or step.kind == EXTENDED
    return pauses, extended


def _times(row: TaskRow, terms: Terms, pauses: list[Pause], *, extended: bool) -> dict[str, str | None]:
    if row.rule is None:
        raise AssertionError("a task without a rule is not counted")
    return terms.times(
        row.rule,
        requested=row.requested,
        received=row.received,
        accepted=row.accepted,
        pauses=pauses,
        extended=extended,
    )


def _step(
    connection: Connection,
    store: Store,
    row: TaskRow,
    kind: str,
    values: dict[str, str | None],
    *,
    by: str,
    now: datetime,
    told: dict[str, str | None],
) -> None:
    at = utc_text(now)
    if not tasks.change(connection, row.ref, row.state, {**values, "changed": at}):
        raise StoreError(f"task {row.home}-{row.id} has just changed", where="deadlines", hint="look again")
    tasks.note(connection, row.ref, at=at, kind=kind, by=by, told=told)
    whole = {"task": f"{row.home}-{row.id}", **told}
    journal.note(connection, store, row.code, kind=f"task.{kind}", at=at, by=by, told=whole, task=row.id)
