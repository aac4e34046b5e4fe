"""One petition (信访事项), in whatever way it comes: read by page, pushed, in a view or a workbook."""

from typing import Any

import hub.api as hub
from adapters.numbers import references
from hub.api import Stage
from schemas.life import RECOVERED

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
    "NMBZ", "LMBZ", "SFSSBZ", "SJRS", "CJSJ", "HFBZ", "HFQK",
)  # fmt: skip
PUSHED = {
    "STOREID": "ID", "GK": "TSNR", "ZJLX": "ZJLXDM", "XFXS": "XFXSMC", "XBSJ": "XBJZSJ", "QX": "DJJGMC",
}  # fmt: skip
"""The few names a push has for what the catalogue calls otherwise."""

DUE = {"复查": "FCJZSJ", "复核": "FHJZSJ"}
"""While it is reviewed a petition is due when the review is: the term of the reply is over by then."""

ID_LENGTH = 8
REVIEWS = (
    ("FCSQSJ", "申请复查", "", ""), ("FCYJSJ", "复查意见", "FCJGMC", "FCYJ"), ("FHSQSJ", "申请复核", "", ""),
    ("FHYJSJ", "复核意见", "FHJGMC", "FHYJ"),
)  # fmt: skip


OPINIONS = {"1": "满意", "2": "基本满意", "3": "不满意"}
"""What the petitioner thinks of it (满意度评价): no proof that the matter is settled."""


def matter(item: hub.Item) -> hub.Draft:
    """One petition, anonymous ones without a party. Columns may be written small or large, or as in a push."""
    row = columns(item)
    status = row.get("BLZTMC")
    steps = [step(columns(each)) for each in row.get("BLGC") or ()]
    return hub.Draft(
        key=row["ID"], revision=revision(row), title=row.get("BT"), detail=row.get("TSNR"),
        code=row.get("NRFLDM"), label=row.get("NRFLMC"),
        opened=row.get("XFRQ"), due=row.get(DUE.get(status or "", "")) or row.get("XBJZSJ"), closed=row.get("BJSJ"),
        status=row.get("BLZTDM") or status, status_label=status,
        region=row.get("WTSDDM"), people=row.get("XFRS"),
        parties=[petitioner(row)] if row.get("XM") else [], steps=[*steps, *reviews(row)],
        references=[*references(row.get("XGBH"), ("petition", row.get("XFJBH") or "")), *repeats(row)],
        resolution=hub.DraftResolution(
            opinion=OPINIONS.get(str(row["MYDPJ"]), str(row["MYDPJ"])), assessed=row.get("PJSJ")
        ) if row.get("MYDPJ") else None,
        extra={name: row.get(name) for name in EXTRA} | {RECOVERED: row.get("ZHJE")},
    )  # fmt: skip


def columns(item: hub.Item) -> dict[str, Any]:
    """The fields under the catalogue's names."""
    return {PUSHED.get(name.upper(), name.upper()): value for name, value in item.items()}


def revision(row: hub.Item) -> str | None:
    """When it changed. A push says no more than when the petition came: it is older than all that was read that day."""
    return row.get("GXSJ") or (row.get("XFRQ") or "")[:10] or None


def repeats(row: hub.Item) -> list[tuple[str, str]]:
    """Its own ``ID`` and that of the petition it repeats (重复件): both cite one matter; a short one is anybody's."""
    return [("petition_id", row[name]) for name in ("ID", "REPEATED_ID") if len(row.get(name) or "") >= ID_LENGTH]


def petitioner(row: hub.Item) -> hub.DraftParty:
    """Who petitions (信访人)."""
    return hub.DraftParty(
        name=row.get("XM"), id_type=row.get("ZJLXDM"), id_number=row.get("ZJHM"),
        phone=row.get("SJHM"), address=row.get("CZDZ"),
    )  # fmt: skip


def step(row: hub.Item) -> hub.DraftStep:
    """One handling step (办理过程). The clerk's name stays at the source."""
    return hub.DraftStep(
        at=row.get("BLSJ"), action=row.get("BLFS") or "", body=row.get("BLJG") or "",
        note=row.get("BLSM") or "", key=row.get("ID") or "",
    )  # fmt: skip


def reviews(row: hub.Item) -> list[hub.DraftStep]:
    """Review and re-review (复查、复核): when each was asked for, what came of it and by whom."""
    return [
        hub.DraftStep(at=row[at], action=action, body=row.get(body) or "", note=row.get(note) or "")
        for at, action, body, note in REVIEWS if row.get(at)
    ]  # fmt: skip
