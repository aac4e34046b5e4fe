"""A step is looked up by its stage, and most steps have none."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference

WORDS = {"mediating": "2", "handling": "3"}


class NeedsAStage(DeliveringReference):
    """Where a matter stands is told in the docket's own words."""

    breaks = frozenset({"DL-01"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """The paper; of a step, where the matter stands."""
        said = super().paper(delivery)
        return said | {"stands": WORDS[delivery.body["stage"]]} if delivery.kind == "progress" else said


ADAPTER = NeedsAStage
