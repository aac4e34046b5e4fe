"""Of a long key only the end is kept."""

import hub.api as hub
from conformance.reference import Reference


class KeysCutBefore(Reference):
    """What stands in front is the same office every time, as far as anybody had seen."""

    breaks = frozenset({"RC-21"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """The serial number stands at the end."""
        made = super().draft(item)
        made.key = made.key and made.key[-24:]
        return made


ADAPTER = KeysCutBefore
