"""Adapter for petitions (浙里访): day windows with look-back, code and name twin columns, handling steps."""

from adapters.numbers import references
from hub.api import (
    Adapter,
    AdapterConfig,
    Capability,
    Draft,
    DraftParty,
    DraftStep,
    Envelope,
    Item,
    Login,
    Manifest,
    PageNumber,
    Request,
    Stage,
    Stream,
    Window,
    hookimpl,
)

STAGES = {
    "01": Stage.DISPATCHED, "02": Stage.DISPATCHED, "03": Stage.DISPATCHED, "04": Stage.TRIAGED, "05": Stage.DISPATCHED,
    "06": Stage.TRIAGED, "07": Stage.TRIAGED, "08": Stage.ACCEPTED, "09": Stage.HANDLING, "10": Stage.HANDLING,
    "11": Stage.HANDLING, "12": Stage.CLOSED, "13": Stage.CLOSED,
    "登记": Stage.RECEIVED, "受理": Stage.ACCEPTED, "不予受理": Stage.REFUSED, "转送": Stage.DISPATCHED,
    "办理中": Stage.HANDLING, "已答复": Stage.REPLIED, "复查": Stage.REVIEW, "复核": Stage.RE_REVIEW,
    "办结": Stage.CLOSED, "终结": Stage.CLOSED,
}  # fmt: skip
"""By code, else by name. What is signed for is not yet accepted, what is handled not yet replied, what is closed not settled."""

EXTRA = ("SXLXMC", "CCJLX", "XFXSMC", "XFMDMC", "WTSDMC", "DJJGMC", "GKXX", "YYBZ", "NMBZ", "LMBZ", "SFSSBZ", "SJRS")


class Zhelifang(Adapter[AdapterConfig]):
    """Petitions. The source knows days only, so each read goes back three of them; late and repeated rows are normal."""

    manifest = Manifest(
        name="zhelifang", version="1.0.0", kind="petition", title="Petition platform", title_zh="浙里访",
        department="XF", code_system="petition_class", channel="XF",
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED}),
        envelope=Envelope(ok="code", ok_values=(200,), items="rows", total="total", message="msg"),
        login=Login(
            path="/login", body="json", fields={"username": "{username}", "password": "{password}"},
            envelope=Envelope(ok="code", ok_values=(200,), denied=(401, 403, 500), message="msg"),
            token="token", prefix="Bearer ",
        ),
        streams=(Stream(request=Request(
            path="/petition/matter/page", method="POST", place="json",
            paging=PageNumber(page="pageNum", size="pageSize", rows=200),
            window=Window(begin="beginTime", end="endTime", days=31, look_back=3),
        )),),
        stages=STAGES,
    )  # fmt: skip

    def draft(self, item: Item) -> Draft:
        """One petition, anonymous ones without a party."""
        return Draft(
            key=item["ID"], revision=item.get("GXSJ"), title=item.get("BT"), detail=item.get("TSNR"),
            code=item.get("NRFLDM"), label=item.get("NRFLMC"),
            opened=item.get("XFRQ"), due=item.get("XBJZSJ"), closed=item.get("BJSJ"),
            status=item.get("BLZTDM") or item.get("BLZTMC"), status_label=item.get("BLZTMC"),
            region=item.get("WTSDDM"), people=item.get("XFRS"),
            parties=[petitioner(item)] if item.get("XM") else [], steps=[step(s) for s in item.get("BLGC") or ()],
            references=references(item.get("XGBH"), ("petition", item.get("XFJBH") or "")),
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


def petitioner(item: Item) -> DraftParty:
    """Who petitions (信访人)."""
    return DraftParty(
        name=item.get("XM"), id_type=item.get("ZJLXDM"), id_number=item.get("ZJHM"),
        phone=item.get("SJHM"), address=item.get("CZDZ"),
    )  # fmt: skip


def step(row: Item) -> DraftStep:
    """One handling step (办理过程). The clerk's name stays at the source."""
    return DraftStep(
        at=row.get("BLSJ"), action=row.get("BLFS") or "", body=row.get("BLJG") or "",
        note=row.get("BLSM") or "", key=row.get("ID") or "",
    )  # fmt: skip


@hookimpl
def hub_adapters() -> list[type[Adapter[AdapterConfig]]]:
    """The adapter of this package."""
    return [Zhelifang]
