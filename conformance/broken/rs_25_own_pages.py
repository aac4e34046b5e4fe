"""Makes pages of its own, and leaves out what they are put away by."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.unusual.marked_lines import MarkedLines


class PagesOfItsOwn(MarkedLines):
    """So that a page bears nothing that is not needed."""

    breaks = frozenset({"RS-25"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Each page, made anew of its rows."""
        for page in super().pages(source, since):
            yield hub.Page(page.content, window=page.window, fetched=page.fetched, rows=page.rows, total=page.total)


ADAPTER = PagesOfItsOwn
