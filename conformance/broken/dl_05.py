"""What the docket says of a paper it took is not looked at any further."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class LosesTheNumber(DeliveringReference):
    """Accepted is accepted."""

    breaks = frozenset({"DL-05"})

    def receipt(self, page: hub.Page) -> hub.Receipt:
        """Without the number."""
        said = super().receipt(page)
        return said if not said.accepted else hub.Receipt()


ADAPTER = LosesTheNumber
