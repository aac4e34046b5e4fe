"""Telephones are cut after the eleventh sign: mobile ones have no more."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class ElevenSigns(Reference):
    """Of a number in the city the last one is lost, and another household answers."""

    breaks = frozenset({"PV-13"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, the telephone cut."""
        draft = super().draft(item)
        return replace(draft, parties=[replace(each, phone=(each.phone or "")[:11] or None) for each in draft.parties])


ADAPTER = ElevenSigns
