"""Title and detail are asked for by names the docket does not use."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class OtherNames(Reference):
    """Taken over from the adapter of another court."""

    breaks = frozenset({"RC-01", "RC-11"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case that says nothing."""
        return replace(super().draft(item), title=item.get("name"), detail=item.get("content"))


ADAPTER = OtherNames
