"""Adapter for papers, sessions and figures of a mobile court (移动微法院): pinyin columns over JSON, read by time."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import hub.api as hub
from adapters.court.mobile_court.wire import ENVELOPE, PAGES, SIGNING
from adapters.court.mobile_court_papers.guarantees import guarantee
from adapters.court.mobile_court_papers.sessions import session

PATHS = {name: f"/peace/intranet/{path}/page" for name, path in (
    ("receipts", "service"), ("guarantees", "guarantee"), ("figures", "statistics"), ("sessions", "session"),
)}  # fmt: skip


class MobileCourtPapers(hub.Adapter[hub.AdapterConfig]):
    """What the court tells beside its cases, each kind a stream of its own. Cases are those of `mobile_court`."""

    manifest = hub.Manifest(
        name="mobile_court_papers", version="1.1.0", kind="court", title="Mobile court, papers, sessions and figures",
        title_zh="移动微法院文书、庭次与指标", department="FY", channel="FY", envelope=ENVELOPE, signing=SIGNING,
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        streams=tuple(hub.Stream(name=name, request=replace(PAGES, path=path)) for name, path in PATHS.items()),
    )  # fmt: skip

    def draft_of(self, stream: str) -> Callable[[hub.Item], hub.Draft | hub.DraftEntry]:
        """Each stream has rows of its own."""
        return SHAPES[stream]


def receipt(item: hub.Item) -> hub.DraftDocument:
    """The receipt for one document served on one addressee (送达回证): it is answered when the addressee has it."""
    return hub.DraftDocument(
        key=item["SDBH"], revision=item.get("LASTUPDATE"), of=("court_case", item.get("AH") or ""), form="送达回证",
        number=item.get("WSBH"), title=item.get("WSMC"), issuer=item.get("FYMC"), owner=item.get("FYMC"),
        region=item.get("JBFY"), issued=item.get("FSSJ"), answered=item.get("QSSJ"), answer=item.get("WQSYY"),
        status=item.get("SDZT"), digest=item.get("WSZY"), url=item.get("WSDZ"),
        parties=[hub.DraftParty(
            name=item.get("SSDR"), role="3", kind=item.get("LX") or "1", id_number=item.get("ZJHM"),
            phone=item.get("SJHM"),
        )],
        extra={name: item.get(name) for name in ("AHDM", "SDFS")},
    )  # fmt: skip


def figure(item: hub.Item) -> hub.DraftFigure:
    """Filings of a day in one town (成讼收案), with the inhabitants they are told of."""
    return hub.DraftFigure(
        key=item["TJBH"], revision=item.get("LASTUPDATE"), name=item.get("ZBMC"), region=item.get("ZJDM"),
        period=item.get("TJRQ"), value=item.get("ZBZ"), unit=item.get("DW"), numerator=item.get("SAS"),
        denominator=item.get("RKS"), owner=item.get("FYMC"), extra={name: item.get(name) for name in ("ZBDM", "ZJMC")},
    )  # fmt: skip


SHAPES: Mapping[str, Callable[[hub.Item], hub.DraftEntry]] = {
    "receipts": receipt, "guarantees": guarantee, "figures": figure, "sessions": session,
}  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [MobileCourtPapers]
