"""``hub task``: what one body asks of another. Every step a person takes is audited, and who asked is told."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from hub.cli.lazy import Lazy
from hub.cli.show import facts, json_option, moment, say, table, write_json
from hub.cli.task_words import KINDS, LAMPS, STATES, STRAYS, case_code, number_of, task_ref, words
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.store.tasks import Ref, TaskRow

STEPS = {
    "request": ("hub.cli.task_steps:request", "Ask a body for something by hand."),
    "ask": ("hub.cli.task_gather:ask", "Ask all bodies of a route at once, by hand."),
    "gather": ("hub.cli.task_gather:gather", "What came of one request to several bodies."),
    "receive": ("hub.cli.task_steps:receive", "Note that the body has it, under its own --number."),
    "accept": ("hub.cli.task_steps:accept", "Note that the body takes it on."),
    "refuse": ("hub.cli.task_steps:refuse", "Note that the body does not take it, and why."),
    "start": ("hub.cli.task_steps:start", "Note that work on it has begun."),
    "complete": ("hub.cli.task_steps:complete", "Note that it came to what was asked for."),
    "fail": ("hub.cli.task_steps:fail", "Note that it was tried and not reached."),
    "recall": ("hub.cli.task_steps:recall", "Take it back; the body is told where it takes that."),
    "read": ("hub.cli.task_steps:read", "Note that the body has read it: the proof of reading."),
    "readers": ("hub.cli.task_readers:readers", "Who was told of it, received and read it."),
    "remind": ("hub.cli.task_steps:remind", "Remind a body of an open task."),
    "tell": ("hub.cli.task_steps:tell", "Tell who asked where it stands, if nobody has."),
    "pause": ("hub.cli.task_steps:pause", "Stop its clock."),
    "resume": ("hub.cli.task_steps:resume", "Set its clock going again."),
    "extend": ("hub.cli.task_steps:extend", "Grant the one extension its rule knows."),
    "terms": ("hub.cli.task_terms:terms", "The rules of deadlines; when a term ends."),
}
"""Commands of other modules; but for the last each is a person's word, audited."""


@click.group("task", cls=Lazy, commands_at=STEPS)
def task() -> None:
    """What one body asks of another: referrals, notices, reminders, with receipts, terms and answers."""


@task.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(list(STATES)), help="Only these; may be repeated.")
@click.option("--open", "opened", is_flag=True, help="Only those that have not ended.")
@click.option("--of", "asked_of", default="", metavar="SOURCE", help="Only what is asked of this body.")
@click.option("--case", "code", default="", metavar="CODE", help="Only those of this case.")
@click.option("--kind", default="", type=click.Choice(["", *KINDS]), help="Only this kind.")
@click.option("--lamp", default="", type=click.Choice(["", *LAMPS]), help="Only open ones with this lamp.")
@click.option("--unseen", is_flag=True, help="Only those a body has not confirmed, and nothing is on its way.")
@click.option("--after", metavar="TASK", help="Go on after this one.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@at_work
def list_(
    work: Workplace,
    *,
    states: tuple[str, ...],
    opened: bool,
    asked_of: str,
    code: str,
    kind: str,
    lamp: str,
    unseen: bool,
    after: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List tasks, newest first."""
    from hub.casework import cases
    from hub.store import tasks as rows

    wanted = states or (tuple(each for each in STATES if each not in rows.ENDED) if opened else ())
    with work.store() as store, store.database.reading() as connection:
        leading = cases.lead(connection, case_code(code)) if code else ""
        found = rows.listed(
            connection, states=wanted, asked_of=asked_of, code=leading, kind=kind, lamp=lamp, unseen=unseen,
            after=rows.one(connection, task_ref(after)).ref if after else None, most=limit,
        )  # fmt: skip
    if as_json:
        write_json({"tasks": [_told(row) for row in found], "next": _id(found[-1]) if len(found) == limit else None})
        return
    columns = (
        "编号 task", "案件 case", "类型 kind", "请求方 by", "承办方 of", "状态 state", "灯 lamp", "期限 due",
        "回执号 number",
    )  # fmt: skip
    cells = [
        (_id(row), row.code, _kind(row), row.asked_by, row.asked_of, words(STATES, row.state),
         None if row.ended else words(LAMPS, row.lamp), moment(row.due), row.number)
        for row in found
    ]  # fmt: skip
    table(columns, cells, if_any=(8,))
    if len(found) == limit:
        say(f"更多 more: --after {_id(found[-1])}")


@task.command("show")
@click.argument("number", metavar="TASK")
@json_option
@at_work
def show(work: Workplace, number: str, *, as_json: bool) -> None:
    """Show one task: its steps, its deliveries with their receipts, and what waits for it."""
    from hub.store import strays
    from hub.store import tasks as rows

    ref = task_ref(number)
    with work.store() as store, store.database.reading() as connection:
        row = rows.one(connection, ref)
        steps, posts = rows.steps(connection, ref), rows.posts(connection, ref)
        waits = strays.waiting(connection, tasks=[ref])
    if as_json:
        write_json({"task": _told(row), "steps": steps, "deliveries": posts, "strays": waits})
        return
    facts(
        {
            "编号 task": _id(row),
            "案件 case": row.code,
            "类型 kind": _kind(row),
            "用途 purpose": row.purpose,
            "请求方 asked by": row.asked_by,
            "承办方 asked of": row.asked_of,
            "来源记录 record": number_of(row.asking),
            "承办记录 answered by": number_of(row.answering),
            "回执号 their number": row.number,
            "状态 state": words(STATES, row.state),
            "结果 outcome": row.outcome,
            "原因 reason": row.reason,
            "灯 lamp": None if row.ended else words(LAMPS, row.lamp),
            "规则 rule": row.rule,
            "期限 due": moment(row.due),
            "暂停 paused since": moment(row.paused),
            "已读 read": moment(row.read),
            "起因 cause": row.cause,
        }
    )
    say("")
    table(
        ("时间 at", "步骤 step", "由 by", "说明 told"),
        [(moment(each.at), words(STATES, each.kind), each.by, _line(each.told)) for each in steps],
        title="经过 steps",
    )
    if posts:
        columns = ("编号 delivery", "去向 target", "事由 kind", "状态 state", "对方编号 number", "说明 remark")
        cells = [
            (f"{each.outbox_home}-{each.outbox}", each.target, each.kind, each.state, each.number, each.error)
            for each in posts
        ]
        table(columns, cells, title="往来 deliveries")
    if waits:
        _show_strays(waits)


@task.command("figures")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Only what was asked from this day on (2026-03-01, UTC).",
)
@json_option
@at_work
def figures(work: Workplace, *, since: datetime | None, as_json: bool) -> None:
    """How often who asked whom for what, and what came of it: each rate can be worked out again."""
    from hub.store import tasks as rows

    with work.store() as store, store.database.reading() as connection:
        found = rows.figures(connection, since=f"{since:%Y-%m-%d}" if since else "")
    if as_json:
        write_json({"figures": found})
        return
    cells = [
        (row.asked_by, row.asked_of, " ".join(filter(None, (row.docking, words(KINDS, row.kind)))), row.purpose,
         row.asked, row.ended, row.completed, row.settled, row.failed, row.refused)
        for row in found
    ]  # fmt: skip
    columns = (
        "请求方 by", "承办方 of", "类型 kind", "用途 purpose", "请求 asked", "已结 ended", "办成 completed",
        "成功 settled", "未办成 failed", "不受理 refused",
    )  # fmt: skip
    table(columns, cells, right=(4, 5, 6, 7, 8, 9))


@task.command("strays")
@click.option("--all", "every", is_flag=True, help="Those taken up or dismissed too.")
@click.option("--source", default="", help="Only of this source.")
@click.option("--dismiss", metavar="STRAY", help="Wait for this one no longer; needs --reason.")
@click.option("--take", metavar="STRAY", help="Let the record of this one answer its task; needs --reason.")
@click.option("--reason", default="", help="Why, in few words; no personal data.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@json_option
@at_work
def strays_(
    work: Workplace,
    *,
    every: bool,
    source: str,
    dismiss: str | None,
    take: str | None,
    reason: str,
    limit: int,
    as_json: bool,
) -> None:
    """What came for no task, or before its time; it resolves itself when the missing part arrives."""
    from hub.store import strays as rows

    if dismiss or take:
        if not reason.strip() or (dismiss and take):
            raise click.UsageError("one of --dismiss and --take, with --reason")
        _decide(work, task_ref(dismiss or take or ""), reason, take=take is not None)
        return
    with work.store() as store, store.database.reading() as connection:
        found = rows.listed(connection, every=every, source=source, most=limit)
    if as_json:
        write_json({"strays": found})
        return
    _show_strays(found)


def _decide(work: Workplace, ref: "Ref", reason: str, *, take: bool) -> None:
    from hub.casework.byhand import decide
    from hub.casework.discretion import openly
    from hub.cli.by_hand import person, written_down
    from hub.clock import utc_now
    from hub.store import strays
    from hub.store import tasks as rows

    (by, at), now = person(), utc_now()
    with work.store() as store, store.database.transaction() as connection:
        known = [each for each in strays.waiting(connection) if each.ref == ref]
        codes = [rows.one(connection, (each.home, each.task)).code for each in known if each.task is not None]
        why = openly(connection, store, reason, codes=codes, records=[each.of for each in known if each.of])
        stray = decide(
            connection, work.settings, store, ref, take=take, by=by, why=why, now=now, registry=work.registry
        )
        told = {"stray": number_of(ref), "kind": stray.kind, "task": stray.task, "reason": why}
        action = "stray.taken" if take else "stray.dismissed"
        written_down(connection, store, home=ref[0], action=action, entry=told, by=by, at=at)
    say(f"{'已采纳 taken' if take else '已搁置 dismissed'}: {number_of(ref)}")


def _show_strays(found: Any) -> None:
    cells = [
        (number_of(row.ref), row.source, words(STRAYS, row.kind), number_of(row.of),
         f"{row.home}-{row.task}" if row.task else None, row.state, moment(row.first), moment(row.last))
        for row in found
    ]  # fmt: skip
    columns = (
        "编号 stray", "来源 source", "是什么 what", "记录 record", "任务 task", "状态 state", "首次 first", "最近 last",
    )  # fmt: skip
    table(columns, cells, title="待核 strays")


def _told(row: "TaskRow") -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}


def _id(row: "TaskRow") -> str:
    return f"{row.home}-{row.id}"


def _kind(row: "TaskRow") -> str:
    return " ".join(filter(None, (row.docking, words(KINDS, row.kind))))


def _line(told: Mapping[str, Any]) -> str:
    return "  ".join(f"{name}={value}" for name, value in told.items() if value not in (None, ""))
