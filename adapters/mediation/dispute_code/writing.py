"""What the dispute code is told: a case pushed to it under our code, and of a case of its own whether it was taken on,
how it goes, what came of it.

Each word bears the delivery's key as ``requestId``.
"""

from datetime import datetime, tzinfo

import hub.api as hub
from adapters.receipts import ReceiptFields
from hub.api import Stage

STAGES = {
    "10": Stage.RECEIVED, "11": Stage.REFUSED, "20": Stage.DISPATCHED, "30": Stage.MEDIATING, "40": Stage.SETTLED,
    "41": Stage.UNSETTLED, "42": Stage.WITHDRAWN, "50": Stage.CONFIRMING, "51": Stage.CONFIRMED,
    "52": Stage.UNCONFIRMED, "60": Stage.GUIDED_TO_SUIT, "70": Stage.FOLLOW_UP, "80": Stage.CLOSED,
}  # fmt: skip
CODES = {stage: code for code, stage in STAGES.items()}
PARTY_TYPES = {"1": "natural", "2": "legal", "3": "unincorporated"}
ROLES = {"1": "applicant", "2": "respondent", "3": "thirdParty"}
"""The fields the sides of a case stand in."""

PATHS = {
    "hand_over": "/openapi/v1/dispute/push", "accept": "/openapi/v1/dispute/accept",
    "refuse": "/openapi/v1/dispute/accept", "progress": "/openapi/v1/dispute/progress",
    "result": "/openapi/v1/dispute/result",
}  # fmt: skip
DELIVERING = hub.Delivering(
    kinds=tuple(PATHS), key_header="",
    envelope=hub.Envelope(
        ok="code", ok_values=(0,), denied=(40101, 40102, 40103), throttled=(42900,), message="msg"
    ),
)  # fmt: skip
RECEIPT = ReceiptFields("accepted", "caseNo", "reasonCode", ("codeColor",))


def deliver(source: hub.Source, delivery: hub.Delivery, zone: tzinfo) -> hub.Receipt:
    """One case or word, and the receipt for it: the platform's own number, and the colour it gives the case.

    Raises SourceReplyInvalid for an answer that is none.
    """
    order = hub.order_of(delivery.kind, delivery.body)
    page = source.post(PATHS[delivery.kind], json={"requestId": delivery.key, **word(order, zone)})
    return RECEIPT.receipt(page.body.get("data"))


def word(order: hub.Order, zone: tzinfo) -> dict[str, object]:
    """What the platform is told. Raises KeyError for an outcome that has no code there."""
    common: dict[str, object] = {
        "id": order.number, "outerCaseNo": order.case, "handleTime": _local(order.at, zone), "orgName": order.body,
        "orgId": order.body_code, "handler": order.person, "handlerTel": order.phone, "opinion": order.text,
    }  # fmt: skip
    match order:
        case hub.HandOver():
            return common | {"id": ""} | _pushed(order, order.matter or hub.Matter(), zone)
        case hub.Accept():
            return common | {"accepted": 1, "reasonCode": "", "deadline": _local(order.due, zone)}
        case hub.Refuse():
            return common | {"accepted": 0, "reasonCode": order.reason, "deadline": ""}
        case hub.Progress():
            return common | {"status": CODES.get(order.stage, "") if order.stage else ""}
        case hub.Result():
            amount = "" if order.amount is None else str(order.amount)
            return common | {"status": CODES[order.outcome], "agreementNo": order.agreement, "amount": amount}
    raise KeyError(order.kind)


def _pushed(order: hub.HandOver, matter: hub.Matter, zone: tzinfo) -> dict[str, object]:
    """A case in the fields it is read in. ``sourceNo`` is our code, and its number where it comes from."""
    return {
        "title": matter.title, "content": matter.detail, "item": matter.item, "occurPlace": matter.address,
        "regionCode": matter.region, "applyTime": _local(matter.opened, zone),
        "amount": "" if matter.amount is None else str(matter.amount),
        "sourceNo": ",".join(filter(None, (order.case, order.number))), "toOrgName": order.to,
        "toOrgId": order.to_code, "purpose": order.purpose, "docking": order.docking or "", "reason": order.reason,
        "deadline": _local(order.due, zone),
        **{field: [_party(side) for side in matter.sides if side.role == role] for role, field in ROLES.items()},
        "attachments": [file.model_dump() for file in matter.attachments],
    }  # fmt: skip


def _party(side: hub.Side) -> dict[str, str]:
    """One side, wherever it lives: the address goes along whole, and no number is asked for its province."""
    return {
        "partyType": PARTY_TYPES[side.kind], "name": side.name, "idType": side.id_type, "idNo": side.id_number,
        "tel": side.phone, "address": side.address,
    }  # fmt: skip


def _local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the platform writes it; empty for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""
