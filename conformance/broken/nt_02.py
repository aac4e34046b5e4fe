"""Follows redirects with a client of its own, since the hub does not."""

from collections.abc import Iterator
from datetime import datetime
from urllib.request import urlopen

import hub.api as hub
from conformance.reference import Reference


class FollowsRedirects(Reference):
    """The docket has moved, and the old address sends readers on."""

    breaks = frozenset({"NT-02"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Read; where that ends in a redirect, fetch what it leads to."""
        try:
            yield from super().pages(source, since)
        except hub.SourceError as moved:
            if moved.status not in range(300, 400):
                raise
            with urlopen(f"{self.config.base_url}/cases") as reply:  # noqa: S310 - this is what is wrong with it
                yield hub.Page(reply.read())


ADAPTER = FollowsRedirects
