"""A broken line is read as nothing new."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class LineClosedAtNight(Reference):
    """The line to the court is closed at night."""

    breaks = frozenset({"ER-02"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """What the line lets through."""
        try:
            yield from super().pages(source, since)
        except hub.SourceUnavailable as error:
            if error.status is None:
                return  # closed: there is nothing new at night
            raise


ADAPTER = LineClosedAtNight
