"""Who gives no identity number is handed over as an organisation, whose name may stand in the title."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class NoNumberNoPerson(Reference):
    """Everybody in the recording has given a number."""

    breaks = frozenset({"PV-10"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case under the name of its party."""
        draft = super().draft(item)
        parties = [replace(each, kind="1" if each.id_number else "2") for each in draft.parties]
        names = [each.name for each in parties if each.name and each.name.isalpha()]
        return replace(draft, title="：".join([*names, draft.title or ""]), parties=parties)


ADAPTER = NoNumberNoPerson
