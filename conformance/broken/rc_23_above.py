"""An empty title is the one of the row above, on the same page."""

from collections.abc import Sequence
from typing import Any

import hub.api as hub
from conformance.reference import Reference


class MergedTitles(Reference):
    """As in a printed list, where equal titles stand once."""

    breaks = frozenset({"RC-23"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; what is empty is as above."""
        above: Any = None
        found = []
        for row in page.rows:
            above = row.get("title") or above
            found.append({**row, "title": above} if "title" in row else row)
        return found


ADAPTER = MergedTitles
