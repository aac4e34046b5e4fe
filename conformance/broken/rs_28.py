"""Stretches of sixty days are asked for without the last of them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import hub.api as hub
from conformance.unusual.early_stretches import EarlyStretches


class LeavesDaysOut(EarlyStretches):
    """The end was thought to be in the stretch and was taken off once more."""

    breaks = frozenset({"RS-28"})

    def stretches(self, source: hub.Source, since: datetime | None) -> Iterator[tuple[date, date]]:
        """Each a day short, but for the last."""
        known = list(super().stretches(source, since))
        yield from ((begin, end - timedelta(days=1)) for begin, end in known[:-1])
        yield known[-1]


ADAPTER = LeavesDaysOut
