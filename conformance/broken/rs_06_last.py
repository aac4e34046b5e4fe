"""Of two copies of a case the last on the page is taken."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference


class LastCopyWins(Reference):
    """What comes later is newer, or so it was with the old docket."""

    breaks = frozenset({"RS-06", "RS-18"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """Each case once."""
        return list({row.get("case_no"): row for row in page.rows}.values())


ADAPTER = LastCopyWins
