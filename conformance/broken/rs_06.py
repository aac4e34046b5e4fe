"""Of two copies of a case the first on the page is taken."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference


class FirstCopyWins(Reference):
    """The docket repeats rows, and doubles were not wanted."""

    breaks = frozenset({"RS-06", "RS-18"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """Each case once."""
        first: dict[object, hub.Item] = {}
        for row in page.rows:
            first.setdefault(row.get("case_no"), row)
        return list(first.values())


ADAPTER = FirstCopyWins
