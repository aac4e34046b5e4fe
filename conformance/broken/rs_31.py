"""Pages are counted in the instance, which reads the letters after the cases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import hub.api as hub
from conformance.unusual.two_streams import LIST, TwoStreams


class CountsOn(TwoStreams):
    """The letters begin at the page behind those of the cases."""

    breaks = frozenset({"RS-31"})
    turned = 0

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Cases by token, letters by number; how many pages there were is good to know."""
        if source.stream == "letters":
            paging = hub.PageNumber(page="p", size="n", rows=50, first=1 + self.turned)
            yield from source.read(replace(LIST, paging=paging), since)
            return
        for page in super().pages(source, since):
            self.turned += 1
            yield page


ADAPTER = CountsOn
