"""Puts a file away when it is read, and not when its rows are kept."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import hub.api as hub
from conformance.unusual.marked_lines import MarkedLines


class PutAwayWhenRead(MarkedLines):
    """So that the folder is empty as early as can be."""

    breaks = frozenset({"RS-25"})

    def pages(self, source: Any, since: datetime | None) -> Iterator[hub.Page]:
        """Each page, its file put away."""
        for page in super().pages(source, since):
            source.settled(page.receipt)
            yield page


ADAPTER = PutAwayWhenRead
