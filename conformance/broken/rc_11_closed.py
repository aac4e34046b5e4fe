"""Cases that are closed come without the people they are about."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class ClosedWithoutPeople(Reference):
    """Nobody looks at them any more, it was said."""

    breaks = frozenset({"RC-11"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; the people of an open one."""
        made = super().draft(item)
        return replace(made, parties=[]) if made.status == "closed" else made


ADAPTER = ClosedWithoutPeople
