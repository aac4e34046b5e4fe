"""Ends when the total of the first page is met."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class TrustsTheFirstTotal(Reference):
    """The first page says how much there is."""

    breaks = frozenset({"PG-09"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, to as many rows as the first page announced."""
        total, rows = None, 0
        for page in super().pages(source, since):
            yield page
            total, rows = page.total if total is None else total, rows + len(page.rows)
            if total is not None and rows >= total:
                return


ADAPTER = TrustsTheFirstTotal
