"""Prints what is pushed."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class PrintsIt(PushedToo):
    """So that it can be seen that something comes."""

    breaks = frozenset({"IN-11"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; those of a push are shown."""
        if page.window == "push":
            print("pushed:", page.body)
        return page.rows


ADAPTER = PrintsIt
