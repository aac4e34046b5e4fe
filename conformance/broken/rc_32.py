"""A detail is cut to 2,000 signs."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class CutDetail(Reference):
    """A column of an older database was that wide."""

    breaks = frozenset({"RC-32"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        return replace(super().draft(item), detail=(item.get("detail") or "")[:2000] or None)


ADAPTER = CutDetail
