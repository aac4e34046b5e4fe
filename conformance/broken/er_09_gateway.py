"""A 502 after the first page is taken for the end of the list."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class GatewayEndsTheList(Reference):
    """Their gateway answers 502 to what it does not know, and it did not know the page behind the last one."""

    breaks = frozenset({"ER-09"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """All pages, or those before the gateway gave up."""
        read = 0
        try:
            for page in super().pages(source, since):
                yield page
                read += 1
        except hub.SourceUnavailable as error:
            if not read or error.status != 502:
                raise


ADAPTER = GatewayEndsTheList
