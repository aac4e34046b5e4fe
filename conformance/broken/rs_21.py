"""A docket that was read within the hour is not read again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import hub.api as hub
from conformance.reference import Reference


class ReadJustNow(Reference):
    """To spare it. A watermark ahead of the clock is always just now."""

    breaks = frozenset({"RS-21"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, once an hour."""
        if since and source.now() - since < timedelta(hours=1):
            return
        yield from super().pages(source, since)


ADAPTER = ReadJustNow
