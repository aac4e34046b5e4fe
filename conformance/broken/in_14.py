"""Passes over what is withdrawn when it is pushed: the case lives on until somebody reads the whole docket."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class PassesOverTheWithdrawn(PushedToo):
    """There is nothing left to do about them."""

    breaks = frozenset({"IN-14"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; of a push those that are of interest."""
        return [row for row in page.rows if row.get("state") != "void"] if page.window == "push" else page.rows


ADAPTER = PassesOverTheWithdrawn
