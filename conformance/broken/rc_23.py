"""A case without a state is taken for a new one."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class StatelessIsOpen(Reference):
    """A case has to be somewhere."""

    breaks = frozenset({"RC-23"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, open unless it says otherwise."""
        return replace(super().draft(item), status=item.get("state") or "open")


ADAPTER = StatelessIsOpen
