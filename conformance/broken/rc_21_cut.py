"""Keys are cut to forty signs."""

import hub.api as hub
from conformance.reference import Reference


class CutKeys(Reference):
    """The column of the old store was not longer."""

    breaks = frozenset({"RC-21"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        made = super().draft(item)
        made.key = made.key and made.key[:40]
        return made


ADAPTER = CutKeys
