"""The role of a party is passed on in English, which no code table knows."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference

ROLES = {"申请人": "plaintiff", "被申请人": "defendant"}


class SpeaksOfPlaintiffs(Reference):
    """The hub takes a party of no known role for the applicant."""

    breaks = frozenset({"TX-08"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, its party in a word of the adapter's own."""
        draft = super().draft(item)
        return replace(draft, parties=[replace(each, role=ROLES.get(each.role, each.role)) for each in draft.parties])


ADAPTER = SpeaksOfPlaintiffs
