"""Times are written as the hub keeps them, without the zone."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class WritesUtc(DeliveringReference):
    """It has the form the manual asks for."""

    breaks = frozenset({"DL-20"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """The paper, eight hours early."""
        at = hub.order_of(delivery.kind, delivery.body).at
        return super().paper(delivery) | {"at": at.strftime("%Y-%m-%d %H:%M:%S")}


ADAPTER = WritesUtc
