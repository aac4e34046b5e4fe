"""The watermark is written with the month where the minute stands."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class MonthForMinute(Reference):
    """``%m`` for ``%M``: right for an hour a day, near enough for most others."""

    breaks = frozenset({"RS-10"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference, but for one letter."""
        start = since.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%m:%S") if since else None
        token = None
        while True:
            page = source.get("/cases", since=start, page=token, size=self.config.page_size)
            yield page
            if not (token := page.body.get("next")):
                return


ADAPTER = MonthForMinute
