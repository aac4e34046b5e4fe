"""Cleans the rows of a push before they are shaped: one that has nothing to clean breaks the push."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class CleansThemFirst(PushedToo):
    """Titles came with blanks around them."""

    breaks = frozenset({"IN-10"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; those of a push with clean titles."""
        return [{**row, "title": row["title"].strip()} for row in page.rows] if page.window == "push" else page.rows


ADAPTER = CleansThemFirst
