"""Adapter for the orders of a government hotline (12345): JSON pages by day windows of the sync time, token login."""

from typing import Literal

import hub.api as hub
from hub.api import Stage

STAGES = {
    "待受理": Stage.RECEIVED, "已受理": Stage.TRIAGED, "待派遣": Stage.TRIAGED, "退回待派": Stage.TRIAGED,
    "已派遣": Stage.DISPATCHED, "待签收": Stage.DISPATCHED, "已签收": Stage.DISPATCHED, "不予受理": Stage.REFUSED,
    "处置中": Stage.HANDLING, "延期中": Stage.HANDLING, "督办中": Stage.HANDLING, "已答复": Stage.REPLIED,
    "待回访": Stage.FOLLOW_UP, "已回访": Stage.FOLLOW_UP, "重新办理": Stage.REOPENED, "已结案": Stage.CLOSED,
    "已归档": Stage.CLOSED, "已挂号": Stage.HANDLING, "已销号": Stage.CLOSED,
}  # fmt: skip
"""What the hotline takes (受理), no body has accepted yet. A complaint is listed (挂号) until ticked off (销号)."""

STEPS = (
    ("perCreateTime", "登记", "reportDept"), ("createTime", "立单", ""), ("dispatchTime", "派遣", "executeDeptCode"),
    ("solvingTime", "处置", "deptName"), ("telAskTime", "回访", ""),
)  # fmt: skip
SOLVED = {"0": True, "1": False, "2": None}  # banliResult_12345; 2 is in part, and 3, sent back, is no result
EXTRA = (
    "serviceType", "infoTypeName", "levelOne", "levelTwo", "emergencyLevel", "approach", "banliResult_12345",
    "publicSatisfaction", "isOverdue", "isSendBack", "hastentypeCount", "solvingResult",
)  # fmt: skip


class HotlineConfig(hub.AdapterConfig):
    """``area``: the names above an order's street (``浙江省/温州市/永嘉县``); ``datum`` is that of its coordinates."""

    area: str = ""
    datum: Literal["GCJ-02", "BD-09", "CGCS2000", "WGS-84"] = "CGCS2000"


class Hotline(hub.Adapter[HotlineConfig]):
    """Orders. The source knows days only: each read goes back three; late and repeated rows are normal."""

    Config = HotlineConfig
    manifest = hub.Manifest(
        name="hotline", version="1.0.0", kind="petition", title="12345 hotline", title_zh="12345 政务服务热线",
        department="XF", code_system="hotline_class", channel="RX", stages=STAGES,
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(ok="code", ok_values=(200,), items="rows", total="total", message="msg"),
        login=hub.Login(  # the token dies after 30 idle minutes: code 401 in a reply asks for another
            path="/login", body="json", fields={"username": "{username}", "password": "{password}"},
            envelope=hub.Envelope(ok="code", ok_values=(200,), denied=(401, 403, 500), message="msg"),
            token="token", prefix="Bearer ",  # noqa: S106 - a path
        ),
        streams=(hub.Stream(request=hub.Request(
            path="/api/order/page", method="POST", place="json", paging=hub.PageNumber(rows=100),
            window=hub.Window(begin="params.beginTime", end="params.endTime", days=31, look_back=3),
        )),),
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One order. It has no title: the hub takes the first sentence of its text."""
        names = (*self.config.area.split("/"), item.get("streetName"), item.get("communityName"))
        result, caller = str(item.get("banliResult_12345")), item.get("callNumber")
        return hub.Draft(
            key=item["taskId"], revision=item.get("syncTime"), detail=item.get("discription"),
            code=item.get("levelThree") or item.get("levelTwo"), label=item.get("levelFour"), status=item.get("status"),
            happened=item.get("discoverTime"), opened=item.get("createTime"), closed=item.get("endTime"),
            address=item.get("address"), org_path=[name for name in names if name],
            lng=item.get("coordx"), lat=item.get("coordy"), datum=self.config.datum,
            parties=[hub.DraftParty(phone=caller)] if caller else [],
            steps=[hub.DraftStep(at=item[at], action=action, body=item.get(body) or "")
                   for at, action, body in STEPS if item.get(at)],
            references=[("hotline_order", item["taskId"])],
            resolution=hub.DraftResolution(organisation=item.get("deptName"), success=SOLVED[result],
                                           assessed=item.get("telAskTime")) if result in SOLVED else None,
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[HotlineConfig]]]:
    """The adapter of this package."""
    return [Hotline]
