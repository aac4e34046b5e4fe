"""A case with a column that is in no document is refused."""

import hub.api as hub
from conformance.reference import Reference

COLUMNS = frozenset({
    "case_no", "row", "updated", "filed", "title", "detail", "cause_code", "cause", "state", "party", "amount", "place",
    "related",
})  # fmt: skip


class KnowsEveryColumn(Reference):
    """So that nobody overlooks a change of the docket."""

    breaks = frozenset({"RC-17"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case of the known form."""
        if set(item) - COLUMNS:
            raise hub.RecordRejected("row.changed", "", "a column nobody knows")
        return super().draft(item)


ADAPTER = KnowsEveryColumn
