"""``hub task ask`` and ``hub task gather``: one request to several bodies, and what came of it."""

import click

from hub.cli.by_hand import person, written_down
from hub.cli.show import json_option, moment, say, table, write_json
from hub.cli.task_words import LAMPS, STATES, case_code, number_of, task_ref, words
from hub.cli.workplace import Workplace, at_work
from hub.clock import utc_now
from hub.errors import StoreError


@click.command("ask")
@click.argument("code", metavar="CASE")
@click.option("--route", required=True, help="The route of the settings that names the bodies.")
@click.option("--record", "record", metavar="ID", help="The record it is about; none: the case's first of the route.")
@click.option("--reason", required=True, help="Why, in few words; name nobody.")
@at_work
def ask(work: Workplace, code: str, *, route: str, record: str | None, reason: str) -> None:
    """Ask all bodies of a route at once: a task for each, tied together."""
    from hub.casework import cases
    from hub.casework.byhand import asked_by_route
    from hub.casework.desk import Desk
    from hub.casework.discretion import openly

    (by, at), now = person(), utc_now()
    with work.store() as store, store.database.transaction() as connection:
        desk = Desk(work.settings, store, work.registry)
        leading = cases.lead(connection, case_code(code))
        why = openly(connection, store, reason, codes=[leading])
        about = task_ref(record) if record else None
        made = [
            ref
            for told in asked_by_route(connection, desk, leading, route, record=about, reason=why, by=by, now=now)
            if (ref := desk.request(connection, told, now=now)) is not None
        ]
        for ref in made:
            entry = {"task": number_of(ref), "case": leading, "route": route, "reason": why}
            written_down(connection, store, home=ref[0], action="task.requested", entry=entry, by=by, at=at)
    if not made:
        raise StoreError("this was asked a moment ago", where="store", hint="hub task list --open")
    say(f"已请求 requested: {' '.join(filter(None, map(number_of, made)))}")


@click.command("gather")
@click.argument("number", metavar="TASK")
@json_option
@at_work
def gather(work: Workplace, number: str, *, as_json: bool) -> None:
    """Show one request to several bodies by any of its tasks: asked, answered, late, and what each told. Masked."""
    from hub.casework.gathering import gathered
    from hub.casework.receivers import Receivers
    from hub.store import tasks as rows

    with work.store() as store, store.database.reading() as connection:
        row = rows.one(connection, task_ref(number))
        found = gathered(connection, store, Receivers(work.settings, work.registry), row, utc_now())
    if found is None:
        raise StoreError(f"task {number} was asked of one body alone", where="store", hint="hub task show tells of it")
    if as_json:
        told = [
            {
                "task": number_of(each.task.ref), "of": each.task.asked_of, "title": each.title,
                "state": each.task.state, "lamp": each.task.lamp, "due": each.task.due, "ended": each.task.ended,
                "number": each.task.number, "late": each.late, "said": each.said, "defects": each.defects,
            }
            for each in found.answers
        ]  # fmt: skip
        counts = {"asked": found.asked, "answered": found.answered, "late": len(found.late)}
        write_json({"case": found.code, **counts, "complete": found.complete, "answers": told})
        return
    say(
        f"请求 asked {found.asked}  已答 answered {found.answered}  逾期 late {len(found.late)}  "
        f"{'已齐 complete' if found.complete else '未齐 open'}  案件 case {found.code}"
    )
    columns = (
        "编号 task", "承办方 of", "状态 state", "灯 lamp", "期限 due", "答复 answered", "逾期 late", "瑕疵 defects",
        "内容 said",
    )  # fmt: skip
    cells = [
        (number_of(each.task.ref), each.title, words(STATES, each.task.state),
         None if each.task.ended else words(LAMPS, each.task.lamp), moment(each.task.due), moment(each.task.ended),
         "逾期 late" if each.late else None, each.defects or None, each.said or None)
        for each in found.answers
    ]  # fmt: skip
    table(columns, cells, if_any=(6, 7, 8))
