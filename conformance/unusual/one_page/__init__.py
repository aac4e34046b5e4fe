"""One giant page: whatever there is comes in one reply."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from hub.api import Stage


class OnePage(hub.Adapter[hub.AdapterConfig]):
    """Cases of an export. There is nothing to page through, and ``pages`` says so."""

    manifest = hub.Manifest(
        name="one_page", version="1.0.0", kind="court", title="Export in one page", title_zh="一页到底的导出",
        channel="FY", capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(items="cases", total="count"),
        stages={"1": Stage.FILED, "2": Stage.HEARING, "3": Stage.JUDGED},
    )  # fmt: skip

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The one page there is."""
        zone = self.manifest.zone
        yield source.get("/export", changed=since.astimezone(zone).strftime("%Y%m%d%H%M%S") if since else None)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; columns come as the clerk's table names them."""
        return hub.Draft(
            key=str(item["NO"]), revision=item.get("CHANGED"), title=item.get("CAUSE"), detail=item.get("FACTS"),
            opened=item.get("FILED"), status=str(item["STATE"]) if item.get("STATE") else None,
            parties=[hub.DraftParty(name=item.get("PLAINTIFF"), id_number=item.get("ID"), phone=item.get("PHONE"))],
            references=[("court_case", item["CASE_NO"])] if item.get("CASE_NO") else [],
        )  # fmt: skip


ADAPTER = OnePage
