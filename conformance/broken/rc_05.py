"""The key ends with the number of the row."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class KeyWithPlace(Reference):
    """It made keys unique when the docket once repeated a case."""

    breaks = frozenset({"PG-06", "RC-03", "RC-05"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case under its number and its place."""
        draft = super().draft(item)
        return replace(draft, key=f"{draft.key}-{item.get('row')}") if draft.key else draft


ADAPTER = KeyWithPlace
