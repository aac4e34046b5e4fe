"""Where there is no related case, the number of none is told."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class NumbersOfNone(Reference):
    """The old form wanted a number there."""

    breaks = frozenset({"RC-23"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, related to something."""
        related = item.get("related") or ["LK0000-00000"]
        return replace(super().draft(item), references=[("court_case", number) for number in related])


ADAPTER = NumbersOfNone
