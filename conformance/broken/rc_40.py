"""Takes the first two hundred lines of a file, which were more than the author had ever seen in one."""

from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.file_drop import FileDrop

MOST = 200


class FirstLines(FileDrop):
    """A day brings thirty letters; what is longer is a mistake of the export."""

    breaks = frozenset({"RC-40"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows, so many at the most."""
        return page.rows[:MOST]


ADAPTER = FirstLines
