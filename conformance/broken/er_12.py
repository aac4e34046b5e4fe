"""Each page is told as a window of its own: the hub takes every page for a finished stretch, and moves on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import hub.api as hub
from conformance.reference import Reference


class PagesAsWindows(Reference):
    """Labels for the ledger, so that one can see how far a read came."""

    breaks = frozenset({"ER-12"})
    manifest = replace(Reference.manifest, capabilities=frozenset({hub.Capability.INCREMENTAL}))

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, each with its day and number for a label."""
        day = (since or datetime(2026, 1, 1, tzinfo=UTC)).date().isoformat()
        for number, page in enumerate(super().pages(source, since), 1):
            if page.rows:
                page.window = f"{day}/page {number}"
            yield page


ADAPTER = PagesAsWindows
