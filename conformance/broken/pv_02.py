"""The docket is told by whom the page before began, so that it notices when its table has moved."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class NamesPeopleInAddresses(Reference):
    """The number of a party stands in the log of every proxy on the way."""

    breaks = frozenset({"PV-02", "RC-18"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """One page after the other until no token leads on."""
        start = since.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S") if since else None
        token = began = None
        while True:
            page = source.get("/cases", since=start, page=token, size=self.config.page_size, began=began)
            yield page
            if not (token := page.body.get("next")):
                return
            party = page.rows[0].get("party") if page.rows else None
            began = party.get("id") if party else None


ADAPTER = NamesPeopleInAddresses
