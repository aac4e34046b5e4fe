"""What the petition office is told of a petition: taken on or not, passed on, how it goes, what came of it.

Each word bears the delivery's key as ``requestId``.
"""

from datetime import datetime, tzinfo

import hub.api as hub
from adapters.receipts import ReceiptFields
from hub.api import Stage

PATHS = {
    "accept": "/petition/matter/accept", "refuse": "/petition/matter/accept", "hand_over": "/petition/matter/transfer",
    "progress": "/petition/matter/progress", "result": "/petition/matter/reply",
}  # fmt: skip
WAYS = {"up": "上报", "down": "交办", "across": "转送"}
OUTSIDE = "转交"
"""To a body that is no petition office, such as a mediation centre (访调)."""

WORDS = {
    Stage.DISPATCHED: "转送", Stage.ACCEPTED: "受理", Stage.MEDIATING: "调解中", Stage.CONFIRMING: "司法确认中",
    Stage.FILED: "已立案", Stage.HEARING: "审理中", Stage.HANDLING: "办理中", Stage.REPLIED: "已答复",
    Stage.REVIEW: "复查", Stage.RE_REVIEW: "复核", Stage.FOLLOW_UP: "回访", Stage.REOPENED: "重新办理",
}  # fmt: skip
"""Where a petition stands, while somebody works on it."""

OUTCOMES = {
    Stage.SETTLED: "调解成功", Stage.UNSETTLED: "调解不成", Stage.WITHDRAWN: "撤回", Stage.CONFIRMED: "已司法确认",
    Stage.UNCONFIRMED: "不予司法确认", Stage.FULFILLED: "已履行", Stage.BREACHED: "未履行",
    Stage.GUIDED_TO_SUIT: "引导诉讼", Stage.REPLIED: "已答复", Stage.CLOSED: "办结",
}  # fmt: skip
"""What came of it. With 调解不成 the matter is the petition office's again."""

DELIVERING = hub.Delivering(
    kinds=tuple(PATHS), key_header="", envelope=hub.Envelope(ok="code", ok_values=(200,), message="msg")
)
RECEIPT = ReceiptFields("SFJS", "HZBH", "BJSYY", ("JSSJ",))


def deliver(source: hub.Source, delivery: hub.Delivery, zone: tzinfo) -> hub.Receipt:
    """One word on a petition, and the office's receipt. Raises SourceReplyInvalid for an answer without one."""
    order = hub.order_of(delivery.kind, delivery.body)
    page = source.post(PATHS[delivery.kind], json={"requestId": delivery.key, **word(order, zone)})
    return RECEIPT.receipt(page.body.get("data"))


def word(order: hub.Order, zone: tzinfo) -> dict[str, str]:
    """What the office is told, in the columns of a handling step. Raises KeyError for what it has no word for."""
    common = {
        "ID": order.number, "JFM": order.case, "BLSJ": _local(order.at, zone), "BLJG": order.body,
        "BLJGDM": order.body_code, "BLR": order.person, "LXDH": order.phone, "BLSM": order.text,
    }  # fmt: skip
    match order:
        case hub.Accept():
            return common | {"BLFS": "受理", "SFSL": "1", "BSLYY": "", "XBJZSJ": _local(order.due, zone)}
        case hub.Refuse():
            return common | {"BLFS": "不予受理", "SFSL": "0", "BSLYY": order.reason, "XBJZSJ": ""}
        case hub.HandOver():
            return common | {
                "BLFS": OUTSIDE if order.docking else WAYS[order.way], "QXDW": order.to, "QXDWDM": order.to_code,
                "BLYY": order.reason, "XBJZSJ": _local(order.due, zone),
            }  # fmt: skip
        case hub.Progress():
            stands = "" if order.stage is None else WORDS.get(order.stage, "")
            visit = {"HFSJ": common["BLSJ"], "HFRY": order.person, "HFDW": order.body, "HFQK": order.text}
            return common | {"BLFS": stands or "办理", "BLZTMC": stands} | (visit if stands == "回访" else {})
        case hub.Result():
            amount = "" if order.amount is None else str(order.amount)
            ended = {"CLJG": OUTCOMES[order.outcome], "XYBH": order.agreement, "XYJE": amount, "DFNR": order.text}
            return common | {"BLFS": "答复"} | ended
    raise KeyError(order.kind)


def _local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the office writes it; empty for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""
