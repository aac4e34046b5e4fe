"""Writes keys in capital letters."""

import hub.api as hub
from conformance.reference import Reference


class CapitalKeys(Reference):
    """Clerks type case numbers in either case, so one of the two was chosen."""

    breaks = frozenset({"RC-21"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        made = super().draft(item)
        made.key = made.key and made.key.upper()
        return made


ADAPTER = CapitalKeys
