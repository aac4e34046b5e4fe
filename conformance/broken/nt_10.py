"""Fetches the next page in a thread while this one is being stored."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class FetchesAhead(Reference):
    """The next page is on its way before this one is done with."""

    breaks = frozenset({"NT-10", "OP-03"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, one page ahead."""
        pages = super().pages(source, since)
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(next, pages, None)
            while (page := coming.result()) is not None:
                coming = ahead.submit(next, pages, None)
                yield page


ADAPTER = FetchesAhead
