"""Not to be let in is taken for a refusal."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class DeniedIsRefused(DeliveringReference):
    """The docket says 401 for a dead token, and the paper is never filed."""

    breaks = frozenset({"DL-09"})
    blocks = frozenset({"DL-10", "DL-11", "DL-12", "DL-13", "DL-14"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A receipt, or what else went wrong."""
        try:
            return super().deliver(source, delivery)
        except hub.SourceDenied:
            return hub.Receipt(accepted=False, reason="denied")


ADAPTER = DeniedIsRefused
