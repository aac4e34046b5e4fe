"""The docket refuses a paper, and its reason stays behind."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class LosesTheReason(DeliveringReference):
    """The manual tells the reason as a list; the docket tells one."""

    breaks = frozenset({"DL-07"})

    def receipt(self, page: hub.Page) -> hub.Receipt:
        """The reason by the manual's name for it."""
        filing = page.body["filing"]
        return hub.Receipt(filing["accepted"] is True, filing.get("no") or "", (filing.get("reasons") or [""])[0])


ADAPTER = LosesTheReason
