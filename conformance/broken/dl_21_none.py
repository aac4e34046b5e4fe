"""A result without an amount is told with one of nought."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class NoughtAgreed(DeliveringReference):
    """The docket's form has a field for it, and fields are to be filled in."""

    breaks = frozenset({"DL-21"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """The paper, with a sum in any case."""
        return super().paper(delivery) | {"amount": str(delivery.body.get("amount") or 0)}


ADAPTER = NoughtAgreed
