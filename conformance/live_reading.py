"""What a live source gives: its first pages, and what the real line makes of them in a store that is thrown away."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from conformance.harness import Harness, shaping
from conformance.subject import Subject
from hub.api import Page
from hub.testing import HttpSettings, RecordRow, RunReport, SourceSettings, entries, open_wire, records, run_source

EMPTY_PAGES = 20
"""Pages without rows that are passed over: a read by day windows may begin with empty days."""


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

    def _like(self, subject: Subject) -> Self:
        return type(self)(subject, self.instance, self.http, most=self.most)

    @cached_property
    def first(self) -> Read:
        """The first pages of a full read. Raises what the read raises."""
        return self.read(self.instance, None, self.most)

    def read(self, instance: SourceSettings, since: datetime | None, most: int) -> Read:
        """A read of at most so many pages with rows. Raises what the read raises."""
        with self.listening(), open_wire(self.subject.kind, instance, http=self.http) as (adapter, source):
            source.start_read(self.stream)
            pages: list[Page] = []
            for number, page in enumerate(adapter.pages(source, since)):
                pages.append(page)
                if sum(bool(each.rows) for each in pages) == most or number == EMPTY_PAGES + most:
                    return Read(tuple(pages), whole=False, now=source.now())
            return Read(tuple(pages), whole=True, now=source.now())

    @cached_property
    def reader(self) -> Any:
        """The adapter with the instance's settings."""
        with open_wire(self.subject.kind, self.instance, http=self.http) as (adapter, _):
            return shaping(adapter, self.stream)

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
            streams = self.subject.streams
            reports = run_source(store, Reread, self.instance, http=self.http, mapper=self.mapper, streams=streams)
            found = [*records(store), *entries(store)]
        told = [f"{line['code']}@{line['field']}" for line in self.log if line["event"] == "record.rejected"]
        return Kept(reports[0], found, tuple(sorted({*told})))
