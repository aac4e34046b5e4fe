"""Records as the linker's tests tell them: bodies with little beside what a test is about."""

from typing import Any

from hub.casework.linking.features import Features, features_of
from hub.mapping.heads import subjects
from hub.store.subjects import pack, unpack
from schemas.identity import keyed_hash

KEYED = keyed_hash(bytes(32), "BLAKE2b")
LEAK = (
    "楼上住户卫生间防水层失效，渗水顺着管道滴到我家吊顶和墙面，衣柜被子全部发霉，"
    "去年年底修过一次没有用，希望督促对方尽快维修并赔偿装修损失"
)
WAGES = (
    "我们在工地做木工和钢筋，干了五个月工资一直没有结清，项目部说总包没有付款，"
    "过年只发了两千元生活费，现在电话不接人也找不到，要求马上支付拖欠的全部工资"
)
NOISE = "对门每天半夜打麻将放音响，孩子高考前没法休息，居委会来过几次都没有用，请求制止夜间噪声并赔礼"


def citizen(serial: int) -> str:
    """A valid identity number of nobody: region 990000."""
    body = f"99000019800101{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def who(name: str | None = None, role: str = "1", **more: Any) -> dict[str, Any]:
    party = {"name": name, "role": role, "kind": "1", **more}
    if "id_number" in more:
        party.setdefault("id_type", "111")
    return {field: value for field, value in party.items() if value is not None}


def firm(name: str, role: str = "2", **more: Any) -> dict[str, Any]:
    return who(name, role, **{"kind": "2", **more})


_next = 0


def record(*parties: dict[str, Any], source: str = "petition", **body: Any) -> Features:
    """The features of a record with these parties; a new number each time. ``numbers`` are of the kind ``petition``
    where they do not say another."""
    global _next  # noqa: PLW0603 - a counter
    _next += 1
    body.setdefault("opened", "2026-03-02T01:00:00Z")
    if address := body.pop("address", None):
        body["place"] = {"address": address, "region": body.pop("region", "330106007000")}
    elif region := body.pop("region", None):
        body["place"] = {"region": region}
    if item := body.pop("item", None):
        body["classification"] = {"item": item, "category": item[:3]}
    told = (each if isinstance(each, tuple) else ("petition", each) for each in body.pop("numbers", ()))
    body["references"] = [{"kind": kind, "number": number} for kind, number in told]
    whole = {"key": f"{_next}", "title": "", "detail": "", "parties": list(parties), **body}
    return features_of(("330100", _next), source, whole, unpack(pack(subjects(whole), KEYED)))
