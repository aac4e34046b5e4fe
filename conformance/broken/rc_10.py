"""The day of filing is told by the calendar of UTC."""

from dataclasses import replace
from datetime import UTC, datetime

import hub.api as hub
from conformance.reference import Reference


class DayBefore(Reference):
    """Midnight in Beijing is the day before in UTC."""

    breaks = frozenset({"RC-10"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, filed a day early."""
        draft = super().draft(item)
        try:
            midnight = datetime.fromisoformat(item.get("filed") or "").replace(tzinfo=self.manifest.zone)
        except ValueError:
            return draft
        return replace(draft, opened=midnight.astimezone(UTC).date())


ADAPTER = DayBefore
