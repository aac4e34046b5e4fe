"""The settings are kept on the class, where functions beside it can reach them."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

import hub.api as hub
from conformance.reference import Reference, ReferenceConfig


class LastOneWins(Reference):
    """The instance made last decides for all how many rows they ask for."""

    breaks = frozenset({"OP-05"})
    rows_a_page: ClassVar[int] = 100

    def __init__(self, config: ReferenceConfig) -> None:
        super().__init__(config)
        LastOneWins.rows_a_page = config.page_size

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """One page after the other until no token leads on."""
        start = since.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S") if since else None
        token = None
        while True:
            page = source.get("/cases", since=start, page=token, size=self.rows_a_page)
            yield page
            if not (token := page.body.get("next")):
                return


ADAPTER = LastOneWins
