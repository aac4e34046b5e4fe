"""A police call by the columns of its sheets (接警单, 派警单, 反馈单), in whatever wrapping it comes."""

from collections.abc import Sequence

import hub.api as hub
from adapters.numbers import references
from hub.api import Stage

STAGES = {
    "接警": Stage.RECEIVED, "派警": Stage.DISPATCHED, "到场": Stage.HANDLING, "处置中": Stage.HANDLING,
    "已反馈": Stage.HANDLING, "移交调解": Stage.DISPATCHED, "调解中": Stage.MEDIATING, "调解成功": Stage.SETTLED,
    "调解不成": Stage.UNSETTLED, "撤警": Stage.WITHDRAWN, "办结": Stage.CLOSED,
}  # fmt: skip
"""已反馈 tells that the patrol has reported back, not that the quarrel is over."""

MEDIATED = {"调解成功": True, "调解不成": False}
STEPS = (("BJSJ", "接警", "JJDBH"), ("PJSJ", "派警", "PJDBH"), ("DCSJ", "到场", "PJDBH"), ("FKSJ", "反馈", "FKDBH"))
EXTRA = ("BJLBMC", "BJXLMC", "BJDZ", "GXDWDM", "GXDWMC", "CFBJ", "BJCS")


def call(item: hub.Item, people: Sequence[hub.Item]) -> hub.Draft:
    """A call by the columns of its sheets, and those involved."""
    status, report = item.get("AJZT"), item.get("CJCZQK")
    caller = hub.DraftParty(name=item.get("BJRXM"), role="报警人", phone=item.get("BJDH"))
    return hub.Draft(
        key=item["JJDBH"], revision=item.get("GXSJ"), deleted=item.get("SCBS") == "1", detail=item.get("BJNR"),
        code=item.get("BJLXMC"), label=item.get("BJLXMC"), opened=item.get("BJSJ"), closed=item.get("JASJ"),
        status=status, address=item.get("SFDZ") or item.get("BJDZ"), region=item.get("XZQHDM"),
        parties=[caller, *(involved(each) for each in people)],
        steps=[hub.DraftStep(item[at], action, key=item.get(no) or "") for at, action, no in STEPS if item.get(at)],
        references=references(item.get("GLBH"), ("police_call", item["JJDBH"])),
        resolution=hub.DraftResolution(
            method="行政调解" if status in MEDIATED else None, organisation=item.get("GXDWMC"),
            success=MEDIATED.get(status or ""), situation=report,
        ) if report or status in MEDIATED else None,
        extra={name: item.get(name) for name in EXTRA},
    )  # fmt: skip


def involved(row: hub.Item) -> hub.DraftParty:
    """Somebody involved (警情当事人), by the fewest fields that tell who it is and how to reach them."""
    return hub.DraftParty(
        name=row.get("JQDSRXM"), gender=row.get("XBDM"), id_type=row.get("ZJDM"), id_number=row.get("ZJHM"),
        phone=row.get("LXDH"), address=row.get("XZXZ"),
    )  # fmt: skip
