"""The draft takes the item apart."""

import hub.api as hub
from conformance.reference import Reference


class TakesApart(Reference):
    """``pop`` where ``get`` was meant: right the first time."""

    breaks = frozenset({"RC-12"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; its party is taken out of the item."""
        party = item.pop("party", None)  # type: ignore[attr-defined]
        return super().draft({**item, "party": party})


ADAPTER = TakesApart
