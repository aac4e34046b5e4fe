"""Looks at the last row of a page that has none."""

import logging
from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference

log = logging.getLogger(__name__)


class LooksAtTheLastRow(Reference):
    """It tells how far it has come."""

    breaks = frozenset({"PG-04", "PG-10"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As the reference does, each page told of."""
        for page in super().pages(source, since):
            log.debug("read to %s", page.rows[-1].get("updated"))
            yield page


ADAPTER = LooksAtTheLastRow
