"""A read that is stopped goes on to its end, because the docket frees its cursor only there."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class ReadsToTheEnd(Reference):
    """With three million rows to go."""

    breaks = frozenset({"OP-03"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages; those nobody wants any more are read as well."""
        pages = super().pages(source, since)
        try:
            for page in pages:  # noqa: UP028 - yield from would close them
                yield page
        finally:
            for _ in pages:
                pass


ADAPTER = ReadsToTheEnd
