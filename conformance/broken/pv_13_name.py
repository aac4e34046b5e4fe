"""Names are masked by the adapter, for they are personal."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class MasksNames(Reference):
    """The hub seals names; masked ones match nobody, and a letter goes to 林某某."""

    breaks = frozenset({"PV-13"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; of each name the first sign goes on."""
        draft = super().draft(item)
        parties = [
            replace(each, name=each.name[:1] + "某" * (len(each.name) - 1))
            if each.name and each.name != "\\N"
            else each
            for each in draft.parties
        ]
        return replace(draft, parties=parties)


ADAPTER = MasksNames
