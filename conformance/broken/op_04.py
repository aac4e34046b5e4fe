"""Whoever meets a docket that is down tells it to all: no instance of the adapter asks any more."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

import hub.api as hub
from conformance.reference import Reference


class OneForAll(Reference):
    """There was one court when this was written."""

    breaks = frozenset({"OP-04"})
    down: ClassVar[bool] = False

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, while the docket is up."""
        OneForAll.down = False
        try:
            for page in super().pages(source, since):
                yield page
                if OneForAll.down:
                    return
        except hub.SourceUnavailable:
            OneForAll.down = True
            raise


ADAPTER = OneForAll
