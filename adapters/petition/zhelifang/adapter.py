"""Adapter for petitions (浙里访): day windows with look-back, code and name twin columns, handling steps."""

import hub.api as hub
from adapters.numbers import references
from hub.api import Stage

STAGES = {
    "01": Stage.DISPATCHED, "02": Stage.DISPATCHED, "03": Stage.DISPATCHED, "04": Stage.TRIAGED, "05": Stage.DISPATCHED,
    "06": Stage.TRIAGED, "07": Stage.TRIAGED, "08": Stage.ACCEPTED, "09": Stage.HANDLING, "10": Stage.HANDLING,
    "11": Stage.HANDLING, "12": Stage.CLOSED, "13": Stage.CLOSED,
    "登记": Stage.RECEIVED, "受理": Stage.ACCEPTED, "不予受理": Stage.REFUSED, "转送": Stage.DISPATCHED,
    "办理中": Stage.HANDLING, "已答复": Stage.REPLIED, "复查": Stage.REVIEW, "复核": Stage.RE_REVIEW,
    "办结": Stage.CLOSED, "终结": Stage.CLOSED,
}  # fmt: skip
"""By code, else by name. Signed for is not yet accepted, handled not yet replied, and closed not settled."""

EXTRA = (
    "SXLXDM", "SXLXMC", "CCJLX", "XFXSDM", "XFXSMC", "XFMDDM", "XFMDMC", "WTSDMC", "DJJGDM", "DJJGMC", "GKXX", "YYBZ",
    "NMBZ", "LMBZ", "SFSSBZ", "SJRS", "CJSJ",
)  # fmt: skip


class Zhelifang(hub.Adapter[hub.AdapterConfig]):
    """Petitions. The source knows days only: each read goes back three; late and repeated rows are normal."""

    manifest = hub.Manifest(
        name="zhelifang", version="1.0.0", kind="petition", title="Petition platform", title_zh="浙里访",
        department="XF", code_system="petition_class", channel="XF",
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(ok="code", ok_values=(200,), items="rows", total="total", message="msg"),
        login=hub.Login(
            path="/login", body="json", fields={"username": "{username}", "password": "{password}"},
            envelope=hub.Envelope(ok="code", ok_values=(200,), denied=(401, 403, 500), message="msg"),
            token="token", prefix="Bearer ",  # noqa: S106 - a path
        ),
        streams=(hub.Stream(request=hub.Request(
            path="/petition/matter/page", method="POST", place="json",
            paging=hub.PageNumber(page="pageNum", size="pageSize", rows=200),
            window=hub.Window(begin="beginTime", end="endTime", days=31, look_back=3),
        )),),
        stages=STAGES,
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One petition, anonymous ones without a party."""
        return hub.Draft(
            key=item["ID"], revision=item.get("GXSJ"), title=item.get("BT"), detail=item.get("TSNR"),
            code=item.get("NRFLDM"), label=item.get("NRFLMC"),
            opened=item.get("XFRQ"), due=item.get("XBJZSJ"), closed=item.get("BJSJ"),
            status=item.get("BLZTDM") or item.get("BLZTMC"), status_label=item.get("BLZTMC"),
            region=item.get("WTSDDM"), people=item.get("XFRS"),
            parties=[petitioner(item)] if item.get("XM") else [], steps=[step(s) for s in item.get("BLGC") or ()],
            references=references(item.get("XGBH"), ("petition", item.get("XFJBH") or "")),
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


def petitioner(item: hub.Item) -> hub.DraftParty:
    """Who petitions (信访人)."""
    return hub.DraftParty(
        name=item.get("XM"), id_type=item.get("ZJLXDM"), id_number=item.get("ZJHM"),
        phone=item.get("SJHM"), address=item.get("CZDZ"),
    )  # fmt: skip


def step(row: hub.Item) -> hub.DraftStep:
    """One handling step (办理过程). The clerk's name stays at the source."""
    return hub.DraftStep(
        at=row.get("BLSJ"), action=row.get("BLFS") or "", body=row.get("BLJG") or "",
        note=row.get("BLSM") or "", key=row.get("ID") or "",
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [Zhelifang]
