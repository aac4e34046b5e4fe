"""Whether officials received and read what they were told: asked until they have, or until the question ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import hub.api as hub

PATH: Final = "/message/readStatus"
UNSENT: Final = ("40404",)
"""Codes that say that no such message is known: it is still on its way."""

ZONE: Final = ZoneInfo("Asia/Shanghai")


def reading(source: hub.Source, delivery: hub.Delivery, tenant: str) -> hub.Receipt | hub.Awaited:
    """Look once. The receipt says when the first of the receivers got it, and read it; `Awaited` while nobody has."""
    asked = delivery.body
    form = {
        "bizMsgId": delivery.key, "queryBizMsgId": str(asked["notice"]), "tenantId": tenant,
        "receiverIds": ",".join(asked["receivers"]), "remark": str(asked.get("case", "")),
    }  # fmt: skip
    told = source.post(PATH, form=form).body["content"]
    unsent = not told["success"] and str(told.get("responseCode")) in UNSENT
    if not (told["success"] or unsent):
        return hub.Receipt(accepted=False, reason=str(told.get("responseCode") or ""))
    data: Mapping[str, Any] = told.get("data") or {}
    rows = [each for each in data.get("receivers") or () if each.get("receiverId") in asked["receivers"]]
    found = {"received": _first(rows, "receiveTime"), "read": _first(rows, "readTime")}
    number = str(data.get("msgId") or "")
    if found["read"] or (found["received"] and asked["want"] == "received"):
        return hub.Receipt(number=number, body=found)
    if source.now() >= datetime.fromisoformat(asked["until"]):
        return hub.Receipt(accepted=False, number=number, reason="unread", body=found)
    return hub.Awaited(number or delivery.key)


def _first(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    """The earliest of these times, as the store keeps times; empty for none. Raises ValueError for what is none."""
    times = sorted(str(each[name]) for each in rows if each.get(name))
    if not times:
        return ""
    at = datetime.strptime(times[0], "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
    return at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
