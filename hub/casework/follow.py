"""What follows from a record that came or moved: a hand-over that a route asks for, a step of a task it answers.

Runs in the linker's own transaction, so that what follows is there with the case or not at all. What cannot be true yet
(a result before its receipt), or cannot be true at all, is kept as a stray and shown (`hub.store.strays`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.casework import cases, strayed, tasks
from hub.casework.desk import Desk
from hub.casework.moves import Moved
from hub.casework.routes import cause, passes, recent, referral
from hub.casework.tasks import Kind, TaskState
from hub.clock import utc_text
from hub.registry import Registry
from hub.route_settings import RouteSettings
from hub.settings import Settings
from hub.store import facts, strays
from hub.store import tasks as rows
from hub.store.facts import Standing
from hub.store.outbox import DEAD, DELIVERED, UNKNOWN
from hub.store.store import Store
from hub.store.tasks import ENDED, Ref, TaskRow
from schemas.life import Stage

T = TaskState
STATES: Final[Mapping[Stage, TaskState]] = {
    Stage.RECEIVED: T.RECEIVED, Stage.TRIAGED: T.RECEIVED, Stage.DISPATCHED: T.RECEIVED,
    Stage.ACCEPTED: T.ACCEPTED, Stage.REFUSED: T.REFUSED,
    Stage.MEDIATING: T.IN_PROGRESS, Stage.HANDLING: T.IN_PROGRESS, Stage.HEARING: T.IN_PROGRESS,
    Stage.FILED: T.ACCEPTED, Stage.CONFIRMING: T.IN_PROGRESS, Stage.ENFORCING: T.IN_PROGRESS,
    Stage.REVIEW: T.IN_PROGRESS, Stage.RE_REVIEW: T.IN_PROGRESS,
    Stage.SETTLED: T.COMPLETED, Stage.CONFIRMED: T.COMPLETED, Stage.FULFILLED: T.COMPLETED, Stage.JUDGED: T.COMPLETED,
    Stage.REPLIED: T.COMPLETED, Stage.CLOSED: T.COMPLETED, Stage.FOLLOW_UP: T.COMPLETED,
    Stage.UNSETTLED: T.FAILED, Stage.WITHDRAWN: T.FAILED, Stage.UNCONFIRMED: T.FAILED, Stage.GUIDED_TO_SUIT: T.FAILED,
    Stage.FLOWED_BACK: T.FAILED,
}  # fmt: skip
"""Where the answering record's stage puts a task. A breach is after what was asked for, a reopening after its end."""

OF_PURPOSE: Final[Mapping[str, Mapping[Stage, TaskState]]] = {
    "mediate": {Stage.CONFIRMING: T.COMPLETED, Stage.UNCONFIRMED: T.COMPLETED},  # they had agreed
    "visit": {Stage.FOLLOW_UP: T.IN_PROGRESS},
}
"""Where a purpose reads a stage differently."""

AFTER: Final = frozenset({Stage.CLOSED, Stage.FOLLOW_UP, Stage.FULFILLED, Stage.BREACHED})
"""What may come after any end of a task and says nothing against it."""

CLAIMS: Final = frozenset({Stage.ACCEPTED, Stage.MEDIATING, Stage.HANDLING, Stage.FILED, Stage.HEARING})
"""Stages in which a body says that the matter is in its hands."""

ANSWERED: Final = (Kind.REFERRAL, Kind.DISPOSAL, Kind.ASSISTANCE)
"""Kinds of task that a record of the body asked can answer."""


class Following:
    """From moves of records to moves of tasks and rows of the outbox. It is a `hub.casework.moves.Follow`."""

    def __init__(self, settings: Settings, store: Store, registry: Registry | None = None) -> None:
        self.store = store
        self.desk = Desk(settings, store, registry)
        routes = self.desk.routes.all
        self._answering = {name for route in routes for name in (route.to, *route.answered_by)}

    def __call__(self, connection: Connection, moved: Sequence[Moved], now: datetime) -> None:
        """What follows of these moves, in their order. Records that ask and answer nothing cost next to nothing."""
        any_task = rows.any_task(connection)
        if not moved or not (self.desk.routes.all or any_task):
            return
        live = [each for each in moved if not each.deleted and each.stage is not None]
        known = rows.of_cases(connection, {each.code for each in live}) if any_task else {}
        numbered = rows.ever_asked(connection) if any_task else frozenset()
        taken = {id(each): self.desk.routes.of(each) for each in live if not each.quiet}
        new = [each for each in live if each.before is None and not each.quiet]
        codes = {each.code for each in live if taken.get(id(each)) or known.get(each.code)}
        wanted = [each for each in live if each.code in codes or (each.before is None and each.source in numbered)]
        asked = [each for each in new if each.source in self._answering]
        standing = facts.standing(connection, {(each.home, each.record) for each in (*wanted, *asked)})
        for each in live:
            routes = taken.get(id(each), ())
            by_number = each.before is None and each.source in numbered
            record = standing.get((each.home, each.record))
            if record is None or each.stage is None or not (routes or by_number or known.get(each.code)):
                continue
            self._answer(connection, known.get(each.code, ()), each, record, now, by_number=by_number)
            for route in routes if record.stage == each.stage else ():  # what it has passed through asks for nothing
                self._hand_over(connection, route, record, each.code, each.stage, now)
            known[each.code] = rows.of_cases(connection, [each.code]).get(each.code, [])
        if new:
            self._resolve(connection, {each.code for each in new}, {(each.home, each.record) for each in new}, now)
            recently = [standing[ref] for each in asked if (ref := (each.home, each.record)) in standing]
            strayed.note_lone(connection, self.store, [each for each in recently if recent(each, now)], now)

    def look_again(self, connection: Connection, task: Ref, now: datetime) -> None:
        """A task has been received: take up what its answering records told before."""
        for stray in strays.waiting(connection, kind="early", tasks=[task]):
            record = facts.standing(connection, [stray.of] if stray.of else []).get(stray.of) if stray.of else None
            if record is not None and record.stage is not None:
                row = rows.one(connection, task)
                self.step(connection, row, record, Stage(record.stage), now)
            strays.end(connection, stray.ref, at=utc_text(now))

    # a record answers a task

    def _answer(
        self,
        connection: Connection,
        in_case: Sequence[TaskRow],
        moved: Moved,
        record: Standing,
        now: datetime,
        *,
        by_number: bool,
    ) -> None:
        row = self._answered(in_case, record)
        if row is None and by_number:
            row = self._by_number(connection, record, moved.code, now)
        if row is None:
            self._claimed(connection, in_case, record, moved, now)
            return
        assert moved.stage is not None
        self.step(connection, row, record, moved.stage, now, quiet=moved.quiet)

    def _answered(self, in_case: Sequence[TaskRow], record: Standing) -> TaskRow | None:
        """The task a record answers: the one it has answered before, else the oldest open one it may."""
        asked = [row for row in in_case if row.kind in ANSWERED and row.asking != record.ref]
        mine = [row for row in asked if row.answering == record.ref]
        if mine:
            return mine[-1]
        free = [row for row in asked if row.answer is None and row.state not in ENDED and self._may(row, record)]
        return free[0] if free else None

    def _may(self, row: TaskRow, record: Standing) -> bool:
        """Whether a record tells of a task: it is the receiver's and came since. A centre that takes hand-overs may
        have its register elsewhere: a source named in the route, or another of the same trade."""
        if record.since < row.requested or record.source == row.asked_by:
            return False
        named = self.desk.routes.answered_by(row)
        if record.source == row.asked_of or record.source in named:
            return True
        trade = self.desk.receivers.trade
        return not named and trade(record.source) == trade(row.asked_of) and trade(record.source) not in ("", "generic")

    def _by_number(self, connection: Connection, record: Standing, code: str, now: datetime) -> TaskRow | None:
        """The task whose receiver knows it under this record's key: then the record's case is the task's."""
        found = [row for row in rows.by_number(connection, record.source, [record.key]) if row.answer is None]
        if not found:
            return None
        row = found[0]
        leading = cases.lead(connection, row.code)
        if leading != code:
            why = f"the receipt of task {row.home}-{row.id} names it"
            cases.merge(connection, self.store, leading, code, by="task", at=utc_text(now), why=why)
        return row

    def step(
        self,
        connection: Connection,
        row: TaskRow,
        record: Standing,
        stage: Stage,
        now: datetime,
        *,
        quiet: bool = False,
    ) -> None:
        """Take a task to where its answering record stands; what cannot be is kept as a stray."""
        state = OF_PURPOSE.get(row.purpose or "", {}).get(stage) or STATES.get(stage)
        if row.state in ENDED and stage in AFTER:
            return
        if state is None or row.state == state:
            if stage is Stage.REOPENED:
                strayed.keep(connection, self.store, "illegal", row, record, stage, now)
            return
        if row.state == T.REQUESTED and self._under_way(connection, row):
            strayed.keep(connection, self.store, "early", row, record, stage, now)
            return
        reason = stage.value if state in (T.REFUSED, T.FAILED) else ""
        done = self.desk.move(
            connection, row.ref, state, by=record.source, now=now, reason=reason, stage=stage, answer=record,
            quiet=quiet,
        )  # fmt: skip
        if not done and not tasks.path(state, TaskState(row.state)):
            strayed.keep(connection, self.store, "illegal", row, record, stage, now)

    def _under_way(self, connection: Connection, row: TaskRow) -> bool:
        """Whether the hand-over is still on its way. One that is dead or of unknown outcome is proved by the answer."""
        asked = [post for post in rows.posts(connection, row.ref) if post.way == rows.ASKED]
        return any(post.state not in (DELIVERED, DEAD, UNKNOWN) for post in asked)

    def _claimed(
        self, connection: Connection, in_case: Sequence[TaskRow], record: Standing, moved: Moved, now: datetime
    ) -> None:
        """A second body of the same trade says it has what another has taken: both are shown, a person decides."""
        if moved.stage not in CLAIMS:
            return
        trade = self.desk.receivers.trade
        for row in in_case:
            other = row.answering
            if (
                row.kind not in ANSWERED
                or row.state in ENDED
                or row.asking == record.ref
                or other in (None, record.ref)
            ):
                continue
            if trade(record.source) == trade(row.asked_of) or record.source in self.desk.routes.answered_by(row):
                strayed.keep(connection, self.store, "claimed", row, record, moved.stage, now)

    # a record asks for something

    def _hand_over(
        self, connection: Connection, route: RouteSettings, record: Standing, code: str, stage: Stage, now: datetime
    ) -> None:
        if not recent(record, now, days=route.within_days):
            return
        body = facts.body(connection, self.store, record)
        if not passes(route, body):
            return
        before = [
            row for row in rows.of_cases(connection, [code]).get(code, [])
            if (row.asked_of, row.purpose, row.kind) == (route.to, route.purpose, route.kind)
        ]  # fmt: skip
        if any(row.cause == cause(route, record, stage) for row in before):
            return
        for row in before:
            if row.state not in ENDED:
                self.desk.join(connection, row, record, now=now)
                return
        if before and not self._anything_new(connection, code, before[-1], record):
            kept = {"route": route.name, "stage": stage.value}
            strayed.keep(connection, self.store, "cycle", before[-1], record, stage, now, body=kept)
            return
        task = referral(
            route, record, body, code=code, stage=stage, receivers=self.desk.receivers, now=now
        )  # fmt: skip
        self.desk.request(connection, task, now=now)

    def _anything_new(self, connection: Connection, code: str, last: TaskRow, record: Standing) -> bool:
        """Whether a record has come to the case since a task ended, other than the one that answered it."""
        ended = last.ended or last.requested
        return any(
            each.since > ended and each.ref != last.answering for each in [record, *facts.of_case(connection, code)]
        )

    # what waited

    def _resolve(self, connection: Connection, codes: Collection[str], came: Collection[Ref], now: datetime) -> None:
        """Take up what waited for the records that ``came`` to these cases."""
        for route_name, stage, asking in strayed.let_go(connection, self.store, codes, came, now):
            route = self.desk.routes.by_name.get(route_name)
            if route is not None:
                self._hand_over(connection, route, asking, cases.lead(connection, asking.code), stage, now)
        strayed.found(connection, codes, came, now)
