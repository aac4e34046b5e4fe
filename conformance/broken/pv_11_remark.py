"""What is remarked on rows without an amount is the rows."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference


class RemarksOnPeople(Reference):
    """Whoever tries the adapter on a page reads who is in it."""

    breaks = frozenset({"PV-11"})

    def remarks(self, items: Sequence[hub.Item]) -> Sequence[str]:
        """Cases that lack an amount."""
        return [f"no amount: {dict(each)}" for each in items if not each.get("amount")]


ADAPTER = RemarksOnPeople
