"""A spent quota is read as the end."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class QuotaSpent(Reference):
    """The docket allows so many calls a day."""

    breaks = frozenset({"ER-04"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As much as today's quota allows."""
        try:
            yield from super().pages(source, since)
        except hub.SourceThrottled:
            return  # enough for today


ADAPTER = QuotaSpent
