"""Who gives no number gets the one that stood with that name before."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference

PEOPLE: dict[str, str] = {}


class OneNameOnePerson(Reference):
    """Kept beside the class, and so in no draft that another instance shapes from the same rows is it seen."""

    breaks = frozenset({"PV-13", "RC-23"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, the numbers filled in."""
        draft = super().draft(item)
        parties = []
        for each in draft.parties:
            if each.name and each.id_number:
                PEOPLE[each.name] = each.id_number
            parties.append(replace(each, id_number=each.id_number or PEOPLE.get(each.name or "")))
        return replace(draft, parties=parties)


ADAPTER = OneNameOnePerson
