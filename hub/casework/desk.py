"""The desk over which tasks go: a step is taken, and who asked is told of it, in one transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from hub.casework import asking, cases, gathering, journal, orders, readings, tasks, venue
from hub.casework.receivers import Reach, Receivers
from hub.casework.routes import Routes, referral
from hub.casework.tasks import Kind, NewTask, TaskState
from hub.casework.telling import Telling
from hub.casework.terms import Terms
from hub.casework.wording import UNREAD
from hub.clock import utc_text
from hub.registry import Registry
from hub.route_settings import COURT, RouteSettings
from hub.settings import Settings
from hub.store import facts
from hub.store import tasks as rows
from hub.store.facts import Standing
from hub.store.store import Store
from hub.store.tasks import PostRow, Ref, TaskRow
from schemas.alias import normal, personal, ties
from schemas.delivery import Accept, Notice, Order, Progress, Refuse, Result
from schemas.life import Stage
from schemas.taxonomy import load as taxonomy

HELD: Final = "held"
"""Event of a task that moved without a word to who asked, since the past was mapped again."""


class Desk:
    """Requests and moves tasks as the settings say. Knows who takes what; has no clock of its own."""

    def __init__(self, settings: Settings, store: Store, registry: Registry | None = None) -> None:
        self.settings, self.store = settings, store
        self.receivers = Receivers(settings, registry)
        self.terms = Terms.load(settings.deadlines)
        self.routes = Routes(settings, self.receivers, self.terms)
        self.telling = Telling(settings, store, self.receivers, self.routes)

    def request(self, connection: Connection, task: NewTask, *, now: datetime) -> Ref | None:
        """As `hub.casework.tasks.request`, by the settings' terms. What no system of its body takes is told to its
        people, once, where the settings name them and there is a template."""
        template, reach = self.telling.template(task), None
        if task.order is None and template is not None:
            reach = self.receivers.notice(task.asked_of)
        if reach is not None:
            task = replace(task, told={**task.told, "notice": reach.channel})
        ref = tasks.request(connection, self.store, task, now=now, terms=self.terms)
        if ref is not None and reach is not None and template is not None:
            route = self.routes.by_name.get(task.route or "")
            reason = str(task.told.get("reason") or (route.reason if route else ""))
            self.telling.say(connection, ref, template, reach, cause=task.cause, reason=reason, text=task.text, now=now)
        return ref

    def asked(
        self, route: RouteSettings, record: Standing, body: Mapping[str, Any], *, code: str, cause: str, now: datetime
    ) -> list[NewTask]:
        """What a route asks about a record: of the source it leads to, of each of the bodies behind it, or of each body
        of a group; where it leaves the court open, of the court whose matter it is."""
        if route.to_code == COURT:
            return venue.tasks_of(
                route, record, body, code=code, cause=cause, receivers=self.receivers,
                taxonomy=taxonomy(self.settings.taxonomy.folder), now=now,
            )  # fmt: skip
        if route.ask:
            return asking.tasks_of(
                route, record, body, code=code, cause=cause, receivers=self.receivers, terms=self.terms, now=now
            )  # fmt: skip
        team = self.routes.bodies(route, but=record.source) if route.to in self.routes.groups else ()
        return [
            referral(
                route.model_copy(update={"to": name}), record, body, code=code, cause=f"{cause} of {name}",
                receivers=self.receivers, now=now,
            )
            for name in team
        ] or [referral(route, record, body, code=code, cause=cause, receivers=self.receivers, now=now)]  # fmt: skip

    def move(
        self,
        connection: Connection,
        ref: Ref,
        state: TaskState,
        *,
        by: str,
        now: datetime,
        reason: str = "",
        told: Mapping[str, Any] = MappingProxyType({}),
        stage: Stage | None = None,
        number: str = "",
        answer: Standing | None = None,
        text: str = "",
        quiet: bool = False,
    ) -> bool:
        """As `hub.casework.tasks.move`, and who asked is told of each step taken. ``stage`` is where the answering
        record stands, ``text`` is said in words and kept sealed.

        A ``quiet`` move follows from a remap or a replay: nobody is told (law L7), and an event says so; a person can
        `tell`.
        """
        before = rows.one(connection, ref)
        way = tasks.path(TaskState(before.state), state)
        moved = tasks.move(
            connection, self.store, ref, state, by=by, now=now, reason=reason, told=told, outcome=stage, number=number,
            answer=answer.ref if answer else None, terms=self.terms, quiet=quiet,
        )  # fmt: skip
        if moved and quiet:
            rows.note(connection, ref, at=utc_text(now), kind=HELD, by=tasks.HUB, told={"state": state})
        row = rows.one(connection, ref)
        for each in way if moved and not quiet else ():
            self._tell(connection, row, each, stage=stage, reason=reason, answer=answer, text=text, now=now)
        if moved:
            self._complete(connection, row, now, quiet=quiet)
        return moved

    def tell(self, connection: Connection, ref: Ref, *, now: datetime) -> int:
        """Tell who asked where a task stands, as its last step would have; answers how many deliveries there are now
        more. What was told before is not told again."""
        row = rows.one(connection, ref)
        before = len(rows.posts(connection, ref))
        answer = facts.standing(connection, [row.answering]).get(row.answering) if row.answering else None
        stage = Stage(row.outcome) if row.outcome else None
        self._tell(
            connection, row, TaskState(row.state), stage=stage, reason=row.reason, answer=answer, text="", now=now
        )  # fmt: skip
        self._complete(connection, row, now)
        if row.ended is not None:
            tasks.strike_off(connection, self.store, row, now=now)
        return len(rows.posts(connection, ref)) - before

    def receive(self, connection: Connection, ref: Ref, *, by: str, number: str, now: datetime) -> bool:
        """The receiver has it, under its own number, which finds the case too unless it reads as a person's."""
        row = rows.one(connection, ref)
        if row.number is None and ties(normal(number)) and not personal(number):
            cases.add_alias(
                connection, self.store, row.code, kind="receipt", number=number, by=by, at=utc_text(now)
            )  # fmt: skip
        if self.move(connection, ref, TaskState.RECEIVED, by=by, now=now, number=number):
            return True
        if number and row.number is None and rows.change(connection, ref, row.state, {"number": number}):
            rows.note(connection, ref, at=utc_text(now), kind="receipt", by=by, told={"number": number})
        return False

    def recall(self, connection: Connection, ref: Ref, *, by: str, reason: str, now: datetime) -> bool:
        """Take a task back. The receiver is told where it takes that."""
        row = rows.one(connection, ref)
        if not self.move(connection, ref, TaskState.RECALLED, by=by, reason=reason, now=now):
            return False
        if self.receivers.takes(row.asked_of, Progress.kind):
            told = {"number": row.number or "", "case": cases.lead(connection, row.code), "at": now, "text": reason}
            said = Progress(**told, stage=Stage.WITHDRAWN)
            door = rows.door(row.asked_of)
            tasks.post(connection, self.store, ref, said, target=door, way=rows.TOLD, step="recalled", now=now)
        return True

    def urge(self, connection: Connection, row: TaskRow, task: NewTask, *, now: datetime, text: str = "") -> Ref | None:
        """Ask for a reminder, a supervision order or a call to an interview about a task; as `request`.

        A source that takes notices is told by the task's own delivery. Else its people are told, as of any task. Else
        it stands in the list of tasks only.
        """
        if not self.receivers.takes(row.asked_of, Notice.kind):
            return self.request(connection, replace(task, text=text), now=now)
        said = Notice(
            number=row.number or "", case=cases.lead(connection, row.code), at=now,
            title=f"{tasks.KINDS[task.kind]}：{row.home}-{row.id}", body=self.receivers.title(row.asked_by), text=text,
        )  # fmt: skip
        return self.request(connection, replace(task, order=said, target=rows.door(row.asked_of)), now=now)

    def heard(self, connection: Connection, post: PostRow, *, now: datetime) -> None:
        """Take what a channel said of whether word of a task was read. What stayed unread is told once more, by a call
        that rings."""
        ref = (post.home, post.task)
        received, account = readings.heard(connection, self.store, post, now=now)
        if received:
            self.receive(connection, ref, by=post.target, number="", now=now)
            self._all_read(connection, ref, by=post.target, now=now)
        if account is not None:
            reach = Reach(post.target, (account,))
            cause = f"{UNREAD} of {post.outbox_home}-{post.outbox}"
            self.telling.say(connection, ref, self.telling.templates[UNREAD], reach, cause=cause, last=True, now=now)

    def _all_read(self, connection: Connection, ref: Ref, *, by: str, now: datetime) -> None:
        """What is only to be read is done when all have read it."""
        if rows.one(connection, ref).kind == Kind.TO_READ:
            readers = readings.readers(connection, self.store, ref)
            if all(each.read for each in readers):
                self.move(connection, ref, TaskState.COMPLETED, by=by, now=now)

    def join(self, connection: Connection, task: TaskRow, record: Standing, *, now: datetime) -> None:
        """Another record asks for what is asked for already: no second task, and the answer goes to both."""
        told = {"record": f"{record.home}-{record.id}", "source": record.source}
        at = utc_text(now)
        if record.ref in rows.joined(connection, task.ref):
            return
        rows.note(connection, task.ref, at=at, kind=rows.JOINED, by=tasks.HUB, told=told)
        journal.note(
            connection, self.store, task.code, kind="task.also_asked", at=at, by=tasks.HUB,
            told={"task": f"{task.home}-{task.id}", **told}, record=record.ref, task=task.id,
        )  # fmt: skip

    def _complete(self, connection: Connection, row: TaskRow, now: datetime, *, quiet: bool = False) -> None:
        """Close the request a task belongs to, where it was the last; told to nobody where its route says so."""
        route = self.routes.by_name.get(row.route or "")
        told = route is not None and route.answer and not quiet
        gathering.close(connection, self.store, self.receivers, row, now, quiet=not told)

    def _tell(
        self,
        connection: Connection,
        row: TaskRow,
        state: TaskState,
        *,
        stage: Stage | None,
        reason: str,
        answer: Standing | None,
        text: str,
        now: datetime,
    ) -> None:
        """Tell who asked, each record that asked by its own number, and at the end those the route names."""
        if not row.answers or row.kind not in tasks.ANSWERED:
            return
        ended = row.ended is not None and state is TaskState(row.state)
        listening = self._listening(connection, row, ended=ended)
        if not listening:
            return
        body = facts.body(connection, self.store, answer) if answer and ended else {}
        common: dict[str, Any] = {
            "case": cases.lead(connection, row.code), "at": now, "body": self.receivers.title(row.asked_of),
            "text": text or self.receivers.words(row.asked_of, body),
        }  # fmt: skip
        for record in listening:
            order = _word(row, state, common | {"number": record.key}, stage=stage, reason=reason, body=body)
            if order is not None and self.receivers.takes(record.source, order.kind):
                step = f"{state} {record.home}-{record.id}"
                tasks.post(
                    connection, self.store, row.ref, order, target=record.source, way=rows.TOLD, step=step, now=now
                )  # fmt: skip
            self.telling.applicant(connection, row, state, record, stage=stage, now=now)

    def _listening(self, connection: Connection, row: TaskRow, *, ended: bool) -> list[Standing]:
        """The records whose sources are told of a step."""
        asking = [*([row.asking] if row.asking else ()), *rows.joined(connection, row.ref)]
        found = [record for record in facts.standing(connection, asking).values() if record.source != row.asked_of]
        further = self.routes.told(row) if ended else ()
        if further:
            met = {record.ref for record in found}
            in_case = facts.of_case(connection, cases.lead(connection, row.code))
            found += [record for record in in_case if record.source in further and record.ref not in met]
        return found


def _word(
    row: TaskRow, state: TaskState, common: Mapping[str, Any], *, stage: Stage | None, reason: str,
    body: Mapping[str, Any],
) -> Order | None:  # fmt: skip
    """What is said of a step; None for a step nobody asked to hear of."""
    match state:
        case TaskState.ACCEPTED:
            return Accept(**common, due=orders.moment(row.due))
        case TaskState.REFUSED:
            return Refuse(**common, reason=reason or "-")
        case TaskState.IN_PROGRESS:
            return Progress(**common, stage=stage if row.ended is None else None)
        case TaskState.COMPLETED | TaskState.FAILED:
            ended = orders.outcome(stage, reached=state is TaskState.COMPLETED)
            return Result(**common, outcome=ended, agreement=orders.agreement(body))
    return None
