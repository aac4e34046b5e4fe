"""The row does not say whether it is a step or what came of it."""

import hub.api as hub
from conformance.unusual.takes_rows import TakesRows


class OneSortOfRow(TakesRows):
    """Whoever reads the text sees what it is about."""

    breaks = frozenset({"DL-19"})

    def row(self, delivery: hub.Delivery) -> dict[str, str | None]:
        """The row, in words."""
        return super().row(delivery) | {"JG": None}


ADAPTER = OneSortOfRow
