"""``hub case timeline``: the whole life of a case on one page. Masked, unless a clear read is asked for and audited."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from hub.cli.by_hand import clear_options, person, written_down
from hub.cli.case_words import record_id, stage_words
from hub.cli.show import facts, json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.casework.timeline import Happened
    from hub.store.case_read import CaseRow
    from hub.store.store import Store
    from schemas.life import Stage

ZONE = ZoneInfo("Asia/Shanghai")
"""The zone in which a case is told, wherever this machine stands."""

CHANNELS = {
    "FY": "法院", "XF": "信访", "RX": "热线", "TJ": "调解", "WG": "网格", "GA": "公安", "WS": "网上", "CK": "来访",
    "QT": "其他",
}  # fmt: skip

MARKS = {"received": "*", "stage": "*", "closed": "*", "deleted": "x", "returned": "*"}
"""Signs of one column in every terminal: a change of a record; what the hub did is ``+``, a conflict ``!``."""


@click.command("timeline")
@click.argument("number", metavar="CODE")
@clear_options
@json_option
@at_work
def timeline(work: Workplace, number: str, *, clear: bool, reason: str, as_json: bool) -> None:
    """Tell the whole life of a case: each source's steps, changes of stage, and what the hub did.

    CODE is the case's code or any number that finds it.
    """
    from hub.casework.timeline import timeline as tell
    from hub.casework.timeline import way
    from hub.store import case_read

    with work.store() as store:
        with store.database.reading() as connection:
            code = the_case(connection, store, number)
        if clear:
            _audit_clear_read(store, code, reason)
        with store.database.reading() as connection:
            row, told = case_read.case(connection, code), tell(connection, store, code, clear=clear)
    went = way(told)
    if as_json:
        write_json({"code": code, "clear": clear, "way": [{"at": at, "stage": stage} for at, stage in went],
                    "happened": told})  # fmt: skip
        return
    _show(row, told, went)


def the_case(connection: "Connection", store: "Store", text: str) -> str:
    """The leading case that any number means. Raises StoreError when none or several do."""
    from hub.casework import cases
    from hub.errors import StoreError

    found = cases.find(connection, store, text)
    if not found:
        raise StoreError("no such case", where="store", hint="hub case find takes any number; hub case list shows all")
    if len(found) > 1:
        several = ", ".join(found[:5])
        raise StoreError(f"{len(found)} cases are found by that", where="store", hint=f"say which: {several}")
    return found[0]


def _show(row: "CaseRow", told: "Sequence[Happened]", went: "Sequence[tuple[str, Stage]]") -> None:
    """Print the head of a case and its life, a line for each thing that happened, the day told once."""
    from hub.casework.life import words
    from hub.casework.timeline import HUB
    from schemas.case_code import spoken

    sources = sorted({each.source for each in told} - {HUB})
    facts(
        {
            "案号 code": spoken(row.code),
            "标题 title": row.title,
            "阶段 stage": stage_words(row.stage),
            "历程 way": " -> ".join(words(stage) for _, stage in went),
            "来源 sources": f"{len(sources)}: {', '.join(sources)}",
            "记录 records": row.records,
            "待核 open": row.conflicts or None,
        }
    )
    say("")
    rows: list[tuple[object, ...]] = []
    day = ""
    for each in told:
        date, _, time = local(each.at).partition(" ")
        shown = ("" if each.exact else "~") + ("" if each.exact and time == "00:00" else time)
        rows.append((date if date != day else "", shown, _mark(each), _who(each), what(each), _from(each)))
        day = date
    columns = ("日期 date", "时间 time", "", "来源 source", "事 what", "出处 raw page")
    table(columns, rows)
    say("* 阶段 a record's stage   - 步骤 step   + 一网 the hub   ! 冲突 conflict   ~ 按存入时间 when it was stored")
    say("北京时间 Beijing time")


def what(each: "Happened") -> str:
    """One thing that happened in a line, Chinese first."""
    from hub.casework.life import words
    from hub.casework.timeline import HUB

    if each.source == HUB:
        return _of_hub(each) + _conflict(each)
    match each.kind:
        case "received":
            said = f"收件 received  {each.text}".rstrip()
        case "closed":
            said = "办结 ended"
        case "deleted":
            said = "来源已删除 deleted at the source"
        case "returned":
            said = f"来源恢复 there again: {words(each.stage)}"
        case "document":
            said = "  ".join(filter(None, (f"文书 document  {each.text}", each.by, each.note)))
        case "answered":
            said = "  ".join(filter(None, (f"答复 answered  {each.text}", each.note)))
        case "stage" if each.before is None:
            said = f"见于 seen at {words(each.stage)}"
        case "stage":
            said = f"{words(each.before)} -> {words(each.stage)}"
        case _:
            stage = f"({words(each.stage)})" if each.stage else ""
            said = "  ".join(filter(None, (each.text, each.by, each.note, _session(each.told), stage)))
    return said + _conflict(each)


def _session(told: "Mapping[str, Any]") -> str:
    """``出席 seats: 某法院 主持 同意, …  表决 votes: 同意 4, 不同意 1 (80%)``; empty for what is no session."""
    from schemas.sessions import share

    sat = ", ".join(" ".join(filter(None, seat.values())) for seat in told.get("seats", ()))
    cast = told.get("votes", {})
    agreed = share(cast)
    counts = ", ".join(f"{word} {count}" for word, count in cast.items())
    return "  ".join(
        filter(None, (
            sat and f"出席 seats: {sat}",
            f"表决 votes: {counts} ({agreed:.0%})" if agreed is not None else "",
        ))
    )  # fmt: skip


def _conflict(each: "Happened") -> str:
    """What waits for a person, or has been looked at; empty for what is in order."""
    if not each.conflict:
        return ""
    why = " 销号无凭证 ticked off without a proof" if each.told.get("listing") else ""
    state = "待核 open" if each.open else "已核 looked at" if each.event else "不合流程 out of order"
    return f"  冲突 conflict{f' {record_id(each.event)}' if each.event else ''} ({state}){why}"


def _of_hub(each: "Happened") -> str:
    from hub.casework.journal import KINDS
    from hub.casework.life import words

    family, _, part = each.kind.partition(".")
    if family == "task":
        return _of_task(each, part)
    if family == "consultation":
        return _of_consultation(each)
    if family == "assigned":
        why = ", ".join(each.told["why"].values())
        return f"指派调解员 assigned: {each.told['mediator']} {each.told['organisation']} ({why})  {each.by}"
    said = f"{KINDS.get(family, '')} {each.kind.replace('_', ' ')}".strip()
    rest = dict(each.told)
    if each.before or each.stage:
        said += f"  {words(each.before)} -> {words(each.stage)}"
        rest = {name: value for name, value in rest.items() if name not in ("before", "stage", "listing")}
    if each.record is not None:
        said += "  " + " ".join(filter(None, (rest.pop("source", ""), record_id(each.record))))
    if isinstance(weight := rest.pop("weight", None), float):
        said += f"  {weight:.1f} bits"
    return "  ".join(filter(None, (said, _pairs(rest), each.by if each.by.startswith("person:") else "")))


def _of_task(each: "Happened", state: str) -> str:
    """``移送 referral -> court_yuhang: 已发出 requested``."""
    from hub.casework.tasks import KINDS, STATES

    told = dict(each.told)
    kind, number = str(told.pop("kind", "")), told.pop("task", "")
    whom, docking = told.pop("asked_of", ""), told.pop("docking", None)
    word = {str(name): word for name, word in KINDS.items()}.get(kind, "")
    stands = {str(name): word for name, word in STATES.items()}.get(state, "")
    said = " ".join(filter(None, (docking, word, kind.replace("_", " "))))
    for name in ("asked_by", "delivery"):
        told.pop(name, None)
    stands = f"{stands} {state.replace('_', ' ')}".strip()
    return "  ".join(filter(None, (f"{said} -> {whom}: {stands}", _pairs(told), f"task {number}" if number else "")))


def _of_consultation(each: "Happened") -> str:
    """``会商 consultation 330110-1: 已召集 called  2 镇街 town  五常街道, 司法所  2026-05-06 09:30``."""
    from hub.casework.consultation import LEVELS, STATES, State

    told, state = each.told, State(each.told["state"])
    level, bodies = f"{told['level']} {LEVELS[told['level']]}", ", ".join(told.get("bodies", ()))
    meets = local(told.get("meets"))
    said = f"会商 consultation {told['consultation']}: {STATES[state]} {state}"
    day = f"接访日 reception {told['reception']}" if "reception" in told else ""
    return "  ".join(filter(None, (said, level, bodies, meets, day, each.by)))


def local(text: str | None) -> str:
    """A stored time in `ZONE`, to the minute; empty for none."""
    return datetime.fromisoformat(text).astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if text else ""


def _pairs(told: dict[str, Any]) -> str:
    def simple(value: Any) -> str:
        if isinstance(value, dict):
            return " ".join(f"{name}={simple(part)}" for name, part in value.items())
        return (
            ", ".join(map(simple, value))
            if isinstance(value, list)
            else f"{value:g}"
            if isinstance(value, float)
            else str(value)
        )

    return "  ".join(f"{name}={simple(value)}" for name, value in told.items() if value not in (None, "", [], {}))


def _mark(each: "Happened") -> str:
    from hub.casework.timeline import HUB

    return "!" if each.conflict else "+" if each.source == HUB else MARKS.get(each.kind, "-")


def _who(each: "Happened") -> str:
    from hub.casework.timeline import HUB

    return "一网 hub" if each.source == HUB else f"{CHANNELS.get(each.channel, '')} {each.source}".strip()


def _from(each: "Happened") -> str:
    """Page and item that told it: ``330110-12 #3``; of the hub the number of its event."""
    if each.raw is not None:
        return f"{each.raw[0]}-{each.raw[1]} #{each.item}"
    return ""


def _audit_clear_read(store: "Store", code: str, reason: str) -> None:
    """Written before anything is shown: a read that cannot be audited does not take place."""
    from sqlalchemy import select

    from hub.casework.discretion import openly
    from hub.store.case_tables import CaseFile
    from hub.store.tables import core

    by, at = person()
    case = core(CaseFile)
    with store.database.transaction() as connection:
        home = connection.execute(select(case.c.home).where(case.c.code == code)).scalar_one()
        entry = {"case": code, "reason": openly(connection, store, reason, codes=[code])}
        written_down(connection, store, home=home, action="case.read_clear", entry=entry, by=by, at=at)
