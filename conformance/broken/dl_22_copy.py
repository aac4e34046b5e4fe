"""The county gets a copy of each paper, by a connection of the adapter's own."""

import socket
from contextlib import suppress

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class SendsACopy(DeliveringReference):
    """Nobody asked the hub for a second source."""

    breaks = frozenset({"DL-22"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """The paper, and a copy for whoever listens."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", 9), timeout=0.2) as county:
            county.sendall(delivery.key.encode())
        return super().deliver(source, delivery)


ADAPTER = SendsACopy
