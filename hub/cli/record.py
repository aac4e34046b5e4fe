"""``hub record``: read what the hub holds. Masked, unless a clear read is asked for and audited."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from hub.cli.by_hand import clear_read
from hub.cli.lazy import Lazy
from hub.cli.region import REGION
from hub.cli.show import facts, json_option, moment, say, table, write_json
from hub.cli.workplace import Workplace, at_work
from hub.errors import StoreError

if TYPE_CHECKING:
    from hub.store.rows import RecordHead
    from hub.store.show import RecordView
    from hub.store.store import Store

LISTS = {
    "parties": ("role", "name", "kind", "id_number", "phone", "address"),
    "steps": ("at", "action", "body", "note"),
}
"""Lists within a record, and their columns."""

CODED = {"role": "party_role", "kind": "party_type"}
"""Columns of codes, and the code tables that name them."""


COMMANDS = {
    "correct": ("hub.cli.correct:correct", "Put a record right, for good."),
    "corrections": ("hub.cli.correct:corrections", "List what people put right."),
    "lift": ("hub.cli.correct:lift", "Take a correction away."),
    "pace": ("hub.cli.pace:pace", "How long matters took, from step to step."),
}


@click.group("record", cls=Lazy, commands_at=COMMANDS)
def record() -> None:
    """The records of this hub."""


@record.command("list")
@click.option("--rejected", is_flag=True, help="Items that could not become records, with the reason.")
@click.option("--unmapped", is_flag=True, help="Records without an item.")
@click.option("--item", metavar="CODE", help="Records of this item (D0201) or category (D02).")
@click.option("--source", help="Records of this source.")
@click.option("--region", type=REGION, default="", metavar="PREFIX", help="Records whose place's code begins so.")
@click.option("--text", default="", help="Part of the title.")
@click.option("--after", metavar="ID", help="Go on after this one.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@at_work
def list_(
    work: Workplace,
    *,
    rejected: bool,
    unmapped: bool,
    item: str | None,
    source: str | None,
    region: str,
    text: str,
    after: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List records, or --rejected items."""
    from hub.store import read

    position = numbered(after) if after else None
    with work.store() as store, store.database.reading() as connection:
        if source is not None:
            known_source(work, source, {run.source for run in read.runs_last(connection)})
        if rejected:
            if unmapped or item or region or text:
                raise click.UsageError("--rejected goes with --source, --after and --limit only")
            _show_rejections(read.rejections(connection, source=source, after=position, limit=limit), as_json=as_json)
            return
        item, category = item_or_category(work, item)
        rows = read.records(
            connection,
            source=source,
            item=item,
            category=category,
            region=region,
            unmapped=unmapped,
            text=text,
            after=position,
            limit=limit,
        )
    if as_json:
        write_json({"records": rows, "next": number_of(rows[-1]) if len(rows) == limit else None})
        return
    cells = [
        (number_of(row), row.source, row.title, _item_words(work, row), row.stage, moment(row.opened)) for row in rows
    ]
    table(("编号 id", "来源 source", "标题 title", "事项 item", "阶段 stage", "收件 received"), cells)
    if len(rows) == limit:
        say(f"更多 more: --after {number_of(rows[-1])}")


@record.command("show")
@click.argument("record_id", metavar="ID")
@click.option("--source", help="The source that knows ID as its own key.")
@click.option("--version", type=click.IntRange(1), help="An earlier version.")
@click.option("--clear", is_flag=True, help="Unmasked; needs --reason, and is audited.")
@click.option("--reason", default="", help="Why the clear text is needed.")
@json_option
@at_work
def show(
    work: Workplace, record_id: str, *, source: str | None, version: int | None, clear: bool, reason: str, as_json: bool
) -> None:
    """Show one record: content, item and how it was found, and for each version from which bytes and mapping it came.

    ID is a number of `hub record list` (330110-12) or the source's own key.
    """
    from hub.store.show import show as open_record

    if clear and not reason.strip():
        raise click.UsageError("--clear needs --reason")
    with work.store() as store:
        head = find_record(store, record_id, source)
        if clear:
            clear_read(store, "record", head, reason)
        view = open_record(store.database, store.keyring, head.home, head.id, version=version, clear=clear)
    if as_json:
        write_json(
            {
                "head": view.head,
                "versions": view.versions,
                "shown": view.shown,
                "clear": view.clear,
                "body": view.body,
                "corrected": view.corrected,
            }
        )
    else:
        _show_view(work, view)


def _show_view(work: Workplace, view: "RecordView") -> None:
    head, body = view.head, view.body
    facts(
        {
            "编号 id": number_of(head),
            "来源 source": f"{head.source}/{head.stream}  {head.key}",
            "标题 title": body.get("title"),
            "事项 item": _item_words(work, head),
            "依据 found by": f"{head.method} {head.confidence:.2f}  {head.evidence}",
            "原编码 source's own": " ".join(filter(None, (head.code, head.label, head.edition))),
            "阶段 stage": f"{head.stage or '-'}  ({head.status or '-'})",
            "收件 received": moment(head.opened),
            "发生 happened": head.happened,
            "期限 due": moment(head.due),
            "办结 closed": moment(head.closed),
            "地点 place": _place_words(body.get("place")),
            "金额 yuan": None if head.amount_fen is None else f"{head.amount_fen / 100:,.2f}",
            "人数 people": head.people,
            "渠道 channel": head.channel,
            "案号 references": [f"{each['kind']} {each['number']}" for each in body.get("references") or ()],
            "备注 notes": head.notes,
            "删除 deleted": bool(head.deleted),
            "更正 corrected": [
                f"{row.field} {number_of(row)} {row.by.removeprefix('person:')}" for row in view.corrected
            ],
        }
    )
    say("")
    if detail := body.get("detail"):
        say(detail)
    for name, columns in LISTS.items():
        if told := body.get(name):
            table(columns, [[_cell(work, column, each.get(column)) for column in columns] for each in told], title=name)
    if resolution := body.get("resolution"):
        facts({"化解 resolution": _words(resolution)})
    if extra := body.get("extra"):
        facts({"其他 extra": _words(extra)})
    headings = (
        "版本 version", "原文 raw page", "第几条 item no", "批次 run", "适配器 adapter", "映射 mapping", "存入 stored",
    )  # fmt: skip
    rows = [
        (row.version, f"{head.home}-{row.raw}", row.item_no, row.run, row.adapter, row.mapping, moment(row.stored))
        for row in view.versions
    ]
    table(headings, rows, title=f"版本 versions, {view.shown} shown")


def find_record(store: "Store", text: str, source: str | None) -> "RecordHead":
    """The one record meant. Raises StoreError when none or several are."""
    from hub.store import read

    with store.database.reading() as connection:
        found: list[RecordHead] = []
        if source is None and (match := re.fullmatch(r"(?:(\d{6})-)?(\d{1,18})", text)):
            found = read.record_by_id(connection, int(match[2]), home=match[1])
        found = found or read.record_by_key(connection, text, source=source)
    if not found:
        raise StoreError("no such record", where="store", hint="hub record list shows all; a source's key is taken too")
    if len(found) > 1:
        several = ", ".join(f"{number_of(head)} ({head.source})" for head in found[:5])
        raise StoreError(f"{len(found)} records are called that", where="store", hint=f"say which: {several}")
    return found[0]


def _show_rejections(rows: list[Any], *, as_json: bool) -> None:
    if as_json:
        write_json({"rejections": rows})
        return
    cells = [
        (
            number_of(row),
            row.source,
            row.code,
            row.field,
            row.reason,
            f"{row.home}-{row.raw}",
            row.item_no,
            row.times,
            moment(row.last),
        )
        for row in rows
    ]
    columns = (
        "编号 id", "来源 source", "代码 code", "字段 field", "原因 reason", "原文 raw page", "第几条 no", "次 times",
        "最近 last",
    )  # fmt: skip
    table(columns, cells, right=(6, 7))


def item_or_category(work: Workplace, code: str | None) -> tuple[str | None, str | None]:
    """The code as an item or as a category, the other being None. Raises BadParameter naming the nearest."""
    from hub.nearest import did_you_mean

    if code is None or code in work.taxonomy.items:
        return code, None
    if code in work.taxonomy.categories:
        return None, code
    known = [*work.taxonomy.categories, *work.taxonomy.items]
    raise click.BadParameter(f'no item "{code}"; {did_you_mean(code, known)}', param_hint="--item")


def known_source(work: Workplace, name: str, stored: set[str]) -> None:
    """Raises ConfigError for a source neither in the settings nor in the store."""
    if name not in stored:
        work.settings.source(name)


def _item_words(work: Workplace, head: "RecordHead") -> str:
    known = work.taxonomy.items.get(head.item or "") or work.taxonomy.categories.get(head.category or "")
    return f"{known.code} {known.label}" if known else head.item or "未归 unmapped"


def numbered(text: str) -> tuple[str, int]:
    """(home, id) of a number as it is shown. Raises BadParameter for what is none."""
    match = re.fullmatch(r"(\d{6})-(\d{1,18})", text)
    if match is None:
        raise click.BadParameter("a number such as 330110-12 is wanted")
    return match[1], int(match[2])


def number_of(row: Any) -> str:
    """The number of a row with ``home`` and ``id``: ``330110-12``."""
    return f"{row.home}-{row.id}"


def _cell(work: Workplace, column: str, value: Any) -> object:
    if column == "at":
        return moment(value)
    known = work.taxonomy.code_tables.get(CODED.get(column, ""), {}).get(value)
    return known.label if known else value


def _place_words(place: Mapping[str, Any] | None) -> str:
    """The place with its region by name."""
    from schemas.regions import finest_region

    named = finest_region((place or {}).get("region", ""))
    return " ".join(filter(None, (named.name if named else "", _words(place))))


def _words(values: Mapping[str, Any] | None) -> str:
    """Filled fields in one line: ``address=… region=…``."""
    return "  ".join(f"{name}={value}" for name, value in (values or {}).items() if value not in (None, "", [], ()))
