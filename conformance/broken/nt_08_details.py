"""The detail of a closed matter is asked for twice: once for its text and once for its people."""

import hub.api as hub
from conformance.unusual.details import Details


class AsksTwice(Details):
    """The number of the call keeps the hub from taking the second for a loop."""

    breaks = frozenset({"NT-08"})

    def detail(self, source: hub.Source, row: hub.Item, copy: int) -> hub.Item:
        """The detail; of a closed matter what it has become a moment later."""
        told = super().detail(source, row, 2 * copy)
        return super().detail(source, row, 2 * copy + 1) if row.get("state") == "办结" else told


ADAPTER = AsksTwice
