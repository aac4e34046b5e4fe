"""The key of the delivery stands where the number of the case belongs."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class NamesTheDelivery(DeliveringReference):
    """The docket takes any text for a case number, and opens a case it does not know."""

    breaks = frozenset({"DL-03"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """About whatever has this key."""
        return super().paper(delivery) | {"case_no": delivery.key}


ADAPTER = NamesTheDelivery
