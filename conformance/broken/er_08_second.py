"""Of two streams the second takes a path that is gone for an empty letter box."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.unusual.two_streams import TwoStreams


class NoLettersToday(TwoStreams):
    """Some districts have no letter box, its author was told."""

    breaks = frozenset({"ER-08"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Cases as they are read; of letters, whatever is there."""
        try:
            yield from super().pages(source, since)
        except hub.SourceReplyInvalid as error:
            if source.stream == "cases" or error.status != 404:
                raise


ADAPTER = NoLettersToday
