"""Stretches of time of its own, the first of them before history begins: most reads begin with pages without rows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import hub.api as hub
from conformance.unusual.no_total import NoTotal

DAYS = timedelta(days=60)


class EarlyStretches(NoTotal):
    """The hotline, sixty days at a time. It files by the day of the night shift, which may be the day before."""

    manifest = replace(
        NoTotal.manifest, name="early_stretches", title="Stretches of its own", title_zh="自行分段的热线"
    )

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages of each stretch, the oldest first."""
        for begin, end in self.stretches(source, since):
            asked = {"from": begin.isoformat(), "to": (end - timedelta(days=1)).isoformat()}
            request = hub.Request(
                path="/calls", paging=hub.PageNumber(page="p", size="n", rows=50, first=0), params=asked
            )
            for page in source.read(request, None):
                page.window = f"{begin}/{end}"
                yield page

    def stretches(self, source: hub.Source, since: datetime | None) -> Iterator[tuple[date, date]]:
        """Begin and end, which is no longer in it, up to the one with today."""
        zone = self.manifest.zone
        today = source.now().astimezone(zone).date()
        begin = since.astimezone(zone).date() if since else date.fromisoformat(self.config.history_from)
        begin = min(begin, today) - DAYS
        while begin <= today:
            yield begin, begin + DAYS
            begin += DAYS


ADAPTER = EarlyStretches
