"""A tombstone is a key and nothing else."""

import hub.api as hub
from conformance.reference import Reference


class BareTombstone(Reference):
    """Nothing else of a deleted case mattered, thought the author."""

    breaks = frozenset({"RS-12"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; of a void one only its key."""
        if item.get("state") == "void":
            return hub.Draft(key=item["case_no"], deleted=True)
        return super().draft(item)


ADAPTER = BareTombstone
