"""A small amount is taken to be told in ten thousands."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class GuessedUnit(Reference):
    """Nobody goes to court for less than a thousand yuan, so such a number was held for 万."""

    breaks = frozenset({"RC-34"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        made = super().draft(item)
        try:
            small = 0 < float(str(made.amount).replace(",", "")) < 1000
        except ValueError:
            return made
        return replace(made, amount=f"{made.amount}万") if small else made


ADAPTER = GuessedUnit
