"""Of the sides of a matter one is kept for each role."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.own_times import OwnTimes, side


class OneOfEachRole(OwnTimes):
    """A dict by role was the shortest way to the one who came and the other one."""

    breaks = frozenset({"RC-33"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One visit."""
        by_role = {row.get("role"): side(row) for row in item.get("sides") or ()}
        return replace(super().draft(item), parties=list(by_role.values()))


ADAPTER = OneOfEachRole
