"""The sweep: lamps of open tasks turn by the clock, and the ladder is climbed where nobody answered.

Lamps turn by two statements over all tasks; each rung of the ladder is a task of its own with a cause of its own, so
that it is asked for once, whoever sweeps and however often.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from sqlalchemy import Connection

from hub import events
from hub.casework import journal, tasks
from hub.casework.deadlines import read_time
from hub.casework.desk import Desk
from hub.casework.ladder import URGING, Rung
from hub.casework.tasks import Kind, NewTask, TaskState
from hub.casework.terms import Terms
from hub.casework.watching import tell_watchers
from hub.clock import utc_now, utc_text
from hub.settings import Settings
from hub.store import lamps
from hub.store.cases import take_turn
from hub.store.store import Store
from hub.store.tasks import TaskRow

BY: Final = "sweeper"
EVERY_S: Final = 10.0
"""Seconds between two looks at the most: an order of 110 is counted in seconds."""

LEAST_S: Final = 1.0
MOST: Final = 200
"""Rungs climbed in one transaction."""


@dataclass(slots=True)
class Swept:
    """What a sweep did: lamps turned, rungs climbed, rungs recalled because their task had ended."""

    yellow: int = 0
    red: int = 0
    climbed: int = 0
    recalled: int = 0

    def __iadd__(self, other: "Swept") -> "Swept":
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self

    def __bool__(self) -> bool:
        return bool(self.yellow or self.red or self.climbed or self.recalled)


def sweep(connection: Connection, now: datetime, desk: Desk | None = None) -> Swept:
    """Turn the lamps of all open tasks by ``now``, with an event of each task and of its case; paused ones stay.

    By a ``desk`` those who watch are told of the red ones.
    """
    at = utc_text(now)
    swept = Swept()
    for lamp in ("red", "yellow"):  # red first: who passed both turns once
        turned = lamps.turn(connection, lamp, at)
        lamps.told(connection, turned, kind=f"lamp.{lamp}", at=at, by=BY, lamp=lamp)
        journal.note_all(
            connection,
            [
                journal.Noted(
                    code=each.code,
                    kind=f"deadline.{lamp}",
                    at=at,
                    by=BY,
                    told={"task": f"{each.home}-{each.id}"},
                    task=each.id,
                )
                for each in turned
            ],
        )
        setattr(swept, lamp, len(turned))
        if lamp == "red" and desk is not None:
            tell_watchers(connection, desk, [each for each in turned if each.kind not in URGING], now)
    return swept


def climb(
    connection: Connection,
    store: Store,
    now: datetime,
    terms: Terms,
    *,
    desk: Desk | None = None,
    most: int = MOST,
) -> Swept:
    """Ask for up to ``most`` rungs that are reached by ``now``, and recall those whose task has ended.

    By a ``desk`` its word goes to the body; without one it stands in the list of tasks only. A rung follows when its
    lamp has stood as long as the ladder says and the rung below has had its own time to be answered: after a standstill
    of the hub nobody is called to an interview unreminded.
    """
    at, swept = utc_text(now), Swept()
    take_turn(connection)  # two that climb at once would ask for the same rung
    for ref in lamps.moot(connection, URGING, most):
        swept.recalled += tasks.move(connection, store, ref, TaskState.RECALLED, by=BY, now=now, reason="task.ended")
    for rung, rows in reached(connection, now, terms, most):
        for row in rows:
            asked = _asked(row, rung)
            if desk is None:
                tasks.request(connection, store, asked, now=now, terms=terms)
            else:
                desk.urge(connection, row, asked, now=now)
        lamps.climbed(connection, [row.ref for row in rows], rung.number, at)
        swept.climbed += len(rows)
    return swept


def reached(connection: Connection, now: datetime, terms: Terms, most: int) -> list[tuple[Rung, list[TaskRow]]]:
    """The rungs tasks have come to by ``now``, with up to ``most`` of those tasks in all."""
    own = [name for name in terms.rungs if name != "*"]
    found: list[tuple[Rung, list[TaskRow]]] = []
    for rung in (rung for rungs in terms.rungs.values() for rung in rungs):
        rows = lamps.to_climb(
            connection,
            rule=None if rung.rule == "*" else rung.rule,
            others=own,
            kinds=URGING,
            rung=rung.number,
            after=rung.after,
            reached=utc_text(rung.reached(now, terms.calendar)),
            now=utc_text(now),
            most=most,
        )
        if rows:
            found.append((rung, rows))
            most -= len(rows)
        if most <= 0:
            break
    return found


def _asked(row: TaskRow, rung: Rung) -> NewTask:
    return NewTask(
        home=row.home,
        cause=lamps.cause_of(row.ref, rung.number),
        code=row.code,
        kind=Kind(rung.kind),
        asked_by=row.asked_by,
        asked_of=row.asked_of,
        record=row.asking,
        parent=row.id,
        rule=rung.deadline,
        by=BY,
        told={"rung": rung.number, "urges": f"{row.home}-{row.id}"},
    )


class Sweeper:
    """Sweeps beside the daemon's reads: each step one look or one batch of rungs, in a transaction of its own.

    A look that finds nothing to do takes no write lock. Word goes out by the ``desk``; without one there is none.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        clock: Callable[[], datetime] = utc_now,
        desk: Desk | None = None,
    ) -> None:
        self.store, self.clock, self.desk = store, clock, desk
        self.terms = Terms.load(settings.deadlines)
        self._next: datetime | None = None
        self._climbing = False

    @property
    def busy(self) -> bool:
        """Whether rungs wait to be climbed."""
        return self._climbing

    def step(self) -> None:
        """Look when it is time, or go on with the ladder."""
        now = self.clock()
        if self._climbing or self._next is None or now >= self._next:
            self._look(now)

    def drain(self) -> Swept:
        """Sweep until nothing is left to do now; what was done."""
        now, done = self.clock(), Swept()
        while swept := self._look(now):
            done += swept
        return done

    def close(self) -> None:
        """Nothing is half done."""

    def _look(self, now: datetime) -> Swept:
        began, swept = monotonic(), Swept()
        at = utc_text(now)
        with self.store.database.reading() as connection:
            turning = lamps.any_turning(connection, at)
        if turning:
            with self.store.database.transaction() as connection:
                swept += sweep(connection, now, self.desk)
        if self._waiting(now):
            with self.store.database.transaction() as connection:
                swept += climb(connection, self.store, now, self.terms, desk=self.desk)
            self._climbing = self._waiting(now)
        else:
            self._climbing = False
        with self.store.database.reading() as connection:
            following = lamps.next_turn(connection, at)
        soon = now + timedelta(seconds=EVERY_S)
        if following is not None:  # a lamp turns when its last moment is past
            soon = min(soon, max(read_time(following) + timedelta(seconds=1), now + timedelta(seconds=LEAST_S)))
        self._next = soon
        if swept:
            told = {each.name: getattr(swept, each.name) for each in fields(swept)}
            events.log(events.DEADLINES_SWEPT, **told, duration_s=round(monotonic() - began, 3))
        return swept

    def _waiting(self, now: datetime) -> bool:
        """Whether a rung is to be climbed or recalled: read before a write lock is asked for."""
        with self.store.database.reading() as connection:
            return bool(lamps.moot(connection, URGING, 1) or reached(connection, now, self.terms, 1))
