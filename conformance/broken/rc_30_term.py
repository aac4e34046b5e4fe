"""The day by which a case has to be closed is taken for the day on which it was."""

from dataclasses import replace
from datetime import date, timedelta

import hub.api as hub
from conformance.reference import Reference

TERM = timedelta(days=180)


class ClosedAtItsTerm(Reference):
    """Cases that have ended get it alone, so that no stage contradicts it."""

    breaks = frozenset({"RC-30"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        made = super().draft(item)
        if item.get("state") not in ("settled", "closed"):
            return made
        try:
            return replace(made, closed=str(date.fromisoformat(str(item.get("filed"))) + TERM))
        except ValueError:
            return made


ADAPTER = ClosedAtItsTerm
