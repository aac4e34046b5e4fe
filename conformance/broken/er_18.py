"""Stretches of time are read from the newest to the oldest: a read that fails has moved the watermark past the rest."""

from collections.abc import Iterator
from datetime import date, datetime

import hub.api as hub
from conformance.unusual.early_stretches import EarlyStretches


class NewestFirst(EarlyStretches):
    """What happened this month is wanted most."""

    breaks = frozenset({"ER-18"})

    def stretches(self, source: hub.Source, since: datetime | None) -> Iterator[tuple[date, date]]:
        """From this one back to the first."""
        yield from reversed(list(super().stretches(source, since)))


ADAPTER = NewestFirst
