"""Remembers which pushes it has opened, and opens none of them twice."""

from collections.abc import Sequence
from typing import Any

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class OpensThemOnce(PushedToo):
    """What was opened is taken for kept. The hub opens again what it could not commit."""

    breaks = frozenset({"IN-15"})

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.opened: set[str] = set()

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; those of a push once."""
        if page.window != "push":
            return page.rows
        known = page.body["id"] in self.opened
        self.opened.add(page.body["id"])
        return [] if known else page.rows


ADAPTER = OpensThemOnce
