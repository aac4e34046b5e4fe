"""Throttled, it asks for less, at once."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class ThrottledAsksForLess(Reference):
    """A gateway that is asked for too much gets a smaller page to fetch."""

    breaks = frozenset({"NT-04"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, page sizes halved for as long as the docket throttles."""
        zone = self.manifest.zone
        start = since.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if since else None
        token, size = None, self.config.page_size
        while True:
            try:
                page = source.get("/cases", since=start, page=token, size=size)
            except hub.SourceThrottled:
                if size == 1:
                    raise
                size //= 2
                continue
            yield page
            if not (token := page.body.get("next")):
                return


ADAPTER = ThrottledAsksForLess
