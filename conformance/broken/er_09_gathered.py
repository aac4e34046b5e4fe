"""Pages are gathered and given at the end: a fault on the last one loses them all."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class AllAtTheEnd(Reference):
    """Pages are put in order before they are given."""

    breaks = frozenset({"ER-09", "OP-01", "PG-02", "PG-03"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """All pages, once they are all there."""
        yield from list(super().pages(source, since))


ADAPTER = AllAtTheEnd
