"""Times are put right by the difference between the docket's clock and the hub's."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import hub.api as hub
from conformance.reference import Reference

STYLE = "%Y-%m-%d %H:%M:%S.%f"


class PutsTimesRight(Reference):
    """The watermark is then one of the hub's times, and the docket is asked by it in its own."""

    breaks = frozenset({"RS-17"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages as they would be if the docket's clock were ours."""
        for page in super().pages(source, since):
            if page.clock is not None:
                off = source.now() - page.clock
                page.rows = [self._right(row, off) for row in page.rows]
                page.clock = source.now()
            yield page

    def _right(self, row: hub.Item, off: timedelta) -> hub.Item:
        if not off or not row.get("updated"):
            return row
        at = datetime.strptime(row["updated"], STYLE).replace(tzinfo=self.manifest.zone) + off
        return {**row, "updated": at.strftime(STYLE)[:-3]}


ADAPTER = PutsTimesRight
