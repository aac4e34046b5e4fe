"""What a mobile court is handed: suits and confirmations applied for; of a mediation it has sent out, our receipt and
what came of it; and word on a case, such as what agencies answered that were asked for its enforcement.

Each bears the delivery's key as ``requestId``.
"""

from datetime import datetime, tzinfo

import hub.api as hub
from adapters.receipts import ReceiptFields
from hub.api import Stage

APPLICATIONS = {"suit": "立案", "confirm": "司法确认", "mediate": "诉前调解"}
"""What a matter may be handed to a court for: mediation before suit, at one of its court points (共享法庭), too."""

OUTCOMES = {
    Stage.SETTLED: "调解成功", Stage.UNSETTLED: "调解不成", Stage.WITHDRAWN: "撤回", Stage.GUIDED_TO_SUIT: "转立案",
}  # fmt: skip
"""How a pre-suit mediation ended."""

SIDES = {"1": "申请人", "2": "被申请人", "3": "第三人"}
SORTS = {"1": "自然人", "2": "法人", "3": "非法人组织"}
PATHS = {
    "hand_over": "/peace/intranet/case/apply", "accept": "/peace/intranet/mediation/receipt",
    "refuse": "/peace/intranet/mediation/receipt", "result": "/peace/intranet/mediation/result",
    "notice": "/peace/intranet/case/notice",
}  # fmt: skip
DELIVERING = hub.Delivering(
    kinds=tuple(PATHS), key_header="",
    envelope=hub.Envelope(ok="code", ok_values=(1000,), denied=(1401, 1403), throttled=(1429,), message="message"),
)  # fmt: skip
RECEIPT = ReceiptFields("SFSL", "SLBH", "BSLYY")


def deliver(source: hub.Source, delivery: hub.Delivery, zone: tzinfo) -> hub.Receipt:
    """One application, receipt or result, and what the court says of it. Raises SourceReplyInvalid for no answer."""
    order = hub.order_of(delivery.kind, delivery.body)
    page = source.post(PATHS[delivery.kind], json={"requestId": delivery.key, **word(order, zone)})
    return RECEIPT.receipt(page.body.get("data"))


def word(order: hub.Order, zone: tzinfo) -> dict[str, object]:
    """What the court is told. Raises KeyError for a purpose or an outcome that it has no word for."""
    match order:
        case hub.HandOver():
            return {"SQLX": APPLICATIONS[order.purpose], "JFM": order.case, "LYBH": order.number} | {
                "JBFY": order.to_code, "SQSJ": _local(order.at, zone), "SQSM": order.text, "YWLY": order.reason,
                **_matter(order.matter or hub.Matter()),
            }  # fmt: skip
        case hub.Accept():
            due = _local(order.due, zone) if order.due else ""
            return _mediated(order, zone) | {"SFJS": "1", "BSLYY": "", "TJQX": due}
        case hub.Refuse():
            return _mediated(order, zone) | {"SFJS": "0", "BSLYY": order.reason, "TJQX": ""}
        case hub.Result():
            amount = "" if order.amount is None else str(order.amount)
            ended = {"TJJG": OUTCOMES[order.outcome], "XYBH": order.agreement, "BDJE": amount}
            return _mediated(order, zone) | ended
        case hub.Notice():
            return {
                "AHDM": order.number, "JFM": order.case, "SJ": _local(order.at, zone), "TZDW": order.body,
                "BT": order.title, "NR": order.text,
            }  # fmt: skip
    raise KeyError(order.kind)


def _mediated(order: hub.Order, zone: tzinfo) -> dict[str, object]:
    """Which of the court's matters is told of, when, and who mediates."""
    return {
        "AHDM": order.number, "JFM": order.case, "SJ": _local(order.at, zone), "TJZZ": order.body, "TJY": order.person,
        "LXDH": order.phone, "SM": order.text,
    }  # fmt: skip


def _matter(matter: hub.Matter) -> dict[str, object]:
    """The matter in the columns it would be read in; materials by their address and digest."""
    return {
        "AY": matter.title, "AQ": matter.detail, "JABDJE": "" if matter.amount is None else str(matter.amount),
        "DSR": [
            {
                "SSDW": SIDES[side.role], "XM": side.name, "LX": SORTS[side.kind], "ZJLX": side.id_type,
                "ZJHM": side.id_number, "SJHM": side.phone, "DZ": side.address,
            }
            for side in matter.sides
        ],
        "CL": [{"MC": file.name, "DZ": file.url, "ZY": file.sha256} for file in matter.attachments],
    }  # fmt: skip


def _local(at: datetime, zone: tzinfo) -> str:
    """A time as the court writes it."""
    return at.astimezone(zone).strftime("%Y%m%d%H%M%S")
