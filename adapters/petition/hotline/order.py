"""One order (工单) of a hotline, and what its words mean."""

import hub.api as hub
from hub.api import Channel, Stage
from schemas.life import WINDOW, Listing, Window, listing

STAGES = {
    "待受理": Stage.RECEIVED, "已受理": Stage.TRIAGED, "待派遣": Stage.TRIAGED, "退回待派": Stage.TRIAGED,
    "已派遣": Stage.DISPATCHED, "待签收": Stage.DISPATCHED, "已签收": Stage.DISPATCHED, "不予受理": Stage.REFUSED,
    "处置中": Stage.HANDLING, "延期中": Stage.HANDLING, "督办中": Stage.HANDLING, "已答复": Stage.REPLIED,
    "待回访": Stage.FOLLOW_UP, "已回访": Stage.FOLLOW_UP, "重新办理": Stage.REOPENED, "已结案": Stage.CLOSED,
    "已归档": Stage.CLOSED, "已挂号": Stage.HANDLING, "已销号": Stage.HANDLING,
    Listing.UNPROVED.value: Stage.HANDLING, Listing.TICKED_OFF.value: Stage.CLOSED,
}  # fmt: skip
"""What the hotline takes (受理), no body has accepted yet. A complaint is listed (挂号) until it is ticked off (销号)
by a proof: 已销号 alone is ``unproved``, and listed still."""

TICKED_OFF = "已销号"
WINDOWS = {"1": Window.CITY, "2": Window.STREET, "3": Window.COMMUNITY}
"""``windowLevel`` of who came to a window (市民诉求服务中心): of city or county, street or town, community."""

STEPS = (
    ("perCreateTime", "登记", "reportDept"), ("createTime", "立单", ""), ("dispatchTime", "派遣", "executeDeptCode"),
    ("solvingTime", "处置", "deptName"), ("telAskTime", "回访", ""),
)  # fmt: skip
SOLVED = {"0": True, "1": False, "2": None}  # banliResult_12345; 2 is in part, and 3, sent back, is no result
EXTRA = (
    "serviceType", "infoTypeName", "levelOne", "levelTwo", "emergencyLevel", "approach", "banliResult_12345",
    "publicSatisfaction", "isOverdue", "isSendBack", "hastentypeCount", "solvingResult", "deptName", "executeDeptCode",
    "cancelTime", "cancelProof", "windowLevel", "windowName",
)  # fmt: skip


def order(item: hub.Item, *, area: str, datum: str) -> hub.Draft:
    """One order. It has no title: the hub takes the first sentence of its text."""
    names = (*area.split("/"), item.get("streetName"), item.get("communityName"))
    result, caller = str(item.get("banliResult_12345")), item.get("callNumber")
    status, window = item.get("status"), WINDOWS.get(str(item.get("windowLevel")))
    off = listing(status, item.get("cancelProof")) if status == TICKED_OFF else None
    return hub.Draft(
        key=item["taskId"], revision=item.get("syncTime"), detail=item.get("discription"),
        code=item.get("levelThree") or item.get("levelTwo"), label=item.get("levelFour"),
        status=off.value if off else status, status_label=status if off else None,
        channel=Channel.WALK_IN if window else None,
        happened=item.get("discoverTime"), opened=item.get("createTime"),
        closed=None if off is Listing.UNPROVED else item.get("endTime"),
        address=item.get("address"), org_path=[name for name in names if name],
        lng=item.get("coordx"), lat=item.get("coordy"), datum=datum,
        parties=[hub.DraftParty(phone=caller)] if caller else [],
        steps=[hub.DraftStep(at=item[at], action=action, body=item.get(body) or "")
               for at, action, body in STEPS if item.get(at)],
        references=[("hotline_order", item["taskId"])],
        resolution=hub.DraftResolution(organisation=item.get("deptName"), success=SOLVED[result],
                                       assessed=item.get("telAskTime")) if result in SOLVED else None,
        extra={name: item.get(name) for name in EXTRA} | ({WINDOW: window.value} if window else {}),
    )  # fmt: skip
