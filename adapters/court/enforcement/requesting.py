"""What the enforcement office is handed: requests for assistance to agencies and courts, and feedback on those it made.

Each word bears the delivery's key as ``requestId``.
"""

from datetime import datetime, tzinfo

import hub.api as hub
from adapters.receipts import ReceiptFields
from hub.api import Stage

SEND, FEEDBACK, URGE = "/zxyjs/xzqq/send", "/zxyjs/xzfk/send", "/zxyjs/xzqq/urge"
PATHS = {
    "hand_over": SEND, "accept": FEEDBACK, "refuse": FEEDBACK, "progress": FEEDBACK, "result": FEEDBACK,
    "notice": URGE,
}  # fmt: skip

SENT_BACK = "退回"
"""What a request's status is called here whose last feedback sends it back: the office itself says 3 (cannot) of it."""

DONE, CANNOT = "2", "3"
UNREACHED = frozenset({Stage.UNSETTLED, Stage.WITHDRAWN, Stage.UNCONFIRMED, Stage.BREACHED})
"""Outcomes that tell that what was asked could not be done."""

DELIVERING = hub.Delivering(
    kinds=tuple(PATHS), key_header="", per_minute=600,
    envelope=hub.Envelope(ok="code", ok_values=("00",), denied=("14", "15"), throttled=("29",), message="msg"),
    answers={"1": "accepted", DONE: "completed", CANNOT: "failed", SENT_BACK: "refused"},
)  # fmt: skip
"""A request's state is its own: the matter is in enforcement whatever an agency answered."""
RECEIPT = ReceiptFields("SFJS", "QQBH", "BJSYY")


def deliver(source: hub.Source, delivery: hub.Delivery, zone: tzinfo) -> hub.Receipt:
    """One request or feedback, and its receipt with the office's number. Raises SourceReplyInvalid where there is none,
    and KeyError for a matter handed over for anything but assistance."""
    order = hub.order_of(delivery.kind, delivery.body)
    page = source.post(PATHS[delivery.kind], json={"requestId": delivery.key, **word(order, zone)})
    return RECEIPT.receipt(page.body.get("datas"))


def word(order: hub.Order, zone: tzinfo) -> dict[str, object]:
    """What the office is told, in the columns of its own tables. Raises KeyError for what it has no word for."""
    match order:
        case hub.HandOver(purpose="assist"):
            return _request(order, zone)
        case hub.HandOver():
            raise KeyError(order.purpose)
        case hub.Notice():
            return {
                "QQBH": order.number, "JFM": order.case, "CBSJ": local(order.at, zone), "CBDW": order.body,
                "CBBT": order.title, "CBNR": order.text,
            }  # fmt: skip
        case _:
            return _feedback(order, zone)


def _request(order: hub.HandOver, zone: tzinfo) -> dict[str, object]:
    """A request: ``reason`` is its kind (SXLX), ``text`` what is asked in words."""
    matter = order.matter or hub.Matter()
    return {
        "JFM": order.case, "LYBH": order.number, "ZXDW": order.body, "XZJGDM": order.to_code, "XZJGMC": order.to,
        "SXLX": order.reason, "SXMC": order.text or matter.title, "QQNR": matter.detail or order.text,
        "FSSJ": local(order.at, zone), "JZSJ": local(order.due, zone),
        "CCSZD": matter.address, "CCDDM": matter.region, "BDJE": "" if matter.amount is None else str(matter.amount),
        "DSR": [
            {
                "SSDW": {"1": "申请执行人", "2": "被执行人"}.get(side.role, "案外人"), "XM": side.name,
                "LX": {"1": "自然人", "2": "法人"}.get(side.kind, "非法人组织"), "ZJHM": side.id_number,
                "SJHM": side.phone, "DZ": side.address,
            }
            for side in matter.sides
        ],
        "FJ": [{"MC": file.name, "DZ": file.url, "DX": file.size} for file in matter.attachments],
    }  # fmt: skip


def _feedback(order: hub.Order, zone: tzinfo) -> dict[str, object]:
    """A row of feedback (FK) on a request of the office's own."""
    common: dict[str, object] = {
        "QQBH": order.number, "JFM": order.case, "FKSJ": local(order.at, zone), "FKJG": order.body,
        "FKJGDM": order.body_code, "FKR": order.person, "FKNR": order.text,
    }  # fmt: skip
    match order:
        case hub.Accept():
            return common | {"FKLX": "签收", "ZT": "1", "JZSJ": local(order.due, zone)}
        case hub.Refuse():
            return common | {"FKLX": SENT_BACK, "ZT": CANNOT, "BJSYY": order.reason}
        case hub.Progress(stage=Stage.WITHDRAWN):
            return common | {"FKLX": "撤回"}
        case hub.Progress():
            return common | {"FKLX": "办理", "ZT": "1"}
        case hub.Result():
            return common | {"FKLX": "反馈", "ZT": CANNOT if order.outcome in UNREACHED else DONE}
    raise KeyError(order.kind)


def local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the office writes it; empty for none."""
    return at.astimezone(zone).strftime("%Y%m%d%H%M%S") if at else ""
