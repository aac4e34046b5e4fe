"""The amount is counted in fen."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class FenForYuan(Reference):
    """The store keeps fen, so the adapter made them; so did the hub."""

    breaks = frozenset({"RC-13"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case with a hundred times its amount."""
        draft = super().draft(item)
        try:
            return replace(draft, amount=round(float(str(draft.amount).replace(",", "")) * 100))
        except ValueError:
            return draft


ADAPTER = FenForYuan
