"""The day of filing stands in for the update time."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class FilingDay(Reference):
    """It was the first date in the row; it never moves."""

    breaks = frozenset({"RC-07"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case as of the day it was filed."""
        return replace(super().draft(item), revision=item.get("filed"), extra={"updated": item.get("updated")})


ADAPTER = FilingDay
