"""The watermark is cut out of a text that has a fraction of a second most of the time."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class FractionExpected(Reference):
    """``isoformat`` leaves a fraction of nought out, and the cut falls into the offset."""

    breaks = frozenset({"RS-14"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference, but for how the time is written."""
        start = since.astimezone(self.manifest.zone).isoformat(" ")[:23] if since else None
        token = None
        while True:
            page = source.get("/cases", since=start, page=token, size=self.config.page_size)
            yield page
            if not (token := page.body.get("next")):
                return


ADAPTER = FractionExpected
