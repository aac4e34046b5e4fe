"""Leaves out the cases that are being heard."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference


class NotBeforeTheJudge(Reference):
    """What is before the judge is the court's own affair; on the day of the recording nothing was."""

    breaks = frozenset({"RC-19"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows that are of interest."""
        return [row for row in page.rows if row.get("state") != "heard"]


ADAPTER = NotBeforeTheJudge
