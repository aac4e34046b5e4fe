"""A denial is read as nothing new."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class DeniedIsNothingNew(Reference):
    """The account may not see every district."""

    breaks = frozenset({"ER-01"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """What this account may see."""
        try:
            yield from super().pages(source, since)
        except hub.SourceDenied:
            return  # nothing here is ours to read


ADAPTER = DeniedIsNothingNew
