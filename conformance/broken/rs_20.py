"""A watermark the docket no longer knows is taken for one after which nothing has changed."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class TooOldIsNothingNew(Reference):
    """410 came after a long holiday, in which nothing had happened."""

    breaks = frozenset({"RS-20"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, or none."""
        try:
            yield from super().pages(source, since)
        except hub.WatermarkRefused:
            return


ADAPTER = TooOldIsNothingNew
