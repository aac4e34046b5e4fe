"""Of two streams the second loses a field: letters come without their text."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.two_streams import TwoStreams


class LettersWithoutText(TwoStreams):
    """Cases are as they should be; nobody looked at the letters."""

    breaks = frozenset({"RC-11"})

    def letter(self, item: hub.Item) -> hub.Draft:
        """A letter by its subject."""
        return replace(super().letter(item), detail=None)


ADAPTER = LettersWithoutText
