"""A time in UTC loses the letter that says so."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.own_times import OwnTimes


class CutOffset(OwnTimes):
    """T and Z looked odd beside the other times."""

    breaks = frozenset({"RC-08"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One visit."""
        return replace(super().draft(item), opened=(item.get("came") or "")[:19].replace("T", " ") or None)


ADAPTER = CutOffset
