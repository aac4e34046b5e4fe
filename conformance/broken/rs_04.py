"""A resumed read leaves closed cases out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class ClosedStayClosed(Reference):
    """What is closed does not change any more, thought the author."""

    breaks = frozenset({"RS-04"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages; of a resumed read, open cases only."""
        for page in super().pages(source, since):
            rows = [row for row in page.rows if row.get("state") != "closed"]
            yield replace(page, rows=rows) if since else page


ADAPTER = ClosedStayClosed
