"""Adapter for the cases of a mobile court (移动微法院): pinyin columns over JSON, read by time and told by callback."""

import hub.api as hub
from adapters.court.mobile_court.filing import DELIVERING, deliver
from adapters.court.mobile_court.wire import CALLBACK, ENVELOPE, PAGES, SIGNING
from adapters.numbers import references
from hub.api import Capability, Stage

METHODS = {"调解": "司法调解", "判决": "诉讼"}  # JAFS -> resolution_method
STAGES = {
    "收案": Stage.RECEIVED, "立案": Stage.FILED, "审理": Stage.HEARING, "调解": Stage.MEDIATING, "判决": Stage.JUDGED,
    "调解成功": Stage.SETTLED, "调解不成": Stage.UNSETTLED, "结案": Stage.CLOSED, "执行": Stage.ENFORCING,
    "撤诉": Stage.WITHDRAWN, "确认审查": Stage.CONFIRMING, "裁定确认": Stage.CONFIRMED, "不予确认": Stage.UNCONFIRMED,
}  # fmt: skip
NEW_CAUSES = "20260101"  # the civil causes of 2025 are in force from this filing day on
EXTRA = ("AJLB", "AJLY", "SXRQ", "YSAJLXDM", "SLFY", "JBFY", "QRAH")
"""Among them the court that took the filing (SLFY) and the one that tries the case (JBFY): any court takes filings."""


class MobileCourt(hub.Adapter[hub.AdapterConfig]):
    """Court cases. Pages come in order of the case key: an update during the read moves no row past the reader."""

    manifest = hub.Manifest(
        name="mobile_court", version="1.1.0", kind="court", title="Mobile court", title_zh="移动微法院",
        department="FY", code_system="court_cause", causes=True, channel="FY",
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED, Capability.PUSH, Capability.DELIVER}),
        envelope=ENVELOPE, signing=SIGNING, streams=(hub.Stream(request=PAGES),), webhook=CALLBACK, stages=STAGES,
        delivering=DELIVERING,
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; the cause of action is its label, and its number counts by the edition of the filing day.

        Its place is that of the court that tries it. A judicial confirmation is a case of its own, by its 案号.
        """
        ending = item.get("JAFS") or None
        return hub.Draft(
            key=item["AHDM"], revision=item.get("LASTUPDATE"), title=item.get("AY"), detail=item.get("AQ"),
            code=item.get("AYDM"), label=item.get("AY"),
            edition=edition(item.get("AJLB") or "", item.get("LARQ") or ""),
            opened=item.get("LARQ"), closed=item.get("JARQ"), status=item.get("AJZT"),
            region=item.get("JBFY"), amount=item.get("JABDJE"), parties=[party(p) for p in item.get("DSR") or ()],
            steps=[node(n) for n in item.get("JDXX") or ()],
            references=references(item.get("XGAH"), ("court_case", item.get("AH") or ""))
            + references(item.get("QRAH")),
            resolution=hub.DraftResolution(method=METHODS.get(ending), situation=ending) if ending else None,
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A suit or a confirmation applied for; the receipt for a mediation before suit, or what came of it."""
        return deliver(source, delivery, self.manifest.zone)


def edition(kind: str, filed: str) -> str:
    """Which list AYDM is a number of: the administrative causes of 2020, or the civil ones by the filing day."""
    return "行政2020" if kind.startswith("行政") else "2025" if filed >= NEW_CAUSES else "2020"


def party(row: hub.Item) -> hub.DraftParty:
    """A litigant (当事人), standing (诉讼地位) and kind in the court's own words."""
    return hub.DraftParty(
        name=row.get("XM"), role=row.get("SSDW") or "1", kind=row.get("LX") or "1", id_type=row.get("ZJLX") or None,
        id_number=row.get("ZJHM"), phone=row.get("SJHM"), address=row.get("DZ"),
    )  # fmt: skip


def node(row: hub.Item) -> hub.DraftStep:
    """One node (节点) of the procedure: filing, service, hearing, enforcement."""
    return hub.DraftStep(
        at=row.get("JDSJ"), action=row.get("JDMC") or "", body=row.get("JDJG") or "", note=row.get("JDNR") or "",
        key=row.get("JDBH") or "",
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [MobileCourt]
