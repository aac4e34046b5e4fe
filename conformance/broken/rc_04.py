"""The rows are sorted by their key before they are shaped."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference


class SortedRows(Reference):
    """One row without it, and the whole page fails."""

    breaks = frozenset({"RC-04"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows by case number."""
        return sorted(page.rows, key=lambda row: str(row["case_no"]))


ADAPTER = SortedRows
