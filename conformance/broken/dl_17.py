"""The telephone number of whoever acts is a parameter of the address."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class CallsByNumber(DeliveringReference):
    """The docket shows it beside the paper, and takes it from the address only."""

    breaks = frozenset({"DL-17"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """As ever, with a number to call."""
        order = hub.order_of(delivery.kind, delivery.body)
        page = source.post(self.path(delivery), params={"tel": order.phone}, json=self.paper(delivery))
        return self.receipt(page)


ADAPTER = CallsByNumber
