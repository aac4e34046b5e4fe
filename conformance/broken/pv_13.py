"""Identity numbers are freed of all that is no digit, and of the X at the end."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class DigitsOnly(Reference):
    """One person in eleven has a number that ends in X."""

    breaks = frozenset({"PV-13"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, the number cleaned."""
        draft = super().draft(item)
        parties = [
            replace(each, id_number=each.id_number.replace("X", "")) if each.id_number else each
            for each in draft.parties
        ]
        return replace(draft, parties=parties)


ADAPTER = DigitsOnly
