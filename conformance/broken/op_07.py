"""Every page is announced on the terminal."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class CountsAloud(Reference):
    """In the hub's log, which is JSON, it is a line nobody can read."""

    breaks = frozenset({"OP-07"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, counted."""
        for number, page in enumerate(super().pages(source, since), 1):
            print("page", number)
            yield page


ADAPTER = CountsAloud
