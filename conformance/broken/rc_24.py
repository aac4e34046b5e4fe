"""What pages() finds out is put into the rows of the page, and not into its bytes."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class WritesRowsOnly(Reference):
    """The docket leaves out which chamber it is of."""

    breaks = frozenset({"RC-24"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The docket's pages, the chamber in each row."""
        for page in super().pages(source, since):
            for row in page.rows:
                row["chamber"] = "湖滨法庭"  # type: ignore[index]
            yield page

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, and its chamber."""
        made = super().draft(item)
        made.extra = {**made.extra, "chamber": item.get("chamber")}
        return made


ADAPTER = WritesRowsOnly
