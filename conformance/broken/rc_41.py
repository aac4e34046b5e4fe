"""A petition is taken for withdrawn unless its row says that it is valid."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.front_database import FrontDatabase


class ValidOrGone(FrontDatabase):
    """YXBZ is 1 where a row is valid; whatever else stands there, or nothing, is none."""

    breaks = frozenset({"RC-41"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One petition, deleted by the wrong half of the question."""
        return replace(super().draft(item), deleted=item.get("YXBZ") != "1")


ADAPTER = ValidOrGone
