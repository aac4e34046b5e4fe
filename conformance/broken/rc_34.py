"""Of an amount only digits and point are read."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class DigitsOfAmount(Reference):
    """It was to get rid of commas and of 元. With them goes 万."""

    breaks = frozenset({"RC-34"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        digits = "".join(sign for sign in str(item.get("amount") or "") if sign.isdecimal() or sign == ".")
        return replace(super().draft(item), amount=digits or None)


ADAPTER = DigitsOfAmount
