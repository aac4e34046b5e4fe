"""What one paper said is kept, and the next is laid over it."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference

LAST: dict[str, str] = {}


class KeepsThePaper(DeliveringReference):
    """Empty fields are left out, as the manual asks; what stood there before stays."""

    breaks = frozenset({"DL-18"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """The fields of the last paper, as far as this one says nothing else."""
        said = super().paper(delivery) | {"by": delivery.body.get("person", "")}
        LAST.update({name: value for name, value in said.items() if value})
        return dict(LAST)


ADAPTER = KeepsThePaper
