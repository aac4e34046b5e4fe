"""INCREMENTAL is claimed, and each read asks for everything."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class AlwaysEverything(Reference):
    """``since`` was to be added later."""

    breaks = frozenset({"RS-13"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """All pages, always."""
        yield from super().pages(source, None)


ADAPTER = AlwaysEverything
