"""A tombstone is looked for by another word than the docket writes."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class WrongWord(Reference):
    """The documents said ``deleted``; the docket says ``void``."""

    breaks = frozenset({"RS-11"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, never deleted."""
        return replace(super().draft(item), deleted=item.get("state") == "deleted")


ADAPTER = WrongWord
