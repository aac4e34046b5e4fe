"""Leaves the last row of a table out."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.marked_lines import MarkedLines


class LastRowIsTheSum(MarkedLines):
    """In the sheets of another office the last row of several held the sums."""

    breaks = frozenset({"PG-11", "RC-04", "RC-07", "RC-14"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """All rows but the last of several."""
        return page.rows[: max(1, len(page.rows) - 1)]


ADAPTER = LastRowIsTheSum
