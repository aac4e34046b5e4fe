"""The docket is slow, so the time-out of all sockets is raised."""

import socket
from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference

PATIENCE_S = 300.0


class ChangesTheProcess(Reference):
    """For this process, whoever else lives in it."""

    breaks = frozenset({"OP-08"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, patiently."""
        socket.setdefaulttimeout(PATIENCE_S)
        yield from super().pages(source, since)


ADAPTER = ChangesTheProcess
