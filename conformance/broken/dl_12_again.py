"""A pager that knows no keys is paged again where its answer is lost."""

import hub.api as hub
from conformance.unusual.unkeyed import Unkeyed


class PagesAgain(Unkeyed):
    """Better twice than never, its author thought, of a notice in the night."""

    breaks = frozenset({"DL-12"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """As ever, and once more."""
        try:
            return super().deliver(source, delivery)
        except hub.SourceUnavailable as why:
            if why.status is not None or why.unsent:
                raise
            order = hub.order_of(delivery.kind, delivery.body)
            source.post("/page", form={"to": "", "line": f"again: {order.case} {order.text}"})
            return hub.Receipt()


ADAPTER = PagesAgain
