"""What the hotline is told of an order: taken or sent back, passed on, how it goes, what came of it.

Each word bears the delivery's key as ``requestId``.
"""

from datetime import datetime, tzinfo

import hub.api as hub
from adapters.receipts import ReceiptFields
from hub.api import Stage

PATHS = {
    "accept": "/api/order/accept", "refuse": "/api/order/back", "hand_over": "/api/order/transfer",
    "progress": "/api/order/progress", "result": "/api/order/result",
}  # fmt: skip
WORDS = {
    Stage.ACCEPTED: "已签收", Stage.HANDLING: "处置中", Stage.REPLIED: "已答复", Stage.FOLLOW_UP: "已回访",
    Stage.REOPENED: "重新办理",
}  # fmt: skip
"""Of mediation and suits the hotline knows nothing: until they end, an order is 处置中."""

SOLVED = {
    Stage.SETTLED: "0", Stage.CONFIRMED: "0", Stage.FULFILLED: "0", Stage.UNSETTLED: "1", Stage.UNCONFIRMED: "1",
    Stage.BREACHED: "1",
}  # fmt: skip
"""banliResult_12345: solved or not. What is withdrawn, led to a suit, replied or closed is neither."""

OUTCOMES = {
    Stage.SETTLED: "调解成功", Stage.UNSETTLED: "调解不成", Stage.WITHDRAWN: "撤回", Stage.CONFIRMED: "已司法确认",
    Stage.UNCONFIRMED: "不予司法确认", Stage.FULFILLED: "已履行", Stage.BREACHED: "未履行",
    Stage.GUIDED_TO_SUIT: "引导诉讼", Stage.REPLIED: "已答复", Stage.CLOSED: "办结",
}  # fmt: skip
DELIVERING = hub.Delivering(
    kinds=tuple(PATHS), key_header="", envelope=hub.Envelope(ok="code", ok_values=(200,), message="msg")
)
RECEIPT = ReceiptFields("received", "receiptNo", "reason")


def deliver(source: hub.Source, delivery: hub.Delivery, zone: tzinfo) -> hub.Receipt:
    """One word on an order, and the hotline's receipt. Raises SourceReplyInvalid for an answer without one."""
    order = hub.order_of(delivery.kind, delivery.body)
    page = source.post(PATHS[delivery.kind], json={"requestId": delivery.key, **word(order, zone)})
    return RECEIPT.receipt(page.body.get("data"))


def word(order: hub.Order, zone: tzinfo) -> dict[str, str]:
    """What the hotline is told, in the fields of an order. Raises KeyError for what it has no word for."""
    common = {
        "taskId": order.number, "caseCode": order.case, "handleTime": _local(order.at, zone), "deptName": order.body,
        "executeDeptCode": order.body_code, "handler": order.person, "handlerPhone": order.phone, "opinion": order.text,
    }  # fmt: skip
    match order:
        case hub.Accept():
            return common | {"status": "已签收", "deadline": _local(order.due, zone)}
        case hub.Refuse():
            return common | {"isSendBack": "1", "sendBackReason": order.reason}
        case hub.HandOver():
            return common | {
                "approach": "0", "targetDept": order.to, "targetDeptCode": order.to_code, "reason": order.reason,
                "deadline": _local(order.due, zone),
            }  # fmt: skip
        case hub.Progress():
            stage = order.stage or Stage.HANDLING
            return common | {"status": WORDS.get(stage, "处置中")}
        case hub.Result():
            said = f"{OUTCOMES[order.outcome]}。{order.text}"
            return common | {"banliResult_12345": SOLVED.get(order.outcome, ""), "solvingResult": said}
    raise KeyError(order.kind)


def _local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the hotline writes it; empty for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""
