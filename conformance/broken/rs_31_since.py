"""Letters are read until they are older than what the cases were last read from."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.unusual.two_streams import TwoStreams


class OneTimeForBoth(TwoStreams):
    """The letter box knows no time to ask from, so the instance remembers that of the docket."""

    breaks = frozenset({"RS-31"})
    since: datetime | None = None

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Cases as asked for; letters, the newest first, as far as they can be new."""
        self.since = self.since or since
        for page in super().pages(source, since):
            yield page
            changed = [row["changed"] for row in page.rows if row.get("changed")]
            if source.stream == "letters" and self.since and max(changed, default=0) < self.since.timestamp():
                return


ADAPTER = OneTimeForBoth
