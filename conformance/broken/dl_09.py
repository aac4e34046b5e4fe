"""Whatever goes wrong with a call is told as a refusal."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class FailsAsRefused(DeliveringReference):
    """Nothing must rise out of an adapter, its author heard."""

    breaks = frozenset({"DL-08", "DL-09"})
    blocks = frozenset({"DL-10", "DL-11", "DL-12", "DL-13", "DL-14"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A receipt, in any case."""
        try:
            return super().deliver(source, delivery)
        except hub.SourceError as why:
            return hub.Receipt(accepted=False, reason=why.code)


ADAPTER = FailsAsRefused
