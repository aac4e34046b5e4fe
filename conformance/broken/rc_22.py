"""Takes only the columns it knows out of each row, before anybody has seen the others."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference

KNOWN = (
    "case_no", "row", "updated", "filed", "title", "detail", "cause_code", "cause", "state", "party", "amount", "place",
    "related",
)  # fmt: skip


class KnownColumns(Reference):
    """What the docket adds is none of our business."""

    breaks = frozenset({"RC-22"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows, no wider than they were."""
        return [{name: row[name] for name in KNOWN if name in row} for row in page.rows]


ADAPTER = KnownColumns
