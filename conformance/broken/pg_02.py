"""Takes a paging loop for the end of the list."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class LoopIsTheEnd(Reference):
    """Where the docket leads back, all has been seen."""

    breaks = frozenset({"PG-02"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, to the end or the loop."""
        try:
            yield from super().pages(source, since)
        except hub.PagingLoop:
            return


ADAPTER = LoopIsTheEnd
