"""A case about less than nothing is refused with the whole row in the reason."""

import hub.api as hub
from conformance.reference import Reference


class QuotesTheRow(Reference):
    """Whoever lists rejections reads the party's name and number."""

    breaks = frozenset({"PV-05"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case about an amount that can be."""
        amount = item.get("amount")
        if isinstance(amount, int) and amount < 0:
            raise hub.RecordRejected("amount.negative", "amount", f"less than nothing in {item}")
        return super().draft(item)


ADAPTER = QuotesTheRow
