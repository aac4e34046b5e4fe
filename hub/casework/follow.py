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
from hub.casework.proofs import Proofs
from hub.casework.routes import cause, passes, recent
from hub.casework.stage_terms import StageClocks
from hub.casework.tasks import ANSWERED, TaskState
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

VISITING: Final = frozenset(
    {Stage.RECEIVED, Stage.DISPATCHED, Stage.ACCEPTED, Stage.REFUSED, Stage.FOLLOW_UP, Stage.CLOSED}
)
"""All that a record says of a return visit: how the matter itself went is no word on the visit."""

AFTER: Final = frozenset({Stage.CLOSED, Stage.FOLLOW_UP, Stage.FULFILLED, Stage.BREACHED})
"""What may come after any end of a task and says nothing against it."""

CLAIMS: Final = frozenset({Stage.ACCEPTED, Stage.MEDIATING, Stage.HANDLING, Stage.FILED, Stage.HEARING})
"""Stages in which a body says that the matter is in its hands."""


def _state(purpose: str, stage: Stage) -> TaskState | None:
    """Where the answering record's stage puts a task of that purpose; None where it says nothing of it."""
    if purpose == "visit" and stage not in VISITING:
        return None
    return OF_PURPOSE.get(purpose, {}).get(stage) or STATES.get(stage)


class Following:
    """From moves of records to moves of tasks and rows of the outbox. It is a `hub.casework.moves.Follow`."""

    def __init__(self, settings: Settings, store: Store, registry: Registry | None = None) -> None:
        self.store = store
        self.desk = Desk(settings, store, registry)
        self._clocks, self._proofs = StageClocks(self.desk, store), Proofs(self.desk.receivers, store)
        routes = self.desk.routes.all
        self._answering = {
            name
            for route in routes
            for name in (*(() if route.ask else self.desk.routes.bodies(route)), *route.answered_by)
        }  # fmt: skip

    def __call__(self, connection: Connection, moved: Sequence[Moved], now: datetime) -> None:
        """What follows of these moves, in their order. Records that ask and answer nothing cost next to nothing."""
        self._clocks(connection, moved, now)
        self._proofs(connection, moved, now)
        any_task = rows.any_task(connection)
        if not moved or not (self.desk.routes.all or any_task):
            return
        live = [each for each in moved if not each.deleted and each.stage is not None]
        known = rows.of_cases(connection, {each.code for each in live}) if any_task else {}
        numbered = rows.ever_asked(connection) if any_task else {}
        taken = {id(each): self.desk.routes.of(each) for each in live if not each.quiet}
        new = [each for each in live if each.before is None and not each.quiet]
        codes = {each.code for each in live if taken.get(id(each)) or known.get(each.code)}
        wanted = [each for each in live if each.code in codes or (each.before is None and each.source in numbered)]
        asked = [each for each in new if each.source in self._answering]
        standing = facts.standing(connection, {(each.home, each.record) for each in (*wanted, *asked)})
        for each in live:
            routes = taken.get(id(each), ())
            waited_for = any(_behind(row) and row.answer is None for row in known.get(each.code, ()))
            by_number = numbered.get(each.source, ()) if each.before is None or waited_for else ()
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
        by_number: Collection[str],
    ) -> None:
        row = self._answered(in_case, record)
        if row is None and by_number:
            row = self._by_number(connection, by_number, record, moved.code, now)
        if row is None:
            self._claimed(connection, in_case, record, moved, now)
            return
        assert moved.stage is not None
        self.step(connection, row, record, moved.stage, now, quiet=moved.quiet)

    def _answered(self, in_case: Sequence[TaskRow], record: Standing) -> TaskRow | None:
        """The task a record answers: the one it has answered before, else the oldest open one it may."""
        asked = [row for row in in_case if row.kind in ANSWERED and row.asking != record.ref]
        mine = [row for row in asked if row.answering == record.ref]
        if mine and mine[-1].state not in ENDED:
            return mine[-1]
        free = [row for row in asked if row.answer is None and row.state not in ENDED and self._may(row, record)]
        free += [row for row in asked if self._visited(row, record)] if mine else []
        return free[0] if free else mine[-1] if mine else None

    def _may(self, row: TaskRow, record: Standing) -> bool:
        """Whether a record tells of a task: it is the receiver's and came since. A centre that takes hand-overs may
        have its register elsewhere: a source named in the route, or another of the same trade. Of several bodies behind
        one source each answers by its number."""
        if record.since < row.requested or record.source == row.asked_by or _behind(row):
            return False
        named = self.desk.routes.answered_by(row)
        if record.source == row.asked_of or record.source in named:
            return True
        trade = self.desk.receivers.trade
        return not named and trade(record.source) == trade(row.asked_of) and trade(record.source) not in ("", "generic")

    def _visited(self, row: TaskRow, record: Standing) -> bool:
        """Whether a record that told the result tells of the return visit too, which is a later step of it."""
        return (
            row.purpose == "visit"
            and row.answer is None
            and row.state not in ENDED
            and record.stage in (Stage.FOLLOW_UP, Stage.CLOSED)
            and (record.source == row.asked_of or record.source in self.desk.routes.answered_by(row))
        )

    def _by_number(
        self, connection: Connection, bodies: Collection[str], record: Standing, code: str, now: datetime
    ) -> TaskRow | None:
        """The task whose receiver knows it under this record's key, or under that of the delivery that asked, where the
        record bears it: then the record's case is the task's."""
        numbers = [record.key]
        if self.desk.receivers.tells(record.source):
            extra: Mapping[str, str] = facts.body(connection, self.store, record).get("extra") or {}
            numbers += filter(None, [extra.get("delivery")])
        found = [row for row in rows.by_number(connection, bodies, numbers) if row.answer is None]
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
        state, reason = self._told(connection, row, record, stage)
        if row.state in ENDED and stage in AFTER:
            return
        if state is None or row.state == state:
            if stage is Stage.REOPENED:
                strayed.keep(connection, self.store, "illegal", row, record, stage, now)
            return
        if row.state == T.REQUESTED and self._under_way(connection, row):
            strayed.keep(connection, self.store, "early", row, record, stage, now)
            return
        done = self.desk.move(
            connection, row.ref, state, by=record.source, now=now, reason=reason, stage=stage, answer=record,
            quiet=quiet,
        )  # fmt: skip
        if not done and not tasks.path(state, TaskState(row.state)):
            strayed.keep(connection, self.store, "illegal", row, record, stage, now)

    def _told(
        self, connection: Connection, row: TaskRow, record: Standing, stage: Stage
    ) -> tuple[TaskState | None, str]:
        """Where a record puts its task, and why: by its raw status where the source tells of requests so, else by its
        stage."""
        if record.source == rows.door(row.asked_of) and self.desk.receivers.tells(record.source):
            status = str(facts.body(connection, self.store, record).get("status") or "")
            told = self.desk.receivers.answer(record.source, status)
            state, why = T(told) if told else None, status
        else:
            state, why = _state(row.purpose or "", stage), stage.value
        return state, why if state in (T.REFUSED, T.FAILED) else ""

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
        in_case = rows.of_cases(connection, [code]).get(code, [])
        for task in self.desk.asked(route, record, body, code=code, cause=cause(route, record, stage), now=now):
            same = task.asked_of, task.purpose, task.kind, route.name if route.ask else None
            before = [
                row for row in in_case
                if (row.asked_of, row.purpose, row.kind, row.route if route.ask else None) == same
            ]  # fmt: skip
            open_ = [row for row in before if row.state not in ENDED]
            if any(row.cause == task.cause for row in before):
                continue
            if open_:
                self.desk.join(connection, open_[0], record, now=now)
            elif before and not self._anything_new(connection, code, before[-1], record):
                kept = {"route": route.name, "stage": stage.value}
                strayed.keep(connection, self.store, "cycle", before[-1], record, stage, now, body=kept)
            else:
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


def _behind(row: TaskRow) -> bool:
    """Whether a task was asked of a body behind a source: many are, and only its number tells which record is its."""
    return rows.door(row.asked_of) != row.asked_of
