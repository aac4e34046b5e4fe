"""What the platform is told of an event: taken on or not, passed on, how it goes, how it ended.

Each word bears the delivery's key as ``requestId``.
"""

import json
from datetime import datetime, tzinfo

import hub.api as hub
from hub.api import Stage

STAGES = {
    "网格上报": Stage.RECEIVED, "镇街受理": Stage.ACCEPTED, "部门办理": Stage.HANDLING, "办结": Stage.CLOSED,
    "回访": Stage.FOLLOW_UP,
}  # fmt: skip
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
    page = source.post(PATHS[delivery.kind], form={"appKey": config.app_key, "bizContent": said})
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


def _local(at: datetime | None, zone: tzinfo) -> str:
    """A time as the platform writes it; empty for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""
