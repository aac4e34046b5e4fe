"""A read ends at the first case that is older than what was asked for."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class OlderIsKnown(Reference):
    """What is older has been read: so the rest must have been, too."""

    breaks = frozenset({"RS-19"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, up to the first with such a case."""
        start = since.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S") if since else ""
        for page in super().pages(source, since):
            yield page
            if any((row.get("updated") or start) < start for row in page.rows):
                return


ADAPTER = OlderIsKnown
