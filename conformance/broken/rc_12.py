"""An empty amount is the one of the row above."""

import hub.api as hub
from conformance.reference import Reference


class MergedCells(Reference):
    """As in a table whose cells are merged; the rows are in no promised order."""

    breaks = frozenset({"RC-12"})
    above: object = None

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; what is empty is as above."""
        self.above = item.get("amount") or self.above
        return super().draft({**item, "amount": self.above})


ADAPTER = MergedCells
