"""An increment goes back a month at the most: the gateway times out on more, and nobody is away for longer."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import hub.api as hub
from conformance.reference import Reference


class AMonthAtMost(Reference):
    """What came before is thought to have been read."""

    breaks = frozenset({"RS-30"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages since the last read, or of the last thirty days."""
        yield from super().pages(source, since and max(since, source.now() - timedelta(days=30)))


ADAPTER = AMonthAtMost
