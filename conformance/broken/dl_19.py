"""Whatever is not unsettled has been settled."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class TwoOutcomes(DeliveringReference):
    """The manual's first edition knew two outcomes."""

    breaks = frozenset({"DL-19"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """The paper, with one of two outcomes."""
        said = super().paper(delivery)
        return said | {"outcome": "2" if said["outcome"] == "unsettled" else "1"} if "outcome" in said else said


ADAPTER = TwoOutcomes
