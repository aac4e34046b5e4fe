"""Asks for more with every page."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class GrowingPages(Reference):
    """A docket that answers well can be asked for more: each page twice the one before."""

    breaks = frozenset({"NT-09"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, in growing pages."""
        zone = self.manifest.zone
        start = since.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if since else None
        token, size = None, self.config.page_size
        while True:
            page = source.get("/cases", since=start, page=token, size=size)
            yield page
            size = min(2 * size, 200)
            if not (token := page.body.get("next")):
                return


ADAPTER = GrowingPages
