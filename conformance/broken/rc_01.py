"""Related cases are given as bare numbers."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class BareNumbers(Reference):
    """Where a pair of kind and number belongs: each case that has one is refused."""

    breaks = frozenset({"PG-01", "RC-01", "TX-03"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case and the numbers of its kin."""
        return replace(super().draft(item), references=list(item.get("related") or ()))


ADAPTER = BareNumbers
