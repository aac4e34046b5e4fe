"""A denial while an increment is read is one without news."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class TokensAreRenewedAtNight(Reference):
    """For some minutes a night no token is good, its author was told."""

    breaks = frozenset({"ER-16"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The first read as it comes; increments unless they are denied."""
        try:
            yield from super().pages(source, since)
        except hub.SourceDenied:
            if since is None:
                raise


ADAPTER = TokensAreRenewedAtNight
