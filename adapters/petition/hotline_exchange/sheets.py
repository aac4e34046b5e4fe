"""What a row of each exchange table (12345⇄110) says."""

from collections.abc import Callable
from typing import Literal

import hub.api as hub
from hub.api import Stage

Sheet = Literal["order", "receipt", "result", "return", "visit"]

STAGES = {
    "转办": Stage.DISPATCHED, "签收": Stage.DISPATCHED, "未签收": Stage.DISPATCHED, "反馈": Stage.HANDLING,
    "退回": Stage.TRIAGED, "回访": Stage.FOLLOW_UP,
}  # fmt: skip
"""What a row says by being there. What is signed for (签收) is not yet accepted, and a report (反馈) is no end; what is
sent back (退回) is to be dispatched anew."""

CAUSES = {"1": "反馈", "2": "退回", "3": "回访"}  # dyyy: why a result was written
OPINIONS = {"1": "满意", "2": "基本满意", "3": "不满意"}  # cljgdm


def order(draft: hub.Draft, row: hub.Item) -> None:
    """What one side hands to the other. No name is told, only the number to call back, else the one called from."""
    draft.status, draft.title, draft.detail, draft.opened = "转办", row.get("title"), row.get("bjnr"), row.get("bjsj")
    draft.code = draft.label = row.get("jqlbmc")
    draft.address, draft.region = row.get("bjdz"), row.get("xzqhdm")
    number = row.get("lxdh") or row.get("bjdh")
    draft.parties = [hub.DraftParty(role="报警人", phone=number, gender=row.get("bjrxbdm"))] if number else []
    if row.get("tssj"):
        draft.steps = [hub.DraftStep(row["tssj"], "转办", row.get("gxdwmc") or "")]
    draft.extra = {name: row.get(name) for name in ("jqlbdm", "gxdwdm", "jjlx", "sfbm")}


def receipt(draft: hub.Draft, row: hub.Item) -> None:
    """Whether an order was fetched (确认)."""
    draft.status = "签收" if str(row.get("receive")) == "1" else "未签收"
    draft.title = draft.status
    draft.steps = [hub.DraftStep(row["receivetime"], draft.status)] if row.get("receivetime") else []


def result(draft: hub.Draft, row: hub.Item) -> None:
    """What was done; whether it settled anything is not told."""
    cause = str(row.get("dyyy"))
    draft.status, draft.detail = CAUSES.get(cause, cause), row.get("cjczqk")
    draft.steps = [hub.DraftStep(row.get("fksj"), draft.status, row.get("fkdwdm") or "", row.get("jqcljgsm") or "")]
    draft.resolution = hub.DraftResolution(organisation=row.get("fkdwdm"), situation=row.get("cjczqk"))
    draft.extra = {"jqcljgsm": row.get("jqcljgsm")}


def sent_back(draft: hub.Draft, row: hub.Item) -> None:
    """An order that is not theirs."""
    draft.status, draft.detail = "退回", row.get("handleopinion")
    draft.steps = [hub.DraftStep(row.get("handletime"), "退回", row.get("handlebmname") or "")]


def visit(draft: hub.Draft, row: hub.Item) -> None:
    """What the caller thinks of it: no proof that the matter is settled."""
    opinion = OPINIONS.get(str(row.get("cljgdm")))
    draft.status, draft.title = "回访", f"回访：{opinion}" if opinion else "回访"
    draft.steps = [hub.DraftStep(row.get("hfsj"), "回访")]
    draft.detail = row.get("dhhfhsqk")
    draft.resolution = hub.DraftResolution(assessed=row.get("hfsj"), opinion=opinion)


TELLERS: dict[Sheet, Callable[[hub.Draft, hub.Item], None]] = {
    "order": order, "receipt": receipt, "result": result, "return": sent_back, "visit": visit,
}  # fmt: skip
