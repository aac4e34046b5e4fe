"""Knocks at the gateway's door before it reads."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

import hub.api as hub
from conformance.reference import Reference


class KnocksFirst(Reference):
    """The gateway sleeps, and a first connection wakes it."""

    breaks = frozenset({"NT-01"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Wake it, then read."""
        gateway = urlsplit(self.config.base_url)
        with suppress(OSError), socket.create_connection((gateway.hostname, gateway.port or 80), timeout=1):
            pass
        yield from super().pages(source, since)


ADAPTER = KnocksFirst
