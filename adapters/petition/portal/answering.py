"""What the portal is told of an application, for its page of progress by case code; and word to who applied.

Each call bears the delivery's key as ``requestId``. No interface for it is public: paths and fields are *proposed*.
"""

from datetime import datetime, tzinfo
from typing import Any, Final

import hub.api as hub
from adapters.receipts import ReceiptFields
from hub.api import Stage

PROGRESS: Final = "/openapi/v1/intake/progress"
PATHS: Final = dict.fromkeys(("accept", "refuse", "progress", "result"), PROGRESS) | {
    "notice": "/openapi/v1/message/send"
}

STANDS: Final = {
    Stage.DISPATCHED: ("30", "已转办"), Stage.ACCEPTED: ("40", "已受理"), Stage.MEDIATING: ("50", "调解中"),
    Stage.CONFIRMING: ("50", "司法确认中"), Stage.FILED: ("50", "已立案"), Stage.HEARING: ("50", "审理中"),
    Stage.FOLLOW_UP: ("70", "待评价"),
}  # fmt: skip
"""Status and word of a matter while somebody works on it."""
WORKED_ON: Final = ("50", "办理中")

ENDED: Final = {
    Stage.SETTLED: ("80", "调解成功"), Stage.UNSETTLED: ("50", "调解不成"), Stage.WITHDRAWN: ("90", "已撤回"),
    Stage.CONFIRMED: ("80", "已司法确认"), Stage.UNCONFIRMED: ("80", "不予司法确认"), Stage.FULFILLED: ("80", "已履行"),
    Stage.BREACHED: ("80", "未履行"), Stage.GUIDED_TO_SUIT: ("80", "引导诉讼"), Stage.REPLIED: ("60", "已答复"),
    Stage.CLOSED: ("80", "已办结"),
}  # fmt: skip
"""The same of what came of it. With 调解不成 it goes on elsewhere: the application has not ended."""

DELIVERING: Final = hub.Delivering(
    kinds=tuple(PATHS), key_header="", envelope=hub.Envelope(ok="code", ok_values=(0,), message="msg")
)
RECEIPT = ReceiptFields("received", "receiptNo", "reason")


def deliver(source: hub.Source, delivery: hub.Delivery, zone: tzinfo) -> hub.Receipt:
    """One word on an application, and the portal's receipt. Raises SourceReplyInvalid for an answer without one."""
    order = hub.order_of(delivery.kind, delivery.body)
    page = source.post(PATHS[delivery.kind], json={"requestId": delivery.key, **word(order, zone)})
    return RECEIPT.receipt(page.body.get("data"))


def word(order: hub.Order, zone: tzinfo) -> dict[str, str]:
    """What the portal is told, in its own fields. Raises KeyError for what it has no word for."""
    common = {"clientId": order.number, "caseCode": order.case, "time": _local(order.at, zone), "orgName": order.body}
    match order:
        case hub.Accept():
            return common | _status(STANDS[Stage.ACCEPTED], order.text) | {"due": _local(order.due, zone)}
        case hub.Refuse():
            return common | _status(("31", "不予受理"), order.text) | {"reason": order.reason}
        case hub.Progress():
            return common | _status(STANDS.get(order.stage, WORKED_ON) if order.stage else WORKED_ON, order.text)
        case hub.Result():
            amount = "" if order.amount is None else str(order.amount)
            return common | _status(ENDED[order.outcome], order.text) | {"agreement": order.agreement, "amount": amount}
        case hub.Notice():
            return common | {"title": order.title, "content": order.text}
    raise KeyError(order.kind)


def _status(stands: tuple[str, str], text: str) -> dict[str, Any]:
    return {"status": stands[0], "statusName": stands[1], "content": text}


def _local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the portal writes it; empty for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""
