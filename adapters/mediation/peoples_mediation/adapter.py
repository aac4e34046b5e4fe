"""Adapter for people's mediation cases (人民调解大数据平台): JSON pages with a token, pinyin names, four steps."""

from collections.abc import Callable

import hub.api as hub
from adapters.mediation.peoples_mediation.progress import steps
from adapters.mediation.peoples_mediation.register import SHAPES, STREAMS, gone, paging
from adapters.numbers import references
from hub.api import Stage
from schemas.life import RECOVERED

STAGES = {
    "1": Stage.RECEIVED, "2": Stage.MEDIATING, "3": Stage.SETTLED, "4": Stage.CLOSED, "5": Stage.UNSETTLED,
    "6": Stage.ACCEPTED, "7": Stage.CONFIRMING,
}  # fmt: skip
"""4, ended, tells no result; 5, terminated, is what failed mediation comes to; 8, a draft, is at no stage yet."""

SUCCESS = {"3": True, "5": False, "7": True}  # who asks for judicial confirmation has an agreement
DOCKINGS = {
    "fangTiao": "访调", "gongTiao": "公调", "jianTiao": "检调", "suTiao": "诉调", "yuanTiao": "援调",
    "xingTiao": "行调", "shiZhen": "市镇",
}  # fmt: skip
EXTRA = ("anJianLY", "xieYiXS", "xieYiBH", "lvXingQK", "siFaQR")


class PeoplesMediation(hub.Adapter[hub.AdapterConfig]):
    """Cases in the order of their id. Deleted ones are flagged, not left out."""

    manifest = hub.Manifest(
        name="peoples_mediation", version="1.1.0", kind="mediation", title="People's mediation platform",
        title_zh="人民调解大数据平台", department="SF", code_system="rmtj_type", channel="TJ", stages=STAGES,
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.DELETIONS}),
        envelope=hub.Envelope(ok="success", ok_values=(True, "true"), code="code", items="result.list",
                              total="result.total", message="description"),
        streams=(hub.Stream(request=paging("/api/case/page")), *STREAMS),
    )  # fmt: skip

    def draft_of(self, stream: str) -> Callable[[hub.Item], hub.Draft | hub.DraftEntry]:
        """Mediators and bodies are no cases."""
        return SHAPES.get(stream, self.draft)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case. It has no title: the hub takes the first sentence of its brief."""
        status, committee, ticked = item.get("zhuangTai"), item.get("tiaoJieZZ") or {}, item.get("duiJie") or {}
        return hub.Draft(
            key=item["id"], revision=item.get("gengXinSJ"), deleted=gone(item), code=item.get("jiuFenLX"),
            label=item.get("jiuFenLXMC"), detail=item.get("jiuFenJJ"),
            happened=item.get("faShengSJ"), opened=item.get("shouLiSJ"), closed=item.get("jieAnSJ"), status=status,
            status_label=item.get("zhuangTaiMC"), address=item.get("faShengDD"), region=item.get("quHuaDM"),
            amount=item.get("sheAnJE"), people=item.get("sheJiRS"), steps=list(steps(item)),
            parties=[party(p) for p in item.get("dangShiRen") or ()],
            references=references(item.get("xiangGuanBH"), ("peoples_mediation", item.get("anJianBH") or "")),
            resolution=hub.DraftResolution(
                method="人民调解", organisation=committee.get("name"), responsible=item.get("tiaoJieY"),
                success=SUCCESS[status], situation=item.get("tiaoJieJG")) if status in SUCCESS else None,
            extra={name: item.get(name) for name in EXTRA}
            | {RECOVERED: item.get("lvXingJE")}
            | {f"tiaoJieZZ.{name}": told for name, told in committee.items()}
            | {"duiJie": "、".join(name for box, name in DOCKINGS.items() if str(ticked.get(box)) == "1")},
        )  # fmt: skip


def party(row: hub.Item) -> hub.DraftParty:
    """One side (当事人), standing and kind in the platform's own words."""
    return hub.DraftParty(
        name=row.get("xingMing"), role=row.get("diWei") or "1", kind=row.get("leiXing") or "1",
        id_type=row.get("zhengJianLX"), id_number=row.get("zhengJianHM"), phone=row.get("dianHua"),
        gender=row.get("xingBie"), address=row.get("zhuZhi"),
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [PeoplesMediation]
