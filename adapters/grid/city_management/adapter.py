"""Adapter for digital urban management (数字城管, GB/T 30428): numbered pages in XML or JSON, GBK, MD5 in the query."""

from dataclasses import replace
from typing import Any, Literal

import hub.api as hub
from adapters.numbers import references
from hub.api import Stage

Format = Literal["xml", "json"]
STAGES = {
    "上报": Stage.RECEIVED, "立案": Stage.ACCEPTED, "不予立案": Stage.REFUSED, "派遣": Stage.DISPATCHED,
    "处置": Stage.HANDLING, "核查": Stage.FOLLOW_UP, "结案": Stage.CLOSED,
}  # fmt: skip
"""立案 is a supervision centre's here, not a court's; 处置 says that a department has acted, not that anyone looked."""

STEPS = (("caseTime", "立案"), ("dispatchTime", "派遣"), ("handleTime", "处置"), ("checkTime", "核查"))
EXTRA = ("sourceName", "kindName", "mainName", "gridCode", "limitHours", "deptName", "isOverdue")


class CityConfig(hub.AdapterConfig):
    """``format`` is the one the county's platform answers in."""

    format: Format = "xml"


def stream(form: Format) -> hub.Stream:
    """The cases in one of the two formats, the same tree in both, in order of their task number."""
    root = "Result." if form == "xml" else ""
    return hub.Stream(
        envelope=hub.Envelope(
            format=form, ok=f"{root}code", ok_values=(0,), denied=(1001, 1002), throttled=(1029,),
            items=f"{root}cases.case", total=f"{root}total", message=f"{root}message", clock=f"{root}serverTime"),
        request=hub.Request(
            path=f"/service/case/page.{form}", since=hub.Since(param="updateTimeBegin"),
            paging=hub.PageNumber(page="pageNo", size="pageSize")),
    )  # fmt: skip


class CityManagement(hub.Adapter[CityConfig]):
    """Cases of the street: parts (部件) and events (事件). Who reported one is rarely who disputes it."""

    Config = CityConfig
    manifest = hub.Manifest(
        name="city_management", version="1.0.0", kind="grid", title="Urban management", title_zh="数字城管",
        code_system="gbt_30428_2", channel="WG", encoding="gb18030", streams=(stream("xml"),),
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        signing=hub.Signing(
            fields=("{app_key}", "{app_secret}", "{timestamp}"), algorithm="md5", place="query",
            key_name="appKey", timestamp_name="requestTime", nonce_name="", sign_name="sign",
        ),
        stages=STAGES,
    )  # fmt: skip

    def __init__(self, config: CityConfig) -> None:
        super().__init__(config)
        self.manifest = replace(type(self).manifest, streams=(stream(config.format),))  # one's own

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; its steps stand in columns of times, and only a member of the public is told of by name."""
        reporter = item.get("reporter") or {}
        return hub.Draft(
            key=item["taskNum"], revision=item.get("updateTime"), detail=item.get("problemDesc"),
            code=item.get("typeCode"), label=item.get("typeName"), status=item.get("status"),
            opened=item.get("reportTime"), due=item.get("deadline"), closed=item.get("closeTime"),
            address=item.get("address"), region=item.get("gridCode"),
            lng=item.get("coordinateX"), lat=item.get("coordinateY"), datum="CGCS2000",
            parties=[hub.DraftParty(name=reporter.get("name"), role="投诉人", phone=reporter.get("phone"))]
            if reporter else [],
            steps=[hub.DraftStep(at=item[at], action=action) for at, action in STEPS if item.get(at)],
            references=references(item.get("relatedNum"), ("city_case", item["taskNum"])),
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[Any]]]:
    """The adapter of this package."""
    return [CityManagement]
