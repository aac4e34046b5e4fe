"""Cause and title are put together, empty or not."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class NoneInTheTitle(Reference):
    """A case without either is called ``None：None``."""

    breaks = frozenset({"RC-16"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case under a longer title."""
        return replace(super().draft(item), title=f"{item.get('cause')}：{item.get('title')}")


ADAPTER = NoneInTheTitle
