"""The terms of records: a petition that comes to be reviewed has a clock by law, though nobody hands it to anyone.

``schemas/deadlines/stages.csv`` says at which stage a record of a channel runs under which rule, and which step of its
own starts the clock. The term is a task of the body that holds the record: lamps, sweep, pauses and ladder are those of
every task. It begins when the record comes to the stage, and ends when it leaves it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from hub.casework import tasks
from hub.casework.deadlines import StageTerm, read_time
from hub.casework.desk import Desk
from hub.casework.moves import Moved
from hub.casework.tasks import HUB, Kind, NewTask, TaskState
from hub.clock import utc_text
from hub.store import facts
from hub.store import tasks as rows
from hub.store.facts import Standing
from hub.store.store import Store
from hub.store.tasks import Ref, TaskRow
from schemas.life import Stage

PURPOSE: Final = "term"
"""What marks the task of a record's own term."""

PAST: Final = timedelta(days=30)
"""A term that ended longer ago when it is first heard of is history: it urges nobody."""


class StageClocks:
    """Begins and ends the terms of records as they move. It is a `hub.casework.moves.Follow`.

    ``desk`` knows the channels of the sources, and the terms.
    """

    def __init__(self, desk: Desk, store: Store) -> None:
        self.desk, self.store = desk, store

    def __call__(self, connection: Connection, moved: Sequence[Moved], now: datetime) -> None:
        """What follows of these moves; where none comes to a stage with a term, or from one, nothing is asked of the
        store."""
        concerned = [each for each in moved if self._of(each.source, each.stage) or self._of(each.source, each.before)]
        last = {(each.home, each.record): each for each in concerned}
        standing = facts.standing(connection, last)
        for ref, each in last.items():
            self._follow(connection, each, standing[ref], now)

    def _of(self, source: str, stage: str | None) -> StageTerm | None:
        manifest = self.desk.receivers.manifest(source) if stage else None
        return self.desk.terms.stages.get((manifest.channel, Stage(stage))) if manifest and stage else None

    def _follow(self, connection: Connection, moved: Moved, record: Standing, now: datetime) -> None:
        """End what the record has left, begin what it has come to. What it only passed through begins nothing."""
        in_case = rows.of_cases(connection, [moved.code]).get(moved.code, ())
        terms = [row for row in in_case if row.purpose == PURPOSE]
        mine = [row for row in terms if row.asking == record.ref and row.ended is None]
        term = None if record.deleted else self._of(record.source, record.stage)
        begun = self._begun(connection, term, record, mine, now) if term else ""
        for row in mine:
            left = term is None or row.rule != term.rule
            if left or (row.requested != begun and not moved.quiet):  # a remap puts no start right: it begins none
                self._end(connection, row, term, record, now)
        if term is None or moved.quiet or any(_is(row, term, begun) for row in terms):
            return  # another record of the case may tell of the same review
        counted = self.desk.terms.counted(term.rule, requested=begun, received=begun, accepted=begun)
        if counted is not None and now <= counted.due + PAST:
            self._begin(connection, term, record, moved.code, begun)

    def _begun(
        self, connection: Connection, term: StageTerm, record: Standing, mine: Sequence[TaskRow], now: datetime
    ) -> str:
        """When the clock starts, as UTC text: the last step of that name, but for one that is to come; where none is
        told, as the open term has it, else when the hub had the record."""
        steps: Sequence[Mapping[str, Any]] = facts.body(connection, self.store, record).get("steps") or ()
        told = [step.get("at") or "" for step in steps if step.get("action") == term.step]
        past = [at for at in told if at and at <= utc_text(now)]
        same = [row.requested for row in mine if row.rule == term.rule]
        return max(past) if past else same[0] if same else record.stored

    def _begin(self, connection: Connection, term: StageTerm, record: Standing, code: str, begun: str) -> None:
        """The body had it when it was asked for: the clock of the law starts there, whenever the hub heard of it."""
        number = f"{record.home}-{record.id}"
        task = NewTask(
            home=record.home, cause=f"term {term.rule}: record {number} {begun}", code=code, kind=Kind.REVIEW,
            purpose=PURPOSE, asked_by=HUB, asked_of=record.source, record=record.ref, rule=term.rule,
            told={"stage": term.stage.value, "record": number},
        )  # fmt: skip
        since = read_time(begun)
        ref = self.desk.request(connection, task, now=since)
        if ref is not None:
            self._move(connection, ref, TaskState.RECEIVED, record, since)

    def _end(
        self, connection: Connection, row: TaskRow, term: StageTerm | None, record: Standing, now: datetime
    ) -> None:
        """Completed where the record went on; recalled where it is gone, was withdrawn, or its start was put right."""
        moot = (
            "record.deleted" if record.deleted
            else "withdrawn" if record.stage == Stage.WITHDRAWN
            else "start.moved" if term is not None and term.rule == row.rule
            else ""
        )  # fmt: skip
        self._move(connection, row.ref, TaskState.RECALLED if moot else TaskState.COMPLETED, record, now, moot)

    def _move(
        self, connection: Connection, ref: Ref, state: TaskState, record: Standing, now: datetime, reason: str = ""
    ) -> None:
        done = state is TaskState.COMPLETED and record.stage
        tasks.move(
            connection, self.store, ref, state, by=record.source, now=now, reason=reason,
            outcome=Stage(record.stage) if done and record.stage else None, terms=self.desk.terms,
        )  # fmt: skip


def _is(row: TaskRow, term: StageTerm | None, begun: str) -> bool:
    """Whether a task is that term, begun then."""
    return term is not None and row.rule == term.rule and row.requested == begun
