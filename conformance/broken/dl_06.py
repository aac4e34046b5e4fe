"""A refusal is swallowed: whatever the docket says with code 0 is a receipt."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class TakesNoForYes(DeliveringReference):
    """The envelope was good, so the paper is filed."""

    breaks = frozenset({"DL-06"})
    blocks = frozenset({"DL-07"})

    def receipt(self, page: hub.Page) -> hub.Receipt:
        """The number, if there is one."""
        return hub.Receipt(number=page.body["filing"].get("no") or "")


ADAPTER = TakesNoForYes
