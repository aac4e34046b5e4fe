"""Takes a row that stands in the table for one that has been fetched."""

import hub.api as hub
from conformance.unusual.takes_rows import TABLE, TakesRows


class PutIsTaken(TakesRows):
    """The database said nothing against it."""

    breaks = frozenset({"DL-08"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """One row, and done."""
        source.put(TABLE, self.row(delivery), key="HUBKEY")
        return hub.Receipt(number=delivery.key)


ADAPTER = PutIsTaken
