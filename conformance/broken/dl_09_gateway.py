"""A gateway that is down has refused a result."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class DownIsNo(DeliveringReference):
    """The gateway of the filings answers 502 for what it cannot pass on, its author was told."""

    breaks = frozenset({"DL-09"})
    blocks = frozenset({"DL-10", "DL-11", "DL-12", "DL-13", "DL-14"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A receipt; where the gateway is down, a refusal."""
        try:
            return super().deliver(source, delivery)
        except hub.SourceUnavailable as why:
            if why.status in (502, 504) and delivery.kind == "result":
                return hub.Receipt(accepted=False, reason="gateway")
            raise


ADAPTER = DownIsNo
