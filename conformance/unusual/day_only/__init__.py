"""Update times that are days: a row changed twice in a day keeps its revision, and only its content differs."""

import hub.api as hub
from hub.api import Stage


class DayOnly(hub.Adapter[hub.AdapterConfig]):
    """Petitions by letter. The day of the mark is always read again, whole, since its rows may still be coming."""

    manifest = hub.Manifest(
        name="day_only", version="1.0.0", kind="petition", title="Days, not times", title_zh="只有日期的来信",
        channel="XF", capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(ok="state", ok_values=("success",), items="letters", total="letterCount"),
        streams=(hub.Stream(request=hub.Request(
            path="/letters", paging=hub.PageNumber(page="page", size="size", rows=100),
            since=hub.Since(param="changedSince", style="%Y%m%d"),
        )),),
        stages={"收": Stage.RECEIVED, "转": Stage.DISPATCHED, "复": Stage.REPLIED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One letter."""
        return hub.Draft(
            key=item["letterId"], revision=item.get("changeDay"), title=item.get("heading"), detail=item.get("letter"),
            opened=item.get("receiptDay"), status=item.get("mark"), address=item.get("place"),
            parties=[hub.DraftParty(name=item.get("writer"), id_number=item.get("idCard"), phone=item.get("mobile"))]
            if item.get("writer") else [],
        )  # fmt: skip


ADAPTER = DayOnly
