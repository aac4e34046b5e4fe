"""The whole read is gathered before its first page is handed on."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class GathersFirst(Reference):
    """A list was easier to look at in the debugger. What came before a fault is handed on, and the fault is told."""

    breaks = frozenset({"OP-01"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """All pages at once, one after the other."""
        gathered, fault = [], None
        try:
            for page in super().pages(source, since):
                gathered.append(page)  # noqa: PERF402 - what came before a fault is kept
        except hub.SourceError as why:
            fault = why
        yield from gathered
        if fault is not None:
            raise fault


ADAPTER = GathersFirst
