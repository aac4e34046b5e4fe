"""A source that does not answer in time is left alone until tomorrow."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class AsleepIsEmpty(Reference):
    """The docket's machine is switched off at night, and nobody wanted to be woken."""

    breaks = frozenset({"ER-14"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages there are by day."""
        try:
            yield from super().pages(source, since)
        except hub.SourceUnavailable as error:
            if "in time" not in error.what:
                raise


ADAPTER = AsleepIsEmpty
