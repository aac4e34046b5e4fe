"""A case is known by its number and update time; a second copy of it is left out."""

from collections.abc import Sequence

import hub.api as hub
from conformance.reference import Reference


class KnownByItsTime(Reference):
    """The docket repeats rows, and a repetition was taken for one."""

    breaks = frozenset({"RS-18"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """Each change of a case once."""
        first: dict[object, hub.Item] = {}
        for row in page.rows:
            first.setdefault((row.get("case_no"), row.get("updated")), row)
        return list(first.values())


ADAPTER = KnownByItsTime
