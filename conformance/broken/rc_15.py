"""A party without a phone refuses the case."""

import hub.api as hub
from conformance.reference import Reference


class PhoneExpected(Reference):
    """``[]`` where ``.get()`` was meant: every party of the recording has a phone."""

    breaks = frozenset({"RC-15"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case with its party's phone."""
        draft = super().draft(item)
        if item.get("party"):
            draft.parties[0].phone = item["party"]["phone"]
        return draft


ADAPTER = PhoneExpected
