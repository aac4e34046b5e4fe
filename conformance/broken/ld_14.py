"""`items` takes the rows out of the page: there are none when the page is cut again."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference


class ItemsOnlyOnce(Reference):
    """Right the first time."""

    breaks = frozenset({"LD-14"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows of a page, newest first."""
        rows: list[hub.Item] = page.body.pop("rows", [])
        return rows


ADAPTER = ItemsOnlyOnce
