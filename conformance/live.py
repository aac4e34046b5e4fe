"""The harmless part of the suite against a live system: a few pages are read, and nothing is written anywhere.

Checks of the families LD and CF run as they are, offline. The clauses here (LV) are about what the live system says;
they belong to no level, and hold for the rows that were read alone. Pages go through the real line, into a store that
is thrown away.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from time import perf_counter
from typing import Any

from conformance.check import Level
from conformance.harness import Harness
from conformance.live_checks import LIVE, WRONG_SECRET
from conformance.order import in_order
from conformance.subject import Subject
from conformance.suite import Suite
from conformance.verdict import Verdict
from hub.api import Adapter, Page
from hub.testing import HttpSettings, RecordRow, RunReport, SourceSettings, open_wire, records, run_source

EMPTY_PAGES = 20
"""Pages without rows that are passed over: a read by day windows may begin with empty days."""

OFFLINE = ("LD", "CF")


@dataclass(frozen=True, slots=True)
class Read:
    """What one bounded read gave. ``whole`` says that it came to its end by itself; ``now`` is the hub's clock then."""

    pages: tuple[Page, ...]
    whole: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What the real line made of some pages; ``refused`` are the reasons of its rejections, ``code@field``."""

    report: RunReport
    records: list[RecordRow]
    refused: tuple[str, ...]


class Live(Harness):
    """A harness with a live source beside the simulated ones. ``most`` bounds each read, in pages with rows."""

    def __init__(self, subject: Subject, instance: SourceSettings, http: HttpSettings, *, most: int) -> None:
        super().__init__(subject)
        self.instance, self.http, self.most = instance, http, most

    @cached_property
    def first(self) -> Read:
        """The first pages of a full read. Raises what the read raises."""
        return self.read(self.instance, None, self.most)

    def read(self, instance: SourceSettings, since: datetime | None, most: int) -> Read:
        """A read of at most so many pages with rows. Raises what the read raises."""
        with self.listening(), open_wire(self.subject.kind, instance, http=self.http) as (adapter, source):
            source.start_read(self.subject.manifest.streams[0].name)
            pages: list[Page] = []
            for number, page in enumerate(adapter.pages(source, since)):
                pages.append(page)
                if sum(bool(each.rows) for each in pages) == most or number == EMPTY_PAGES + most:
                    return Read(tuple(pages), whole=False, now=source.now())
            return Read(tuple(pages), whole=True, now=source.now())

    @cached_property
    def reader(self) -> Adapter[Any]:
        """The adapter with the instance's settings."""
        with open_wire(self.subject.kind, self.instance, http=self.http) as (adapter, _):
            return adapter

    @cached_property
    def kept(self) -> Kept:
        """What the real line makes of the first pages."""
        return self.made_of(self.first.pages)

    def made_of(self, pages: tuple[Page, ...]) -> Kept:
        """What the real line makes of pages that have been read."""

        class Reread(self.subject.kind):  # type: ignore[name-defined,misc]
            """The adapter, over these pages instead of its source."""

            def pages(self, source: Any, since: Any) -> Iterator[Page]:
                # without receipts: what lands in a store that is thrown away must not be acknowledged to anyone
                return (replace(page, receipt=None) for page in pages if page.stream == source.stream)

        with self.listening(), self.store() as store:
            reports = run_source(store, Reread, self.instance, http=self.http, mapper=self.mapper)
            found = records(store)
        told = [f"{line['code']}@{line['field']}" for line in self.log if line["event"] == "record.rejected"]
        return Kept(reports[0], found, tuple(sorted({*told})))


def look(
    subject: Subject, instance: SourceSettings, http: HttpSettings, *, pages: int, wrong_secret: bool = False
) -> Verdict:
    """Look at one live source. ``wrong_secret`` allows one call with a wrong one. Raises ConfigError."""
    with open_wire(subject.kind, instance, http=http) as (adapter, _):
        pass  # settings that do not fit are the operator's, not the source's
    live = Live(replace(subject, instance=adapter), instance, http, most=pages)
    chosen = [check for check in in_order() if check.family in OFFLINE]
    chosen += [check for check in LIVE.values() if wrong_secret or check.id != WRONG_SECRET]
    checks = {check.id: check for check in chosen}
    began, clock = datetime.now(UTC), perf_counter()
    suite = Suite(live, checks=checks, waived=(), deadline_s=30 + (pages + EMPTY_PAGES) * http.total_s)
    return Verdict(
        adapter=subject.name,
        version=subject.version,
        results=tuple(suite.result(check) for check in chosen),
        faults=(),
        asked=Level.OPERATES,
        whole=False,
        began=began,
        seconds=perf_counter() - clock,
    )
