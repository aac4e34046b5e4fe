"""Tells one status in other words than its own table."""

import hub.api as hub
from conformance.reference import Reference

WORDS = {"heard": "hearing"}


class OwnWords(Reference):
    """The word for a hearing was changed here, and not in the table beside it."""

    breaks = frozenset({"RC-20"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        made = super().draft(item)
        made.status = WORDS.get(made.status or "", made.status)
        return made


ADAPTER = OwnWords
