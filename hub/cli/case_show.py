"""``hub case show``: what a case is, and why its records are one."""

from typing import TYPE_CHECKING

import click

from hub.cli.case_words import (
    LISTINGS,
    STATES,
    item_words,
    join_told,
    reasons_words,
    record_id,
    region_words,
    stage_words,
)
from hub.cli.show import facts, json_option, moment, say, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.casework.lists import OnList
    from hub.casework.recovered import Recovered
    from hub.store.case_read import JoinRow, MergeRow
    from hub.store.rows import RecordHead
    from hub.store.tasks import TaskRow


@click.command("show")
@click.argument("number", metavar="CODE")
@json_option
@at_work
def show(work: Workplace, number: str, *, as_json: bool) -> None:
    """Show one case. CODE is its code or any number that finds it.

    Each join tells its weight in bits and what speaks for and against it; a person's word stands above the linker's.
    """
    from hub.casework import cases, concerning, lists, recovered, together
    from hub.cli.case_timeline import the_case
    from hub.store import case_read
    from hub.store.cases import led_by
    from hub.store.tasks import of_cases
    from schemas.case_code import spoken

    with work.store() as store, store.database.reading() as connection:
        code = the_case(connection, store, number)
        row = case_read.case(connection, code)
        records = case_read.records(connection, code, deleted=True)
        refs = cases.members(connection, code)
        joins = case_read.joins(connection, refs)
        names = sorted(set(led_by(connection, [code])) - {code})
        aliases, merges = case_read.aliases(connection, code), case_read.merges(connection, code)
        tasks = of_cases(connection, [code]).get(code, [])
        beside = concerning.concerning(connection, refs, ("event", "row"))
        heard = together.joined_with(connection, {code, *names}, beside)
        paid = recovered.recovered(connection, store, code)
        on = [*lists.told_lists(beside), *lists.kept_lists(connection, code)]
    steps = concerning.retrospective(beside)
    inside = [join for join in joins if join.one in refs and join.other in refs]
    outside = [join for join in joins if join not in inside and join.state == "asked"]
    if as_json:
        write_json(
            {"case": row, "also": names, "aliases": aliases, "records": records, "merges": merges, "tasks": tasks,
             "joined_with": heard, "lists": on, "retrospective": steps, "recovered": paid,
             "joins": [join_told(join) for join in inside], "asked": [join_told(join) for join in outside]}
        )  # fmt: skip
        return
    facts(
        {
            "案号 code": spoken(code),
            "又名 also": names,
            "标题 title": row.title,
            "事项 item": item_words(work, row.item, row.category),
            "阶段 stage": stage_words(row.stage),
            "地区 region": region_words(row.region),
            "收件 received": moment(row.opened),
            "赋码 issued": moment(row.issued),
            "冲突 conflicts": row.conflicts or None,
            "追回 recovered": paid and _paid(paid),
            "复盘 retrospective": _steps(steps),
            "同审 heard with": [f"{spoken(each.code)}  {moment(each.at) or ''}".rstrip() for each in heard],
            "清单 lists": [_listed(each) for each in on],
            "编号 aliases": [f"{each.kind} {each.number}" for each in aliases],
        }
    )
    say("")
    _show_records(work, records)
    _show_joins(inside, "为何一案 why they are one")
    _show_joins(outside, "待核 waiting for a person: hub case review")
    _show_merges(merges)
    _show_tasks(tasks)
    say(f"全过程 its life: hub case timeline {code}")


def _paid(paid: "Recovered") -> str:
    """One sum; what others tell of it where they differ."""
    others = ", ".join(f"{each.source} {each.fen / 100:,.2f}" for each in paid.others) if paid.differ else ""
    said = f"{paid.sum.fen / 100:,.2f} 元 yuan  {paid.sum.source}"
    return "  ".join(
        filter(None, (said, "已司法确认 confirmed" if paid.confirmed else "", others and f"另说 else {others}"))
    )


def _steps(steps: "Mapping[str, str | None]") -> str | None:
    done = [f"{step} {moment(at)}" for step, at in steps.items() if at]
    return f"{len(done)}/{len(steps)}  {', '.join(done)}" if steps else None


def _listed(each: "OnList") -> str:
    since = moment(each.since) if each.since and "T" in each.since else each.since
    return "  ".join(filter(None, (each.name, since, each.owner, LISTINGS[each.stands], each.proof)))


def _show_records(work: Workplace, records: "list[RecordHead]") -> None:
    cells = [
        (record_id((row.home, row.id)), row.source, row.title, item_words(work, row.item, row.category),
         "已删除 deleted" if row.deleted else stage_words(row.stage), moment(row.opened))
        for row in records
    ]  # fmt: skip
    table(("记录 record", "来源 source", "标题 title", "事项 item", "阶段 stage", "收件 received"), cells)


def _show_joins(joins: "list[JoinRow]", title: str) -> None:
    if joins:
        cells = [
            (f"{record_id(row.one)} ~ {record_id(row.other)}", STATES.get(row.state, row.state), f"{row.weight:.1f}",
             row.by, row.why or reasons_words(row.reasons))
            for row in joins
        ]  # fmt: skip
        table(("记录 records", "结论 state", "比特 bits", "由 by", "理由 reasons"), cells, title=title, right=(2,))


def _show_merges(merges: "list[MergeRow]") -> None:
    if merges:
        cells = [(row.code, row.into, moment(row.at), row.by, row.why, moment(row.undone)) for row in merges]
        columns = ("案 case", "与 with", "时间 at", "由 by", "理由 why", "已撤 undone")
        table(columns, cells, title="并案 merges", if_any=(4,))


def _show_tasks(tasks: "list[TaskRow]") -> None:
    from hub.cli.task_words import KINDS, LAMPS, STATES, words

    if tasks:
        cells = [
            (f"{row.home}-{row.id}", words(KINDS, row.kind), row.asked_by, row.asked_of, words(STATES, row.state),
             None if row.ended else words(LAMPS, row.lamp), moment(row.due))
            for row in tasks
        ]  # fmt: skip
        columns = ("任务 task", "类型 kind", "请求方 by", "承办方 of", "状态 state", "灯 lamp", "期限 due")
        table(columns, cells, title="任务 tasks")
