"""Rows are acknowledged when they are read, and not when they are kept."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import hub.api as hub
from conformance.unusual.front_database import FrontDatabase


class AcknowledgesFirst(FrontDatabase):
    """So that the office sees at once that its rows have arrived."""

    breaks = frozenset({"RS-23"})

    def pages(self, source: Any, since: datetime | None) -> Iterator[hub.Page]:
        """Each page, acknowledged."""
        for page in super().pages(source, since):
            source.settled(page.receipt)
            yield page


ADAPTER = AcknowledgesFirst
