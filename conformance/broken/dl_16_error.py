"""An error tells whom the paper was about."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class NamesThePerson(DeliveringReference):
    """So that whoever reads it knows at once whom to call."""

    breaks = frozenset({"DL-16"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """As ever, with more said where the answer could not be read."""
        try:
            return super().deliver(source, delivery)
        except hub.SourceReplyInvalid as why:
            order = hub.order_of(delivery.kind, delivery.body)
            raise hub.SourceReplyInvalid(f"no receipt; ask {order.person} at {order.phone}") from why


ADAPTER = NamesThePerson
