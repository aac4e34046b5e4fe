"""All kinds are sent to one path."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class NotesEverything(DeliveringReference):
    """The docket answers a result among the notes like any other note, and files nothing."""

    breaks = frozenset({"DL-01"})

    def path(self, delivery: hub.Delivery) -> str:
        """The path of the manual's only example."""
        return "/notes"


ADAPTER = NotesEverything
