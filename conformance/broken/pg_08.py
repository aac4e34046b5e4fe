"""Counts with the total as it stands in the body."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class CountsWithText(Reference):
    """A page with a total of zero has nothing to give."""

    breaks = frozenset({"PG-08"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, while there is something announced."""
        for page in super().pages(source, since):
            yield page
            if page.body["total"] <= 0:
                return


ADAPTER = CountsWithText
