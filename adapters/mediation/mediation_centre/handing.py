"""What the mediation co-ordination is told: hand-overs, our receipts for its own, and what came of them.

Each message bears the delivery's key as ``messageId``, and a hand-over also as its ``handoverId``.
"""

import json
from datetime import datetime, tzinfo

from pydantic import Field

import hub.api as hub
from adapters.gateway import OPENED, PATH
from adapters.receipts import ReceiptFields
from hub.api import Stage

OUTCOMES = {
    Stage.SETTLED: "40", Stage.UNSETTLED: "41", Stage.WITHDRAWN: "42", Stage.CONFIRMED: "51", Stage.UNCONFIRMED: "52",
    Stage.GUIDED_TO_SUIT: "60", Stage.CLOSED: "80",
}  # fmt: skip
"""How a matter ended, in the codes of the dispute code's own life."""

INTERFACES = {"hand_over": "hand_over_id", "accept": "receipt_id", "refuse": "receipt_id", "result": "result_id"}
"""The setting that tells where each kind of message goes."""

DELIVERING = hub.Delivering(kinds=tuple(INTERFACES), key_header="", envelope=OPENED)


class MediationCentreConfig(hub.AdapterConfig):
    """``base_url`` is the gateway's root; ``additional`` is the purpose access was granted for, as JSON.

    Every interface has its own 16 characters: ``interface_id`` is read, ``hand_over_id`` takes what we hand over,
    ``receipt_id`` our receipts for what was handed to us, ``result_id`` what came of it. Empty: not granted.
    """

    organisation: str = Field(pattern=r"^\w+$")
    interface_id: str
    additional: str = "{}"
    hand_over_id: str = ""
    receipt_id: str = ""
    result_id: str = ""


RECEIPT = ReceiptFields("accepted", "receiptNo", "reasonCode", ("receiver", "time"))


def deliver(source: hub.Source, delivery: hub.Delivery, config: MediationCentreConfig, zone: tzinfo) -> hub.Receipt:
    """One message, and the receipt for it. Raises HubError where its interface is not granted, and SourceReplyInvalid
    where the answer is none."""
    setting = INTERFACES[delivery.kind]
    if not (interface := getattr(config, setting)):
        raise hub.HubError(f"no interface takes a {delivery.kind}", where=source.name, hint=f"set {setting}")
    order = hub.order_of(delivery.kind, delivery.body)
    form = {"additional": config.additional, "messageId": delivery.key, **message(order, delivery.key, zone)}
    path = PATH.format(organisation=config.organisation, interface_id=interface)
    told = source.post(path, form=form).body.get("datas")
    told = json.loads(told) if isinstance(told, str) and told else told
    return RECEIPT.receipt(told)


def message(order: hub.Order, key: str, zone: tzinfo) -> dict[str, str]:
    """One message as form fields. Raises KeyError for an outcome that has no code there."""
    about = {"handoverId": order.number, "caseCode": order.case, "time": _local(order.at, zone)}
    match order:
        case hub.HandOver():
            files = order.matter.attachments if order.matter else ()
            return about | {
                "handoverId": key, "fromSys": order.body, "toSys": order.to, "stage": order.purpose,
                "docking": order.docking or "", "reason": order.reason or order.text,
                "deadline": _local(order.due, zone), "sendTime": _local(order.at, zone),
                "attachments": _json([file.model_dump() for file in files]), "payload": _json(payload(order, zone)),
            }  # fmt: skip
        case hub.Accept():
            return about | _receipt(order, accepted="1")
        case hub.Refuse():
            return about | _receipt(order, accepted="0") | {"reasonCode": order.reason}
        case hub.Result():
            amount = "" if order.amount is None else str(order.amount)
            ended = {"status": OUTCOMES[order.outcome], "agreementNo": order.agreement, "amount": amount}
            return about | ended | {"orgName": order.body, "opinion": order.text}
    raise KeyError(order.kind)


def payload(order: hub.HandOver, zone: tzinfo) -> dict[str, object]:
    """The matter itself, in the fields it is read in. ``sourceNo`` is its number where it came from."""
    if (matter := order.matter) is None:
        return {"sourceNo": order.number}
    return {
        "title": matter.title, "content": matter.detail, "item": matter.item, "occurPlace": matter.address,
        "regionCode": matter.region, "applyTime": _local(matter.opened, zone), "sourceNo": order.number,
        "amount": "" if matter.amount is None else str(matter.amount),
        "applicant": [_party(side) for side in matter.sides if side.role != "2"],
        "respondent": [_party(side) for side in matter.sides if side.role == "2"],
    }  # fmt: skip


def _receipt(order: hub.Order, *, accepted: str) -> dict[str, str]:
    return {"accepted": accepted, "reasonCode": "", "receiver": order.person or order.body, "opinion": order.text}


def _party(side: hub.Side) -> dict[str, str]:
    return {
        "partyType": side.kind, "name": side.name, "idType": side.id_type, "idNo": side.id_number, "tel": side.phone,
        "address": side.address,
    }  # fmt: skip


def _local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the platform writes it; empty for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
