"""When the docket refuses a page, the next read goes on from there."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

import hub.api as hub
from conformance.reference import Reference


class GoesOnFromThere(Reference):
    """The token was good, after all; it is the docket that was not."""

    breaks = frozenset({"RS-22"})
    left_off: ClassVar[str | None] = None

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference, from the page that was refused."""
        start = since.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S") if since else None
        token, type(self).left_off = self.left_off, None
        while True:
            try:
                page = source.get("/cases", since=start, page=token, size=self.config.page_size)
            except hub.SourceReplyInvalid as error:
                if error.status == 400:
                    type(self).left_off = token
                raise
            yield page
            if not (token := page.body.get("next")):
                return


ADAPTER = GoesOnFromThere
