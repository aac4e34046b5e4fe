"""A paper and its words are handed over one after the other."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class HandsOverInParts(DeliveringReference):
    """Long words did not fit once, on a test system."""

    breaks = frozenset({"DL-04"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """The paper, then the paper with its words."""
        paper = self.paper(delivery)
        source.post(self.path(delivery), json=paper | {"text": ""})
        return self.receipt(source.post(self.path(delivery), json=paper))


ADAPTER = HandsOverInParts
