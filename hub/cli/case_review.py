"""``hub case review``: pairs the linker is not sure of. A person's word is kept and audited."""

import re
from typing import TYPE_CHECKING, Any

import click

from hub.cli.case_words import join_told, reason_option, reasons_words, record_id, record_ref, stage_words
from hub.cli.show import json_option, moment, say, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.casework.review import Question
    from hub.store.cases import Head


@click.group("review")
def review() -> None:
    """Pairs of records that may tell of one matter: neither sure enough to join nor to keep apart."""


@review.command("list")
@click.option("--after", metavar="ONE~OTHER", help="Go on after this pair.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@json_option
@at_work
def list_(work: Workplace, *, after: str | None, limit: int, as_json: bool) -> None:
    """List the pairs that wait, masked, with what speaks for and against each."""
    from hub.casework.review import questions

    with work.store() as store, store.database.reading() as connection:
        found = questions(connection, after=_place(after) if after else None, limit=limit)
    more = _pair(found[-1]) if len(found) == limit else None
    if as_json:
        write_json({"pairs": [_told(each) for each in found], "next": more})
        return
    for each in found:
        cells = [(*_cells(head), code) for head, code in zip((each.one, each.other), each.codes, strict=True)]
        columns = ("记录 record", "来源 source", "标题 title", "事项 item", "阶段 stage", "收件 received", "案号 code")
        table(columns, cells, title=f"{each.join.weight:+.1f} bits  {reasons_words(each.join.reasons)}")
    if not found:
        say("没有待核的 nothing waits")
    if more:
        say(f"更多 more: --after {more}")


@review.command("join")
@click.argument("one", metavar="ONE")
@click.argument("other", metavar="OTHER")
@reason_option
@at_work
def join(work: Workplace, one: str, other: str, *, reason: str) -> None:
    """ONE and OTHER (330110-12) tell of one matter: their cases are one from now on."""
    from hub.casework import review as rows
    from hub.casework.discretion import openly
    from hub.cli.by_hand import person, written_down

    refs, (by, at) = (record_ref(one), record_ref(other)), person()
    with work.store() as store, store.database.transaction() as connection:
        why = openly(connection, store, reason, records=refs)
        code = rows.join(connection, store, *refs, by=by, at=at, why=why)
        entry = {"one": one, "other": other, "code": code, "reason": why}
        written_down(connection, store, home=code[:6], action="case.reviewed_join", entry=entry, by=by, at=at)
    say(f"{code}: 已并 joined")


@review.command("apart")
@click.argument("one", metavar="ONE")
@click.argument("other", metavar="OTHER")
@reason_option
@at_work
def apart(work: Workplace, one: str, other: str, *, reason: str) -> None:
    """ONE and OTHER tell of two matters: the linker never brings their cases together."""
    from hub.casework import review as rows
    from hub.casework.discretion import openly
    from hub.cli.by_hand import person, written_down

    refs, (by, at) = (record_ref(one), record_ref(other)), person()
    with work.store() as store, store.database.transaction() as connection:
        why = openly(connection, store, reason, records=refs)
        rows.apart(connection, store, *refs, by=by, at=at, why=why)
        entry = {"one": one, "other": other, "reason": why}
        written_down(connection, store, home=refs[0][0], action="case.reviewed_apart", entry=entry, by=by, at=at)
    say(f"{one} {other}: 分开 apart")


def _cells(head: "Head") -> tuple[object, ...]:
    return (
        record_id(head.ref), head.source, head.title, head.item, stage_words(head.stage), moment(head.opened),
    )  # fmt: skip


def _pair(question: "Question") -> str:
    return f"{record_id(question.join.one)}~{record_id(question.join.other)}"


def _told(question: "Question") -> dict[str, Any]:
    def of(head: "Head", code: str) -> dict[str, Any]:
        return {
            "record": record_id(head.ref), "source": head.source, "title": head.title, "item": head.item,
            "stage": head.stage, "opened": head.opened, "code": code,
        }  # fmt: skip

    records = [of(head, code) for head, code in zip((question.one, question.other), question.codes, strict=True)]
    return join_told(question.join) | {"records": records}


def _place(text: str) -> tuple[str, int, str, int]:
    one, _, other = re.sub(r"\s", "", text).partition("~")
    return (*record_ref(one), *record_ref(other))
