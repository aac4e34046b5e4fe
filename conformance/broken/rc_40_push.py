"""A push is taken to its twentieth row: the office sends three at a time."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.push_only import PushOnly


class TakesTwenty(PushOnly):
    """What has been seen of a batch is taken for its greatest size, with some to spare."""

    breaks = frozenset({"RC-40"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """No push has more than twenty."""
        return page.rows[:20]


ADAPTER = TakesTwenty
