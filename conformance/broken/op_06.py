"""A thread keeps the session with the docket alive, and itself."""

from collections.abc import Iterator
from datetime import datetime
from threading import Event, Thread

import hub.api as hub
from conformance.reference import Reference

ALIVE_S = 20.0


class KeepsAlive(Reference):
    """Each read starts one; it ends when the docket's own time-out would."""

    breaks = frozenset({"NT-10", "OP-06"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, with somebody in the background."""
        Thread(target=Event().wait, args=(ALIVE_S,), name="keep-alive", daemon=True).start()
        yield from super().pages(source, since)


ADAPTER = KeepsAlive
