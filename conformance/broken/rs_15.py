"""A first read goes back a year."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import hub.api as hub
from conformance.reference import Reference


class LastYearFirst(Reference):
    """Older cases were of no interest to the author."""

    breaks = frozenset({"RS-15"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages of the last year at the most."""
        yield from super().pages(source, since or source.now() - timedelta(days=365))


ADAPTER = LastYearFirst
