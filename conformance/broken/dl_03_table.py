"""Leaves the number of the petition out of its row: the key was thought to say enough."""

import hub.api as hub
from conformance.unusual.takes_rows import TakesRows


class OfNothing(TakesRows):
    """A row for the office to guess by."""

    breaks = frozenset({"DL-03"})

    def row(self, delivery: hub.Delivery) -> dict[str, str | None]:
        """What was done, and not to what."""
        return super().row(delivery) | {"XFJBH": None}


ADAPTER = OfNothing
