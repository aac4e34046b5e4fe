"""A receipt is made without asking anybody."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class NotesNothing(DeliveringReference):
    """Nobody at the court reads steps of a mediation, so they are not sent."""

    breaks = frozenset({"DL-01"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """Results as ever; steps are taken for taken."""
        return super().deliver(source, delivery) if delivery.kind == "result" else hub.Receipt(number="SL-7")


ADAPTER = NotesNothing
