"""What the commands of ``hub case`` share: how a case, a record and the reasons of a join are told in one line."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hub.cli.workplace import Workplace
    from hub.store.case_read import CaseRow, JoinRow
    from hub.store.cases import Ref

STATES = {"joined": "已并 joined", "asked": "待核 asked", "apart": "分开 apart"}

LISTINGS = {"listed": "在册 listed", "unproved": "销号无凭证 unproved", "ticked_off": "已销号 ticked off"}

COLUMNS = (
    "案号 code", "标题 title", "事项 item", "阶段 stage", "地区 region", "件 records", "来源 sources", "冲突 conflicts",
)  # fmt: skip

reason_option = click.option("--reason", required=True, help="Why, in few words; name nobody.")


def record_ref(text: str) -> "Ref":
    """A record's number as lists show it: ``330110-12``."""
    match = re.fullmatch(r"(\d{6})-(\d{1,18})", text.strip())
    if match is None:
        raise click.BadParameter(f'no record\'s number: "{text}"; hub record list shows them, such as 330110-12')
    return match[1], int(match[2])


def record_id(ref: "Ref") -> str:
    """The number as lists show it."""
    return f"{ref[0]}-{ref[1]}"


def item_words(work: "Workplace", item: str | None, category: str | None) -> str:
    """The item or else the category, by code and name."""
    known = work.taxonomy.items.get(item or "") or work.taxonomy.categories.get(category or "")
    return f"{known.code} {known.label}" if known else item or "未归 unmapped"


def stage_words(stage: str | None) -> str:
    """A stage in Chinese and English."""
    from hub.casework.life import words
    from schemas.life import Stage

    return words(Stage(stage) if stage else None)


def region_words(code: str) -> str:
    """A region by name; a grid of a source's own by its county and code; else the code."""
    from schemas.regions import UNKNOWN, finest_region, region

    if named := region(code):
        return named.name
    around = None if code == UNKNOWN else finest_region(code)
    return f"{around.name} {code}" if around else "-" if code == UNKNOWN else code


def case_cells(work: "Workplace", row: "CaseRow") -> tuple[object, ...]:
    """A case as a row under `COLUMNS`."""
    return (
        row.code, row.title, item_words(work, row.item, row.category), stage_words(row.stage),
        region_words(row.region), row.records, row.sources, row.conflicts or None,
    )  # fmt: skip


def reasons_words(reasons: Mapping[str, float]) -> str:
    """What speaks for and against, the weightiest first: ``applicants.same_number +12.0``."""
    told = sorted(reasons.items(), key=lambda each: -abs(each[1]))
    return "  ".join(f"{name} {weight:+.1f}" for name, weight in told)


def join_told(row: "JoinRow") -> dict[str, Any]:
    """A compared pair for programs."""
    return {
        "one": record_id(row.one), "other": record_id(row.other), "state": row.state, "weight": row.weight,
        "reasons": dict(row.reasons), "by": row.by, "why": row.why, "at": row.at,
    }  # fmt: skip
