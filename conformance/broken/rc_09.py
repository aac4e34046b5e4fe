"""The day of filing becomes midnight of wherever the machine stands."""

from dataclasses import replace
from datetime import UTC, datetime

import hub.api as hub
from conformance.reference import Reference


class MidnightHere(Reference):
    """``astimezone`` takes a naive time for local: right in Beijing."""

    breaks = frozenset({"RC-09"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case with its first moment."""
        draft = super().draft(item)
        try:
            return replace(draft, opened=datetime.fromisoformat(item.get("filed") or "").astimezone(UTC))
        except ValueError:
            return draft


ADAPTER = MidnightHere
