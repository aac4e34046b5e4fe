"""Pages are made anew on the way, and their receipts are lost: nothing is ever acknowledged."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.unusual.front_database import FrontDatabase


class LosesTheReceipts(FrontDatabase):
    """Pages of its own, with what it believed to be all of them."""

    breaks = frozenset({"RS-24"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Each page, copied by hand."""
        for page in super().pages(source, since):
            yield hub.Page(page.content, fetched=page.fetched, body=page.body, rows=page.rows, total=page.total)


ADAPTER = LosesTheReceipts
