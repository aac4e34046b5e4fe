"""Reads twenty pages and no more."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference

MOST_PAGES = 20  # so that no fault of the docket keeps us reading for ever


class TwentyPages(Reference):
    """Twenty pages of two hundred are more than the docket ever had, last year."""

    breaks = frozenset({"PG-01"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, but not for ever."""
        yield from (page for page, _ in zip(super().pages(source, since), range(MOST_PAGES), strict=False))


ADAPTER = TwentyPages
