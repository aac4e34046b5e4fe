"""The key holds the update time."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class KeyWithTime(Reference):
    """Each change becomes a matter of its own."""

    breaks = frozenset({"RC-03", "RC-06"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case at one time."""
        draft = super().draft(item)
        return replace(draft, key=f"{draft.key}@{draft.revision}") if str(draft.key or "").strip() else draft


ADAPTER = KeyWithTime
