"""Keys lose their dashes."""

import hub.api as hub
from conformance.reference import Reference


class DashlessKeys(Reference):
    """Some clerks type the dash and some do not, so it was left out."""

    breaks = frozenset({"RC-21"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One way to write them."""
        made = super().draft(item)
        made.key = made.key and made.key.replace("-", "")
        return made


ADAPTER = DashlessKeys
