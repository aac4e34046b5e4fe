"""Keeps the ticket of each matter, where a matter has several deliveries on their way."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.asks_later import AsksLater

TICKETS: dict[str, str] = {}


class TicketOfTheMatter(AsksLater):
    """One matter, one ticket."""

    breaks = frozenset({"DL-05"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        """Ask by the ticket at hand."""
        matter = str(delivery.body.get("number"))
        if delivery.handed:
            return self.came_of(source, replace(delivery, handed=TICKETS.get(matter, delivery.handed)))
        found = super().deliver(source, delivery)
        if isinstance(found, hub.Awaited):
            TICKETS[matter] = found.number
        return found


ADAPTER = TicketOfTheMatter
