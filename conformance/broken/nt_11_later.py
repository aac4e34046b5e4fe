"""In later reads a detail that is busy is left out: the record has one from before."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.unusual.details import Details


class HasItFromBefore(Details):
    """The first read is strict. What it brought is taken for kept, and is overwritten by what is thinner."""

    breaks = frozenset({"NT-11"})
    later = False

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As ever."""
        self.later = since is not None
        yield from super().pages(source, since)

    def detail(self, source: hub.Source, row: hub.Item, copy: int) -> hub.Item:
        """The detail, or nothing in a later read."""
        try:
            return super().detail(source, row, copy)
        except hub.SourceUnavailable:
            if self.later:
                return {}
            raise


ADAPTER = HasItFromBefore
