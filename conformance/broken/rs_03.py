"""The next page begins behind the last time seen."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import hub.api as hub
from conformance.reference import Reference


class PagesByTime(Reference):
    """Tokens are not trusted; the time of the last row is."""

    breaks = frozenset({"PG-01", "RS-03", "RS-07"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Ask again and again for what is newer than the newest row seen."""
        start = since.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S") if since else None
        while True:
            page = source.get("/cases", since=start, size=self.config.page_size)
            yield page
            if not page.body.get("next"):
                return
            newest = max(datetime.fromisoformat(str(row["updated"])) for row in page.rows)
            start = (newest + timedelta(milliseconds=1)).isoformat(" ", "milliseconds")


ADAPTER = PagesByTime
