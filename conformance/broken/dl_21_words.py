"""What is said in words is cut to the width of the docket's list."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class CutsTheWords(DeliveringReference):
    """Its list shows twenty signs."""

    breaks = frozenset({"DL-21"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """The paper, cut."""
        said = super().paper(delivery)
        return said | {"text": said["text"][:20]}


ADAPTER = CutsTheWords
