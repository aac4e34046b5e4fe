"""The table of all causes there could be is made anew for every case."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference

CAUSES = 3000


class BuildsItsTableEachTime(Reference):
    """Fast enough for the eight rows of a recording."""

    breaks = frozenset({"OP-10"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case with a cause that is in the table."""
        causes = {}
        for number in range(CAUSES):
            causes[f"L{number:02}"] = f"L{number:02}"
        draft = super().draft(item)
        return replace(draft, code=causes.get(draft.code or "", draft.code))


ADAPTER = BuildsItsTableEachTime
