"""What the platform is told: a matter of another body's, reported as an event of its own; of an event, that it was
taken on or not, passed on, how it goes, how it ended.

Each word bears the delivery's key as ``requestId``.
"""

import json
from datetime import datetime, tzinfo

import hub.api as hub
from hub.api import Stage

REPORTED, WHISTLE, ARRIVED, DONE = "网格上报", "社区吹哨", "部门报到", "办结"
STAGES = {
    REPORTED: Stage.RECEIVED, WHISTLE: Stage.TRIAGED, "镇街受理": Stage.ACCEPTED, ARRIVED: Stage.ACCEPTED,
    "部门办理": Stage.HANDLING, DONE: Stage.CLOSED, "回访": Stage.FOLLOW_UP,
}  # fmt: skip
REPORT = "/event/report.json"
PATHS = {
    "accept": "/event/accept.json", "refuse": "/event/accept.json", "hand_over": "/event/transfer.json",
    "progress": "/event/feedback.json", "result": "/event/close.json",
}  # fmt: skip
WAYS = {"up": "上报", "down": "下派", "across": "平级流转"}
OUTCOMES = {
    Stage.SETTLED: "化解成功", Stage.UNSETTLED: "化解不成功", Stage.WITHDRAWN: "撤回", Stage.GUIDED_TO_SUIT: "引导诉讼",
    Stage.REPLIED: "已答复", Stage.CLOSED: "办结",
}  # fmt: skip
"""How the platform says that an event has ended; of confirmation and fulfilment it knows nothing."""

RESULTS = {word: stage for stage, word in OUTCOMES.items() if word != DONE}
"""What came of an event that has ended, as the platform tells it in a field of its own."""

SIDES = {"1": "申请人", "2": "被申请人", "3": "第三人"}

TAKEN = 200
"""The inner ``code`` of an answer; the outer one says that the gateway passed the call on."""

DELIVERING = hub.Delivering(
    kinds=tuple(PATHS), key_header="",
    envelope=hub.Envelope(ok="success", ok_values=(True, "true"), code="code", message="message"),
)  # fmt: skip

Fields = dict[str, str | int]


def deliver(source: hub.Source, delivery: hub.Delivery, config: hub.AdapterConfig, zone: tzinfo) -> hub.Receipt:
    """One word on an event, and what the platform says of it. Raises SourceReplyInvalid where it says nothing."""
    order = hub.order_of(delivery.kind, delivery.body)
    said = json.dumps({"requestId": delivery.key, **word(order, zone)}, ensure_ascii=False)
    path = REPORT if isinstance(order, hub.HandOver) and order.matter else PATHS[delivery.kind]
    page = source.post(path, form={"appKey": config.app_key, "bizContent": said})
    data = page.body.get("data")
    inner = json.loads(data) if isinstance(data, str) and data else data or {}
    if inner.get("code") != TAKEN:
        raise hub.SourceReplyInvalid("the gateway passed a delivery on, and the platform did not take it in")
    told = inner["result"]
    return hub.Receipt(told["accepted"] == 1, told.get("flowId") or "", told.get("reasonCode") or "")


def word(order: hub.Order, zone: tzinfo) -> Fields:
    """What the platform is told. Raises KeyError for an outcome it has no word for."""
    common: Fields = {
        "id": order.number, "caseCode": order.case, "handleTime": _local(order.at, zone), "handleOrg": order.body,
        "handleOrgCode": order.body_code, "handler": order.person, "handlerMobile": order.phone, "opinion": order.text,
    }  # fmt: skip
    match order:
        case hub.Accept():
            more: Fields = {"accepted": 1, "deadline": _local(order.due, zone)}
        case hub.Refuse():
            more = {"accepted": 0, "reasonCode": order.reason}
        case hub.HandOver(matter=hub.Matter() as matter):
            return common | _report(order, matter, zone)
        case hub.HandOver():
            more = {
                "direction": WAYS[order.way], "targetOrg": order.to, "targetOrgCode": order.to_code,
                "reason": order.reason, "deadline": _local(order.due, zone),
            }  # fmt: skip
        case hub.Progress():
            more = {"status": next((name for name, stage in STAGES.items() if stage is order.stage), "")}
        case hub.Result():
            more = {"result": OUTCOMES[order.outcome], "agreementNo": order.agreement}
        case _:
            raise KeyError(order.kind)
    return common | more


def _report(order: hub.HandOver, matter: hub.Matter, zone: tzinfo) -> Fields:
    """A matter the platform does not know yet, in the fields an event is read in; it has no ``id`` there.

    ``relatedNumber`` is our code and the number it has where it comes from: by them the event finds its case.
    """
    return {
        "id": "", "fromOrg": order.body, "orgcode": order.to_code, "docking": order.docking or "",
        "purpose": order.purpose, "reason": order.reason, "deadline": _local(order.due, zone),
        "title": matter.title, "content": matter.detail, "item": matter.item, "occurLocation": matter.address,
        "regionCode": matter.region, "createtime": _local(matter.opened, zone),
        "relatedNumber": ",".join(filter(None, (order.case, order.number))),
        "people": json.dumps([_person(side) for side in matter.sides], ensure_ascii=False),
    }  # fmt: skip


def _person(side: hub.Side) -> dict[str, str]:
    return {"name": side.name, "idcard": side.id_number, "mobile": side.phone, "type": SIDES[side.role]}


def _local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the platform writes it; empty for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""
