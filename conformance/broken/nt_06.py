"""Sends its token as a parameter, too."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class TokenInTheQuery(Reference):
    """Some releases of the docket read the token there."""

    breaks = frozenset({"NT-06"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, the token beside the page's."""
        zone = self.manifest.zone
        start = since.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if since else None
        token, secret = None, self.config.token.get_secret_value()
        while True:
            page = source.get("/cases", since=start, page=token, size=self.config.page_size, token=secret)
            yield page
            if not (token := page.body.get("next")):
                return


ADAPTER = TokenInTheQuery
