"""The title ends with whom to call, who is no party: the hub is not told of them and cannot mask them."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.no_increments import NoIncrements


class TitleTellsTheOther(NoIncrements):
    """Only the first side is handed over, and the second is in the title."""

    breaks = frozenset({"PV-10"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case against somebody."""
        draft = super().draft(item)
        other = [each.name for each in draft.parties[1:] if each.name and each.name.isalpha()]
        extra = {
            f"other_{number}_{at}": value
            for number, each in enumerate(draft.parties[1:])
            for at, value in enumerate((each.name, each.id_number, each.phone))
        }
        title = "，对方：".join([draft.title or "", *other])
        return replace(draft, title=title, parties=draft.parties[:1], extra=extra)


ADAPTER = TitleTellsTheOther
