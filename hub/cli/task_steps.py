"""``hub task``, the commands that change something: a person's word on a task. Audited; who asked is told."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from hub.cli.by_hand import person, written_down
from hub.cli.show import say
from hub.cli.task_words import KINDS, STATES, case_code, number_of, task_ref, words
from hub.cli.workplace import Workplace, at_work
from hub.clock import utc_now
from hub.errors import StoreError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.casework.desk import Desk
    from hub.store.store import Store
    from hub.store.tasks import Ref

PURPOSES = ("intake", "mediate", "confirm", "suit", "visit")
DOCKINGS = ("诉调", "访调", "专调", "警调", "检调")

reason_option = click.option("--reason", required=True, help="Why, in few words; name nobody.")
Step = Callable[["Connection", "Desk", "Ref", str, str, "datetime"], bool]
"""Takes a step at the desk on a task: by whom, why (as it may be kept openly), when; whether it was taken."""


@click.command("request")
@click.argument("code", metavar="CASE")
@click.option("--of", "asked_of", required=True, metavar="SOURCE", help="The body that is asked.")
@click.option("--kind", type=click.Choice(list(KINDS)), default="referral", show_default=True)
@click.option("--record", "record", metavar="ID", help="The record it is asked for; none: the case's first.")
@click.option("--purpose", type=click.Choice(PURPOSES), default="mediate", show_default=True)
@click.option("--docking", type=click.Choice(DOCKINGS))
@click.option("--rule", help="Its deadline rule.")
@click.option("--answer/--no-answer", default=True, show_default=True, help="Tell who asked what came of it.")
@reason_option
@at_work
def request(
    work: Workplace,
    code: str,
    *,
    asked_of: str,
    kind: str,
    record: str | None,
    purpose: Any,
    docking: Any,
    rule: str | None,
    answer: bool,
    reason: str,
) -> None:
    """Ask a body for something by hand. What it is told goes out where it takes deliveries."""
    from hub.casework import cases
    from hub.casework.byhand import asked
    from hub.casework.discretion import openly

    (by, at), now = person(), utc_now()
    with work.store() as store, store.database.transaction() as connection:
        desk = _desk(work, store)
        if asked_of not in work.settings.sources and work.settings.case.notice.accounts.get(asked_of) is None:
            work.settings.source(asked_of)  # raises with the nearest
        leading = cases.lead(connection, case_code(code))
        why = openly(connection, store, reason, codes=[leading])
        told = asked(
            connection, desk, leading, kind=kind, asked_of=asked_of, record=task_ref(record) if record else None,
            purpose=purpose, docking=docking, rule=rule, answers=answer, reason=why, by=by, now=now,
        )  # fmt: skip
        ref = desk.request(connection, told, now=now)
        if ref is not None:
            told_of = {"case": leading, "of": asked_of, "reason": why}
            _audited(connection, store, "task.requested", ref, by, at, told_of)
    if ref is None:
        raise StoreError("this was asked a moment ago", where="store", hint="hub task list --open")
    told_by = "经投递 by delivery" if told.order is not None else "须另行告知 to be told by other means"
    say(f"已请求 requested: {number_of(ref)}  {told_by}")


def _stepping(name: str, state: str, help: str, *, why: bool = False, text: bool = False) -> click.Command:
    """A command that takes a task to a state by a person's word."""

    @click.command(name, help=help)
    @click.argument("number", metavar="TASK")
    @click.option("--reason", required=why, default="", help="Why, in few words or a code; no personal data.")
    @click.option("--number", "theirs", default="", help="The receiver's own number of it.")
    @click.option("--paper", default="", help="The number of the paper that answers it.", hidden=state != "completed")
    @click.option(
        "--text", default="", help="What else is told to who asked; kept sealed." if text else "", hidden=not text
    )
    @at_work
    def step(work: Workplace, number: str, *, reason: str, theirs: str, text: str, paper: str) -> None:
        from hub.casework.byhand import completed
        from hub.casework.cases import refuse_personal
        from hub.casework.tasks import TaskState

        refuse_personal(theirs)

        def take(connection: "Connection", desk: "Desk", ref: "Ref", by: str, why: str, now: "datetime") -> bool:
            if state == "received":
                return desk.receive(connection, ref, by=by, number=theirs, now=now)
            if state == "recalled":
                return desk.recall(connection, ref, by=by, reason=why, now=now)
            if state == "completed":
                return completed(connection, desk, ref, paper=paper, by=by, now=now, number=theirs, text=text)
            return desk.move(
                connection, ref, TaskState(state), by=by, now=now, reason=why, number=theirs, text=text
            )  # fmt: skip

        _step(work, task_ref(number), f"task.{state}", take, reason)

    return step


receive = _stepping("receive", "received", "Note that the body has it, under its own --number.")
accept = _stepping("accept", "accepted", "Note that the body takes it on.")
refuse = _stepping(
    "refuse", "refused", "Note that the body does not take it; --reason is its code or few words.", why=True
)
start = _stepping("start", "in_progress", "Note that work on it has begun.")
complete = _stepping("complete", "completed", "Note that it came to what was asked for.", text=True)
fail = _stepping("fail", "failed", "Note that it was tried and not reached.", why=True, text=True)
recall = _stepping("recall", "recalled", "Take it back; the body is told where it takes that.", why=True)


@click.command("read")
@click.argument("number", metavar="TASK")
@at_work
def read(work: Workplace, number: str) -> None:
    """Note that the body has read what it was asked: the proof of reading."""
    from hub.casework import tasks

    def take(connection: "Connection", desk: "Desk", ref: "Ref", by: str, why: str, now: "datetime") -> bool:
        return tasks.read(connection, desk.store, ref, by=by, now=now)

    _step(work, task_ref(number), "task.read", take)


@click.command("remind")
@click.argument("number", metavar="TASK")
@click.option("--text", default="", help="What is said beside; kept sealed.")
@at_work
def remind(work: Workplace, number: str, *, text: str) -> None:
    """Remind a body of an open task: a task of its own, with proof of reading and reply."""
    from hub.casework.byhand import reminder

    ref, (by, at), now = task_ref(number), person(), utc_now()
    with work.store() as store, store.database.transaction() as connection:
        made = reminder(connection, _desk(work, store), ref, by=by, now=now, text=text)
        if made is None:
            raise StoreError(f"task {number} was reminded of a moment ago", where="store")
        _audited(connection, store, "task.reminded", ref, by, at, {"reminder": number_of(made)})
    say(f"已催办 reminded: {number_of(made)}")


@click.command("tell")
@click.argument("number", metavar="TASK")
@at_work
def tell(work: Workplace, number: str) -> None:
    """Tell who asked where a task stands, if a remap or a replay moved it without a word. Told before: not again."""
    ref, (by, at), now = task_ref(number), person(), utc_now()
    with work.store() as store, store.database.transaction() as connection:
        count = _desk(work, store).tell(connection, ref, now=now)
        _audited(connection, store, "task.told", ref, by, at, {"deliveries": count})
    say(f"{number}  告知 to be told: {count}")


@click.command("pause")
@click.argument("number", metavar="TASK")
@reason_option
@at_work
def pause(work: Workplace, number: str, *, reason: str) -> None:
    """Stop the clock of a task, for one of the reasons its rule knows."""
    from hub.casework import pauses

    def take(connection: "Connection", desk: "Desk", ref: "Ref", by: str, why: str, now: "datetime") -> bool:
        pauses.pause(connection, desk.store, ref, reason=why, by=by, now=now, terms=desk.terms)
        return True

    _step(work, task_ref(number), "task.paused", take, reason)


@click.command("resume")
@click.argument("number", metavar="TASK")
@at_work
def resume(work: Workplace, number: str) -> None:
    """Set the clock of a task going again."""
    from hub.casework import pauses

    def take(connection: "Connection", desk: "Desk", ref: "Ref", by: str, why: str, now: "datetime") -> bool:
        pauses.resume(connection, desk.store, ref, by=by, now=now, terms=desk.terms)
        return True

    _step(work, task_ref(number), "task.resumed", take)


@click.command("extend")
@click.argument("number", metavar="TASK")
@reason_option
@at_work
def extend(work: Workplace, number: str, *, reason: str) -> None:
    """Grant the one extension the task's rule knows."""
    from hub.casework import pauses

    def take(connection: "Connection", desk: "Desk", ref: "Ref", by: str, why: str, now: "datetime") -> bool:
        pauses.extend(connection, desk.store, ref, reason=why, by=by, now=now, terms=desk.terms)
        return True

    _step(work, task_ref(number), "task.extended", take, reason)


def _step(work: Workplace, ref: "Ref", action: str, take: Step, reason: str = "") -> None:
    from hub.casework.discretion import openly
    from hub.store import tasks as rows

    by, at = person()
    with work.store() as store, store.database.transaction() as connection:
        before = rows.one(connection, ref)
        why = openly(connection, store, reason, codes=[before.code]) if reason else ""
        if not take(connection, _desk(work, store), ref, by, why, utc_now()):
            raise StoreError(
                f"task {number_of(ref)} is {before.state}: no way leads there", where="store", hint="hub task show"
            )
        after = rows.one(connection, ref)
        told = {"before": before.state, "after": after.state} | ({"reason": why} if why else {})
        _audited(connection, store, action, ref, by, at, told)
    say(f"{number_of(ref)}  {words(STATES, after.state)}")


def _desk(work: Workplace, store: "Store") -> "Desk":
    from hub.casework.desk import Desk

    return Desk(work.settings, store, work.registry)


def _audited(
    connection: "Connection", store: "Store", action: str, ref: "Ref", by: str, at: str, told: Mapping[str, Any]
) -> None:
    entry = {"task": number_of(ref), **told}
    written_down(connection, store, home=ref[0], action=action, entry=entry, by=by, at=at)
