"""Cannot believe that a first page which is full is the only one."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class DistrustsAFullFirstPage(Reference):
    """The gateway once dropped the token of the second page: a full page without one is its fault."""

    breaks = frozenset({"PG-11", "PG-12"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, unless the gateway seems to have dropped a token."""
        for number, page in enumerate(super().pages(source, since), 1):
            if number == 1 and len(page.rows) == self.config.page_size and not page.body.get("next"):
                raise hub.SourceReplyInvalid("a full first page without a token: the gateway has dropped it")
            yield page


ADAPTER = DistrustsAFullFirstPage
