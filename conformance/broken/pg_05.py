"""Never takes more rows from a page than it asked for."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference


class CutsPages(Reference):
    """What comes beyond the size asked for must be a mistake."""

    breaks = frozenset({"PG-05"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """So many rows and no more."""
        return page.rows[: self.config.page_size]


ADAPTER = CutsPages
