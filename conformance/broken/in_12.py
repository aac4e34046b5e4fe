"""Keys a case by the number of its push: each time it is told of, it is another one."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class KeyedByThePush(PushedToo):
    """The number stands at the top of the push and is called ``id``."""

    breaks = frozenset({"IN-08", "IN-12", "IN-13"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; those of a push under its number."""
        return [{**row, "case_no": page.body["id"]} for row in page.rows] if page.window == "push" else page.rows


ADAPTER = KeyedByThePush
