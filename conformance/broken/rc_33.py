"""Of the numbers of related cases three are kept."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class ThreeNumbers(Reference):
    """Nobody had seen a case with four."""

    breaks = frozenset({"RC-33"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        made = super().draft(item)
        return replace(made, references=list(made.references)[:3])


ADAPTER = ThreeNumbers
