"""The detail is not read."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class NoDetail(Reference):
    """The list view did not show it."""

    breaks = frozenset({"RC-11"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case without its story."""
        return replace(super().draft(item), detail=None)


ADAPTER = NoDetail
