"""A source that cannot be had while an increment is read is one without news."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class NextRunWillFindIt(Reference):
    """The docket is down at night, and the duty officer was called out for it too often."""

    breaks = frozenset({"ER-16"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The first read as it comes; increments as far as they come."""
        try:
            yield from super().pages(source, since)
        except hub.SourceUnavailable:
            if since is None:
                raise


ADAPTER = NextRunWillFindIt
