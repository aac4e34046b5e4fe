"""Leaves the time of change out of what is pushed: without one, every state is as good as the next."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class LeavesTheTimeOut(PushedToo):
    """So that a push is never refused for being old."""

    breaks = frozenset({"IN-08", "IN-13"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; those of a push without their time."""
        return [{**row, "updated": None} for row in page.rows] if page.window == "push" else page.rows


ADAPTER = LeavesTheTimeOut
