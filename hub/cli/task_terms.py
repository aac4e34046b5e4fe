"""``hub task terms``: the rules of deadlines, and when a term that starts then ends."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from hub.cli.show import facts, json_option, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.casework.deadlines import Deadline

UNITS = {"second": "秒", "minute": "分钟", "hour": "小时", "day": "天", "working_day": "个工作日"}


@click.command("terms")
@click.argument("name", metavar="[RULE]", required=False)
@click.option(
    "--from",
    "start",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="When its clock starts, by the clock in China; without it, now.",
)
@click.option("--extended", is_flag=True, help="With the one extension it knows.")
@json_option
@at_work
def terms(work: Workplace, *, name: str | None, start: datetime | None, extended: bool, as_json: bool) -> None:
    """List the rules of deadlines, each with its ground; or tell when the lamps of one turn."""
    from hub.casework.calendar import ZONE
    from hub.casework.deadlines import counted
    from hub.casework.terms import Terms
    from hub.clock import utc_now
    from hub.settings import find

    known = Terms.load(work.settings.deadlines if work.config or find().exists() else None)
    if name is None:
        if start or extended:
            raise click.UsageError("--from and --extended go with a RULE")
        _list(list(known.rules.values()), as_json=as_json)
        return
    rule = known.rule(name)
    begun = start.replace(tzinfo=ZONE) if start else utc_now().replace(microsecond=0)
    ends = counted(rule, begun, known.calendar, extended=extended)
    if as_json:
        write_json({"rule": rule.name, "start": begun, "yellow": ends.yellow, "red": ends.red, "due": ends.due,
                    "note": ends.note})  # fmt: skip
        return
    there = {each: f"{getattr(ends, each).astimezone(ZONE):%Y-%m-%d %H:%M:%S}" for each in ("yellow", "red", "due")}
    facts(
        {
            "期限 term": f"{rule.label} {rule.english}",
            "起算 starts": f"{begun.astimezone(ZONE):%Y-%m-%d %H:%M:%S}  ({rule.start})",
            "绿灯至 green until": there["yellow"],
            "黄灯至 yellow until": there["red"],
            "届满 due": there["due"],
            "停止 stands for": " ".join(sorted(rule.pauses)),
            "依据 ground": f"{rule.set_by}: {rule.basis}",
            "注意 note": ends.note and "次年节假日未知，仅扣除周末 holidays not known: only weekends were left out",
        }
    )


def _list(rules: "list[Deadline]", *, as_json: bool) -> None:
    if as_json:
        write_json({"rules": rules})
        return
    cells = [
        (
            each.name,
            each.label,
            each.start,
            f"{each.length}{f'+{each.extension}' if each.extension else ''} {UNITS[each.unit]}",
            f"{each.yellow} / {each.red}",
            each.set_by,
            each.basis,
        )
        for each in rules
    ]
    columns = ("规则 rule", "名称", "起算 from", "长度 length", "黄/红 yellow/red", "定于 by", "依据 ground")
    table(columns, cells)
