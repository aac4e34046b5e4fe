"""The next page begins behind the greatest time and the greatest key of the page, which need not be of one row."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import hub.api as hub
from conformance.unusual.subsecond import Subsecond


class GreatestOfEach(Subsecond):
    """The last row was not trusted to be the last."""

    breaks = frozenset({"RS-03", "RC-40"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Ask again and again for what is behind the greatest of both, until nothing comes."""
        start = since.astimezone(self.manifest.zone).strftime("%Y-%m-%dT%H:%M:%S%z") if since else None
        asked: dict[str, Any] = {"from": start, "max": self.config.page_size or 100}
        while True:
            page = source.get("/events", **asked)
            yield page
            if not page.rows:
                return
            keys = [row["eid"] for row in page.rows if row.get("eid")] or [page.rows[-1].get("eid")]
            asked |= {"after_ts": max(row["ts"] for row in page.rows), "after_id": max(keys)}


ADAPTER = GreatestOfEach
