"""A draft tells the day it was shaped: shaped again from the stored page, the same case comes out otherwise."""

from dataclasses import replace
from datetime import UTC, datetime

import hub.api as hub
from conformance.reference import Reference


class DayOfTheDraft(Reference):
    """The district wants to see when a case came over."""

    breaks = frozenset({"LD-05"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case with the day it came over."""
        return replace(super().draft(item), extra={"taken_over": datetime.now(UTC).date().isoformat()})


ADAPTER = DayOfTheDraft
