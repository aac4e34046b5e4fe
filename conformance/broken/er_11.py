"""The error tells the whole address that was called, query and all."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class TellsTheWholeAddress(Reference):
    """Errors with an address one can paste into a browser."""

    breaks = frozenset({"ER-11"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, or the address that failed."""
        try:
            yield from super().pages(source, since)
        except hub.SourceError as error:
            start = since.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S") if since else ""
            raise type(error)(
                f"{self.config.base_url}/cases?since={start}&size={self.config.page_size} failed",
                adapter=error.adapter,
                method=error.method,
                path=error.path,
                status=error.status,
                attempt=error.attempt,
            ) from error


ADAPTER = TellsTheWholeAddress
