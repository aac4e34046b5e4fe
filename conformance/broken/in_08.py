"""Takes a push for a notice: what it tells of the people and the place is left to the next read."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class TakesItForANotice(PushedToo):
    """The next read knows nothing newer, and the record stays without them."""

    breaks = frozenset({"IN-08"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; of a push the fields that change."""
        if page.window != "push":
            return page.rows
        return [{name: value for name, value in row.items() if name not in ("party", "place")} for row in page.rows]


ADAPTER = TakesItForANotice
