"""Papers bear a fresh number of their own instead of the delivery's key."""

from uuid import uuid4

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class FreshNumber(DeliveringReference):
    """The docket wants a unique number for each paper, and a new one is surely unique."""

    breaks = frozenset({"DL-02"})
    blocks = frozenset({"DL-10", "DL-11", "DL-14"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """With a number made here."""
        return super().paper(delivery) | {"paper_no": uuid4().hex}


ADAPTER = FreshNumber
