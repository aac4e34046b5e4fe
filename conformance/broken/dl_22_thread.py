"""What came of a paper is asked later, by a thread for each."""

import threading

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class AsksLater(DeliveringReference):
    """The docket hears of a paper in a quarter of an hour."""

    breaks = frozenset({"DL-22"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """The paper, and a timer."""
        later = threading.Timer(0.01, dict)
        later.daemon = True
        later.start()
        return super().deliver(source, delivery)


ADAPTER = AsksLater
