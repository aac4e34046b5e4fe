"""Leaves out what the source announced."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class DropsTheTotal(Reference):
    """The docket's total was wrong once, so nobody looks at it any more."""

    breaks = frozenset({"PG-07"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, with nothing to be held against."""
        for page in super().pages(source, since):
            page.total = None
            yield page


ADAPTER = DropsTheTotal
