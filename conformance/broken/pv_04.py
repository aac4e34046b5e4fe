"""The title begins with who filed, and everybody is handed over as an organisation, whose names are public."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class EverybodyIsPublic(Reference):
    """The hub masks in the title the names of natural persons, and is told of none."""

    breaks = frozenset({"PV-04"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case under the name of its party."""
        draft = super().draft(item)
        parties = [replace(party, kind="2") for party in draft.parties]
        names = [party.name for party in parties if party.name and party.name.isalpha()]
        return replace(draft, title="：".join([*names, draft.title or ""]), parties=parties)


ADAPTER = EverybodyIsPublic
