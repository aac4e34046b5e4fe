"""An update time in the future becomes the time of the reply."""

from collections.abc import Sequence
from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class FutureIsNow(Reference):
    """Typing slips looked bad in the list."""

    breaks = frozenset({"RS-08"})

    as_of = ""

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; the docket's own time is kept at hand."""
        self.as_of = str(page.body.get("as_of") or "")
        return page.rows

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, changed by now at the latest."""
        draft = super().draft(item)
        return replace(draft, revision=min(str(draft.revision), self.as_of)) if draft.revision and self.as_of else draft


ADAPTER = FutureIsNow
