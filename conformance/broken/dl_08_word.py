"""Whatever is not a no is a yes."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class YesByDefault(DeliveringReference):
    """The docket's manual calls the word for success optional."""

    breaks = frozenset({"DL-08"})

    def receipt(self, page: hub.Page) -> hub.Receipt:
        """Accepted, unless the docket says otherwise."""
        filing = page.body.get("filing") or {}
        return hub.Receipt(filing.get("accepted") is not False, filing.get("no") or "", filing.get("reason") or "")


ADAPTER = YesByDefault
