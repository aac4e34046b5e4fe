"""The time of reading is kept with the record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class ReadAtNoted(Reference):
    """So that one can see how fresh it is."""

    breaks = frozenset({"RS-01"})

    read_at = ""

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, their time noted."""
        self.read_at = source.now().isoformat()
        yield from super().pages(source, since)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case and when it was read."""
        return replace(super().draft(item), extra={"read_at": self.read_at})


ADAPTER = ReadAtNoted
