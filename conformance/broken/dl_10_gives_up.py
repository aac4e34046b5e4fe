"""Gives up by itself after the fifth attempt."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference

MOST = 5


class GivesUp(DeliveringReference):
    """It was to spare the docket; what was refused in one night's outage nobody sent again."""

    breaks = frozenset({"DL-10"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """Five attempts, then a refusal of our own."""
        if delivery.attempt > MOST:
            return hub.Receipt(accepted=False, reason="attempts")
        return super().deliver(source, delivery)


ADAPTER = GivesUp
