"""Takes a row for fetched when it is looked at for the second time."""

import hub.api as hub
from conformance.unusual.takes_rows import TakesRows


class OnceIsEnough(TakesRows):
    """Handed in long ago, so it was fetched."""

    breaks = frozenset({"DL-08"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        """One row, and a look at the clock."""
        if delivery.handed:
            return hub.Receipt(number=delivery.handed)
        return super().deliver(source, delivery)


ADAPTER = OnceIsEnough
