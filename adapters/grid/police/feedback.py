"""What 110 is told of a call: whether a mediator takes it, how it goes, what came of it (反馈). Signed XML documents.

Each bears the delivery's key as ``QQBH``, and in the header ``X-Request-Id``.
"""

from datetime import datetime, tzinfo
from xml.sax.saxutils import escape

import hub.api as hub
from adapters.receipts import ReceiptFields
from hub.api import Stage

PATHS = {
    "accept": "/jqgx/receipt", "refuse": "/jqgx/receipt", "progress": "/jqgx/feedback", "result": "/jqgx/feedback",
}  # fmt: skip
WORDS = {
    Stage.DISPATCHED: "移交调解", Stage.ACCEPTED: "已签收", Stage.HANDLING: "处置中", Stage.MEDIATING: "调解中",
    Stage.CONFIRMING: "司法确认中", Stage.FOLLOW_UP: "回访",
}  # fmt: skip
OUTCOMES = {
    Stage.SETTLED: "调解成功", Stage.UNSETTLED: "调解不成", Stage.WITHDRAWN: "撤警", Stage.CONFIRMED: "已司法确认",
    Stage.GUIDED_TO_SUIT: "引导诉讼", Stage.FULFILLED: "已履行", Stage.BREACHED: "未履行", Stage.CLOSED: "办结",
}  # fmt: skip
"""What came of a call. With 调解不成 the quarrel is open, and the patrol may meet it again."""

DELIVERING = hub.Delivering(
    kinds=tuple(PATHS), key_header="X-Request-Id",
    envelope=hub.Envelope(
        format="xml", ok="RESPONSE.CODE", ok_values=(1,), denied=(-1, -2), throttled=(-9,), message="RESPONSE.MESSAGE",
    ),
)  # fmt: skip
RECEIPT = ReceiptFields("SFJS", "FKDBH", "YYDM")


def deliver(source: hub.Source, delivery: hub.Delivery, zone: tzinfo) -> hub.Receipt:
    """One word on a call, and 110's receipt. Raises SourceReplyInvalid for an answer without one."""
    order = hub.order_of(delivery.kind, delivery.body)
    told = source.post(PATHS[delivery.kind], xml=document({"QQBH": delivery.key, **word(order, zone)})).body["RESPONSE"]
    return RECEIPT.receipt(told)


def document(fields: dict[str, str]) -> str:
    """The request as XML, in the order of its fields."""
    rows = "".join(f"<{name}>{escape(_sound(value))}</{name}>" for name, value in fields.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><REQUEST>{rows}</REQUEST>'


def word(order: hub.Order, zone: tzinfo) -> dict[str, str]:
    """What 110 is told, in the columns of a feedback sheet (反馈单). Raises KeyError for what it has no word for."""
    common = {
        "JJDBH": order.number, "JFM": order.case, "FKSJ": local(order.at, zone), "FKDWMC": order.body,
        "FKDWDM": order.body_code, "FKYXM": order.person, "LXDH": order.phone, "CJCZQK": order.text,
    }  # fmt: skip
    match order:
        case hub.Accept():
            return common | {"SFJS": "1", "YYDM": "", "TJQX": local(order.due, zone)}
        case hub.Refuse():
            return common | {"SFJS": "0", "YYDM": order.reason, "TJQX": ""}
        case hub.Progress():
            return common | {"AJZT": "处置中" if order.stage is None else WORDS[order.stage]}
        case hub.Result():
            amount = "" if order.amount is None else str(order.amount)
            return common | {"AJZT": OUTCOMES[order.outcome], "XYBH": order.agreement, "XYJE": amount}
    raise KeyError(order.kind)


def local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the police write it; empty for none."""
    return at.astimezone(zone).strftime("%Y%m%d%H%M%S") if at else ""


def _sound(text: str) -> str:
    """Without the control characters that no XML can hold."""
    return "".join(c for c in text if c in "\t\n\r" or c >= " ")
