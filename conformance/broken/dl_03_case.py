"""A matter the docket has not numbered yet is told of without any number."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class OnlyItsNumber(DeliveringReference):
    """All matters come from the docket, its author thought."""

    breaks = frozenset({"DL-03"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """The paper, under the docket's number only."""
        return super().paper(delivery) | {"case_no": str(delivery.body.get("number", ""))}


ADAPTER = OnlyItsNumber
