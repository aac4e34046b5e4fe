"""Numbers its requests, so that none is ever the same as one before."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count

import hub.api as hub
from conformance.reference import Reference


class NumbersItsRequests(Reference):
    """The docket's log wants a running number. It also blinds the hub to a read that goes in circles."""

    breaks = frozenset({"PG-02", "PG-03"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, with a number."""
        zone = self.manifest.zone
        start = since.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if since else None
        token = None
        for number in count(1):
            page = source.get("/cases", since=start, page=token, size=self.config.page_size, serial=number)
            yield page
            if not (token := page.body.get("next")):
                return


ADAPTER = NumbersItsRequests
