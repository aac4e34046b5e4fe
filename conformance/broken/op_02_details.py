"""Every detail of a read is kept, in case its row comes again."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.unusual.details import Details


class KeepsDetails(Details):
    """A call saved now and then, for the texts of all rows there are."""

    breaks = frozenset({"OP-02"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As ever."""
        self.kept: dict[str, hub.Item] = {}
        yield from super().pages(source, since)

    def detail(self, source: hub.Source, row: hub.Item, copy: int) -> hub.Item:
        """The detail, and a note of it."""
        found = self.kept[f"{row.get('no')} {row.get('changed')} {copy}"] = super().detail(source, row, copy)
        return found


ADAPTER = KeepsDetails
