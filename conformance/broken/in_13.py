"""Takes the time a push was sent for the time its case was changed: what is told last wins, however old it is."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class NewestTellingWins(PushedToo):
    """A push is always news, is it not?"""

    breaks = frozenset({"IN-08", "IN-12", "IN-13"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; those of a push are as new as it is."""
        return [{**row, "updated": page.body["sent"]} for row in page.rows] if page.window == "push" else page.rows


ADAPTER = NewestTellingWins
