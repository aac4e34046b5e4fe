"""The watermark is written in the zone of the machine."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class ZoneOfTheMachine(Reference):
    """``astimezone()`` without a zone: right on every machine the author has seen."""

    breaks = frozenset({"RS-16"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference, but for the zone."""
        start = since.astimezone().strftime("%Y-%m-%d %H:%M:%S") if since else None
        token = None
        while True:
            page = source.get("/cases", since=start, page=token, size=self.config.page_size)
            yield page
            if not (token := page.body.get("next")):
                return


ADAPTER = ZoneOfTheMachine
