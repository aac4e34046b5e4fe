"""The second attempt bears another key."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class CountsAttempts(DeliveringReference):
    """The docket wrote "repeated" into its log, and somebody did not like that."""

    breaks = frozenset({"DL-10", "DL-11", "DL-14"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """Another paper for each attempt after the first."""
        said = super().paper(delivery)
        return said if delivery.attempt == 1 else said | {"paper_no": f"{delivery.key}-{delivery.attempt}"}


ADAPTER = CountsAttempts
