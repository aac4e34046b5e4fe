"""Entries as people read them: lists, one whole, Chinese and English side by side."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub.cli.show import facts, moment, table

if TYPE_CHECKING:
    from hub.store.entries import EntryHead, EntryView

KINDS = {
    "event": "步骤",
    "document": "文书",
    "organisation": "机构",
    "mediator": "调解员",
    "figure": "指标",
    "row": "数据",
}
"""The kinds of entries, with what they are called in lists."""

LABELS = {
    "owner": "归属", "region": "地区", "status": "状态", "stage": "阶段", "at": "时间", "action": "步骤",
    "body": "承办", "note": "情况", "number": "文号", "form": "文种", "title": "标题", "issuer": "发文",
    "addressee": "收文", "issued": "发出", "due": "期限", "answered": "答复", "answer": "答复内容",
    "amount_fen": "金额", "digest": "摘要值",
    "url": "地址", "name": "名称", "code": "编码", "parent": "上级", "organisation": "所属机构", "fields": "领域",
    "capacity": "容量", "load": "在办", "phone": "电话", "address": "住址", "period": "期间", "value": "数值",
    "unit": "单位", "numerator": "分子", "denominator": "分母", "dataset": "数据集", "purpose": "用途", "basis": "依据",
    "begins": "起", "ends": "止", "extra": "其他",
}  # fmt: skip
"""What the fields of an entry are called."""

_TIMES = ("at", "issued", "due", "answered")
_HEAD = frozenset(("source", "stream", "kind", "key", "revision", "deleted", "notes", "references", "parties"))
_PARTY = ("role", "name", "kind", "id_number", "phone", "address")


def show_list(rows: "Sequence[EntryHead]") -> None:
    """Print a table of entries; columns that are empty in all of them are left out."""
    columns = (
        "编号 id", "来源 source", "种类 kind", "名目 name", "标题 title", "归属 owner", "地区 region", "时间 time",
        "期限 due", "办复 done", "状态 status", "领域 fields", "数值 value",
    )  # fmt: skip
    table(columns, [_cells(row) for row in rows], right=(12,), if_any=range(3, 13))


def show_view(view: "EntryView") -> None:
    """Print one entry with all its versions."""
    head, body = view.head, view.body
    facts(
        {
            "编号 id": spot(head),
            "来源 source": f"{head.source}/{head.stream}  {head.key}",
            "种类 kind": f"{KINDS[head.kind]} {head.kind}",
            "案号 references": [f"{each['kind']} {each['number']}" for each in body.get("references") or ()],
            **{_label(name): _value(name, value) for name, value in body.items() if name not in _HEAD},
            "备注 notes": head.notes,
            "删除 deleted": bool(head.deleted),
        }
    )
    if parties := body.get("parties"):
        table(_PARTY, [[each.get(column) for column in _PARTY] for each in parties], title="parties")
    headings = (
        "版本 version", "原文 raw page", "第几条 item no", "批次 run", "适配器 adapter", "映射 mapping", "存入 stored",
    )  # fmt: skip
    rows = [
        (row.version, f"{head.home}-{row.raw}", row.item_no, row.run, row.adapter, row.mapping, moment(row.stored))
        for row in view.versions
    ]
    table(headings, rows, title=f"版本 versions, {view.shown} shown")


def _cells(row: "EntryHead") -> list[object]:
    value: object = row.value
    if row.amount_fen is not None:
        value = f"{row.amount_fen / 100:,.2f}"
    elif row.value is None and row.numerator is not None:
        value = " / ".join("-" if part is None else f"{part:g}" for part in (row.numerator, row.denominator))
    return [
        spot(row),
        row.source,
        KINDS[row.kind],
        row.name,
        row.title,
        row.owner,
        _region_words(row.region),
        moment(row.at) if row.at else row.period,
        row.due and moment(row.due),
        row.done and moment(row.done),
        row.status,
        row.fields,
        value,
    ]


def age(now: datetime, then: str | None) -> int | None:
    """Whole seconds since a stored time; None where there is none."""
    return int((now - datetime.fromisoformat(then)).total_seconds()) if then else None


def span(first: str | None, last: str | None) -> str | None:
    """From the first to the last of two periods."""
    return first if first == last else f"{first} … {last}"


def _label(name: str) -> str:
    return f"{LABELS.get(name, '')} {'yuan' if name == 'amount_fen' else name}".strip()


def _region_words(code: str | None) -> str | None:
    """A region by name; by its code where that has none."""
    from schemas.regions import region

    known = region(code) if code else None
    return known.name if known else code


def _value(name: str, value: object) -> object:
    if name in _TIMES and isinstance(value, str):
        return moment(value)
    if name == "amount_fen" and isinstance(value, int):
        return f"{value / 100:,.2f}"
    if name == "region" and isinstance(value, str):
        return f"{_region_words(value)} {value}"
    if isinstance(value, Mapping):
        return "  ".join(f"{field}={part}" for field, part in value.items())
    return value


def spot(row: Any) -> str:
    """The number an entry is called by: ``330110-12``."""
    return f"{row.home}-{row.id}"
