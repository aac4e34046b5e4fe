"""A case without a filing day was opened on the day of its last change."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class OpenedWhenChanged(Reference):
    """Every list is in the order of filing, and a case has to stand somewhere."""

    breaks = frozenset({"RC-23"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, filed on some day."""
        return replace(super().draft(item), opened=item.get("filed") or (item.get("updated") or "")[:10])


ADAPTER = OpenedWhenChanged
