"""The key restarts on each page."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class KeyRestartsOnEachPage(Reference):
    """The number of the row looked like an identifier."""

    breaks = frozenset({"PG-01", "RC-02"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case under the number of its row."""
        return replace(super().draft(item), key=str(item.get("row") or ""), extra={"case_no": item.get("case_no")})


ADAPTER = KeyRestartsOnEachPage
