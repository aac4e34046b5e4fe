"""The cases of a page are put in the order of their filing, by a column that need not be there."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference


class SortsByFiling(Reference):
    """It reads better that way. Without the column, the page breaks before any of its cases is shaped."""

    breaks = frozenset({"RC-18"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The oldest case first."""
        return sorted(page.rows, key=lambda row: str(row["filed"]))


ADAPTER = SortsByFiling
