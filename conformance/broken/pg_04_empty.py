"""A page without rows is taken for the last one, whatever token it bears."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class EmptyIsTheEnd(Reference):
    """No rows, no more cases."""

    breaks = frozenset({"PG-04"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, up to the first without rows."""
        for page in super().pages(source, since):
            yield page
            if not page.rows:
                return


ADAPTER = EmptyIsTheEnd
