"""Who has filed stands among the numbers of the matter."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class NamesFilers(Reference):
    """So that all matters of one person are found together."""

    breaks = frozenset({"PV-14"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, its parties among its references."""
        draft = super().draft(item)
        filers = [("person", each.name) for each in draft.parties if each.name]
        return replace(draft, references=[*draft.references, *filers])


ADAPTER = NamesFilers
