"""What the supervision is handed: leads (线索) out of other bodies' matters, urges about them, and recalls.

Each word bears the delivery's key as ``requestId``. No interface for it is public: paths and fields are *proposed*.
"""

from datetime import datetime, tzinfo
from typing import Final

import hub.api as hub
from adapters.receipts import ReceiptFields
from hub.api import Stage

PATHS: Final = {
    "hand_over": "/zfjg/v1/clue/report", "notice": "/zfjg/v1/clue/urge", "progress": "/zfjg/v1/clue/progress",
}  # fmt: skip

DELIVERING: Final = hub.Delivering(
    kinds=tuple(PATHS), key_header="",
    envelope=hub.Envelope(
        ok="code", ok_values=("00",), denied=("E401", "E403"), throttled=("E429",), message="msg",
    ),
)  # fmt: skip
RECEIPT = ReceiptFields("sfjs", "xsbh", "yydm")


def deliver(source: hub.Source, delivery: hub.Delivery, zone: tzinfo) -> hub.Receipt:
    """One word, and the receipt with the number the lead has there. Raises SourceReplyInvalid for an answer without
    one, and KeyError for a matter that is handed over to be mediated, confirmed, sued or visited: none is a lead."""
    order = hub.order_of(delivery.kind, delivery.body)
    page = source.post(PATHS[delivery.kind], json={"requestId": delivery.key, **word(order, zone)})
    return RECEIPT.receipt(page.body.get("datas"))


def word(order: hub.Order, zone: tzinfo) -> dict[str, object]:
    """What the supervision is told, in columns like those it is read in. ``glbh`` is our code: the case that grows out
    of the lead tells it back. Raises KeyError for what it has no word for."""
    common: dict[str, object] = {
        "glbh": order.case, "lybh": order.number, "bssj": local(order.at, zone), "bsdw": order.body,
    }  # fmt: skip
    match order:
        case hub.HandOver(purpose="intake" | "assist"):
            return common | _lead(order, zone)
        case hub.HandOver():
            raise KeyError(order.purpose)
        case hub.Notice():
            return common | {"cbbt": order.title, "cbnr": order.text}
        case hub.Progress():
            return common | {"cs": "撤回" if order.stage is Stage.WITHDRAWN else "补充", "csnr": order.text}
    raise KeyError(order.kind)


def _lead(order: hub.HandOver, zone: tzinfo) -> dict[str, object]:
    """A lead: what the matter is about, in its own words, and whom it is about (the respondents, by name and address).
    Those who brought it up are not told: an agency that checks does not need them."""
    matter = order.matter or hub.Matter()
    return {
        "xsmc": matter.title, "xsnr": matter.detail, "xslx": order.reason, "clyq": order.text,
        "cf_cfjg": order.to, "cf_cfjgdm": order.to_code, "bjqx": local(order.due, zone),
        "fadz": matter.address, "xzqhdm": matter.region, "fssj": local(matter.opened, zone),
        "cf_xdr": [
            {"cf_xdr_mc": side.name, "cf_xdr_lb": "自然人" if side.kind == "1" else "法人及非法人组织",
             "cf_xdr_dz": side.address}
            for side in matter.sides if side.role == "2"
        ],
        "fj": [{"mc": file.name, "dz": file.url, "zy": file.sha256} for file in matter.attachments],
    }  # fmt: skip


def local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the supervision writes it; empty for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""
