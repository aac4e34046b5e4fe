"""A detail ends with its first line."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class FirstLine(Reference):
    """The signature below was to go. What was asked for went with it."""

    breaks = frozenset({"RC-32"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        return replace(super().draft(item), detail=(item.get("detail") or "").partition("\n")[0] or None)


ADAPTER = FirstLine
