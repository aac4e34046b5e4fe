"""A view is read from a second behind the watermark: ``>`` where ``>=`` is meant."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import hub.api as hub
from conformance.unusual.front_database import FrontDatabase


class LaterThanTheWatermark(FrontDatabase):
    """``WHERE GXSJ > since``, so that the last row does not come twice."""

    breaks = frozenset({"RS-02", "RS-03", "RS-10", "RS-14"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages of what changed after ``since``."""
        yield from super().pages(source, since + timedelta(seconds=1) if since else None)


ADAPTER = LaterThanTheWatermark
