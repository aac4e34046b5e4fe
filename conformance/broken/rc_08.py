"""The update time is taken for UTC."""

from dataclasses import replace
from datetime import UTC, datetime

import hub.api as hub
from conformance.reference import Reference


class BeijingTakenForUtc(Reference):
    """It has no offset, so UTC was assumed: eight hours late, and a second read asks for what comes after tonight."""

    breaks = frozenset({"ER-11", "PG-12", "RC-08"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, eight hours off."""
        at = item.get("updated")
        return replace(super().draft(item), revision=datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None)


ADAPTER = BeijingTakenForUtc
