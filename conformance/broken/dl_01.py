"""A kind that is declared falls through the branches of deliver()."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class KnowsOneKind(DeliveringReference):
    """Steps of a mediation were to come with the next release."""

    breaks = frozenset({"DL-01"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """Results only."""
        if delivery.kind == "result":
            return super().deliver(source, delivery)
        raise NotImplementedError(delivery.kind)


ADAPTER = KnowsOneKind
