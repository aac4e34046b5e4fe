"""Pushed pages in the line: shaped from their kept bytes, put and marked read in one transaction (law L1).

A run of pushes is open while they come. It moves no watermark: a push proves nothing of what was not pushed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import Connection as Database

from hub import events
from hub.batch import COMPLETE, INCOMPLETE, Failure, Refusal, Row
from hub.clock import utc_now, utc_text
from hub.contract import PUSHED, Adapter, Manifest
from hub.engine.local import log_run
from hub.engine.worker import Job, mapper_for, settle, shaper_for
from hub.errors import HubError
from hub.ingest import Limits, RunReport, Stop, no_stop
from hub.settings import SourceSettings
from hub.shaping import CHUNK, Shaper
from hub.sources.envelope import reopen
from hub.store import inbox, progress
from hub.store.inbox import Waiting
from hub.store.progress import StreamKey
from hub.store.show import raw_bytes
from hub.store.store import Store
from hub.store.write import Counts, Transaction

POINTS = ("push_rows_put", "push_before_commit", "push_committed")
"""Points at which a test may stop the reading, beside those of keeping (`hub.service.inbox`)."""

GROUP = 500  # pushes in one transaction, most of them of one item
GROUP_BYTES = 8_000_000


class Kept(NamedTuple):
    """A page to be shaped."""

    stream: str
    fetched: str
    content: bytes


class Shaped(NamedTuple):
    """What a page came to: all its items, in parts of at most `CHUNK`."""

    items: int
    parts: list[tuple[list[Row], list[Refusal]]]


def shapers_of(adapter: Adapter[Any], job: Job) -> dict[str, Shaper]:
    """A shaper for each stream."""
    mapper = mapper_for(adapter, job.taxonomy)
    streams = adapter.manifest.streams
    return {each.name: shaper_for(adapter, mapper, source=job.source.name, stream=each.name) for each in streams}


def shape(adapter: Adapter[Any], shapers: Mapping[str, Shaper], page: Kept) -> Shaped | Failure:
    """Open and shape one page; a Failure when it cannot be opened or cut into items."""
    fetched = progress.mark_time(page.fetched)
    try:
        items = adapter.items(reopen(page.content, adapter.manifest, page.stream, fetched, PUSHED))
        starts = range(0, len(items), CHUNK)
        rows = shapers[page.stream].rows
        return Shaped(len(items), [rows(items[start : start + CHUNK], fetched, start) for start in starts])
    except (Exception, SystemExit) as error:  # noqa: BLE001 - adapter code: told as this page's failure
        return Failure.of(error)


def shape_pushes(pipe: Connection, job: Job) -> None:
    """Body of the clerk: answers lists of `Kept` with a list of `Shaped` or `Failure`, or one Failure for all."""
    broken: Failure | None = None
    try:
        adapter, _ = settle(job)
        shapers = shapers_of(adapter, job)
    except HubError as error:  # settings, registry: nothing can be read, and no push is to blame
        broken = Failure.of(error)
    pipe.send("ready")
    while True:
        try:
            pages = pipe.recv()
        except EOFError:
            return
        pipe.send(broken or [shape(adapter, shapers, page) for page in pages])


@dataclass(slots=True)
class _Run:
    """One run of pushes of one stream: open while they come."""

    id: int
    started: datetime
    counts: Counts = field(default_factory=Counts)
    pages: int = 0
    failed: int = 0
    last: datetime | None = None
    touched: float = field(default_factory=monotonic)


class PushLine:
    """The writer's half for one source: commits shaped pushes and keeps their runs, one a stream. Single-threaded."""

    def __init__(
        self,
        store: Store,
        source: SourceSettings,
        manifest: Manifest,
        *,
        mapping: str,
        clock: Callable[[], datetime] = utc_now,
        stop: Stop = no_stop,
    ) -> None:
        self.store, self.source, self.manifest, self.mapping = store, source, manifest, mapping
        self.clock, self.stop = clock, stop
        self.adapter = f"{manifest.name} {manifest.version}"
        self._runs: dict[str, _Run] = {}
        with store.database.transaction() as connection:
            for stream in manifest.streams:
                progress.abandon_runs(connection, self._key(stream.name), now=utc_text(clock()), pushed=True)

    def waiting(self, most: int = GROUP) -> list[Waiting]:
        """The next pushes to be read."""
        with self.store.database.reading() as connection:
            return inbox.waiting(connection, self.source.home, self.source.name, most=most)

    def pages(self, pushes: Sequence[Waiting]) -> list[Kept]:
        """Their pages, as many as are not too much at once; one at the least."""
        found: list[Kept] = []
        size = 0
        for push in pushes:
            content = raw_bytes(self.store.database, self.store.keyring, self.source.home, push.raw)
            size += len(content)
            if found and size > GROUP_BYTES:
                break
            found.append(Kept(push.stream, push.fetched, content))
        return found

    def commit(self, pushes: Sequence[Waiting], pages: Sequence[Shaped | Failure]) -> None:
        """Put what the pushes came to and mark them read, or failed: all or nothing."""
        now = self.clock()
        opened: dict[str, _Run] = {}
        told: dict[str, tuple[Counts, int, int]] = {}
        with self.store.database.transaction() as connection:
            for push, page in zip(pushes, pages, strict=True):
                run = self._runs.get(push.stream) or opened.get(push.stream)
                if run is None:
                    run = opened[push.stream] = self._open(connection, push.stream, now)
                counts, done, failed = told.get(push.stream, (Counts(), 0, 0))
                if isinstance(page, Failure):
                    inbox.mark_failed(connection, self.source.home, push, run=run.id, error=page.said)
                    failed += 1
                else:
                    counts += self._put(connection, push, page, run.id, now)
                    inbox.mark_read(connection, self.source.home, push, run=run.id, items=page.items)
                    done += 1
                told[push.stream] = counts, done, failed
            self.stop("push_rows_put")
            for stream, (counts, done, failed) in told.items():
                self._count(connection, stream, self._runs.get(stream) or opened[stream], counts, done, failed, now)
            self.stop("push_before_commit")
        self.stop("push_committed")
        self._runs |= opened
        for stream, (counts, done, failed) in told.items():
            run = self._runs[stream]
            run.counts += counts
            run.pages, run.failed, run.last, run.touched = run.pages + done, run.failed + failed, now, monotonic()
            events.log(events.PAGE_COMMITTED, source=self.source.name, stream=stream, run_id=run.id, pages=run.pages)
        self._tell_refusals(pushes, pages)

    def close(self, *, older_than_s: float = 0) -> list[RunReport]:
        """Close the runs to which nothing was added for ``older_than_s`` seconds."""
        due = [stream for stream, run in self._runs.items() if monotonic() - run.touched >= older_than_s]
        return [self._close(stream, self._runs.pop(stream)) for stream in due]

    def _put(self, connection: Database, push: Waiting, page: Shaped, run: int, now: datetime) -> Counts:
        key = self._key(push.stream)
        writes = Transaction(
            connection, self.store.keyring, home=key.home, source=key.source, stream=key.stream, now=utc_text(now)
        )
        counts = Counts()
        for rows, refusals in page.parts:
            counts += writes.put(rows, run=run, raw=push.raw, adapter=self.adapter, mapping=self.mapping)
            counts += writes.refuse(refusals, run=run, raw=push.raw)
        return counts

    def _open(self, connection: Database, stream: str, now: datetime) -> _Run:
        run = progress.begin_run(
            connection, self._key(stream), adapter=self.adapter, why=PUSHED, since=None, now=utc_text(now)
        )
        return _Run(run, now)

    def _count(
        self, connection: Database, stream: str, run: _Run, counts: Counts, done: int, failed: int, now: datetime
    ) -> None:
        """Write the run's counts, its ledger and one audit entry (laws L1 and L2)."""
        key = self._key(stream)
        total, pages = Counts(), run.pages + done
        total += run.counts
        total += counts
        progress.count_run(connection, key, run.id, total, pages=pages)
        progress.note_window(
            connection, key, run.id, PUSHED, announced=None, fetched=total.fetched, pages=pages, closed=True
        )
        entry = {"source": key.source, "stream": stream, "run": run.id, "why": PUSHED, "pages": done, "failed": failed}
        writes = Transaction(
            connection, self.store.keyring, home=key.home, source=key.source, stream=stream, now=utc_text(now)
        )
        writes.audit(self.store.writer, "page.committed", entry | counts.as_dict())

    def _close(self, stream: str, run: _Run) -> RunReport:
        limits = Limits(self.source.reject_share, self.source.reject_least)
        counts = run.counts
        degraded = counts.rejected >= limits.reject_least and counts.rejected > limits.reject_share * counts.fetched
        outcome, said = COMPLETE, None
        if run.failed:
            outcome, said = INCOMPLETE, f"run.unreadable: {run.failed} pushes could not be opened; they are kept"
        if not counts.adds_up:  # law L2; a bug of ours if it ever happens
            outcome, said = INCOMPLETE, "run.counts: fetched is not the sum of its parts"
        finished, key = run.last or run.started, self._key(stream)
        duration = finished - run.started
        with self.store.database.transaction() as connection:
            progress.close_run(
                connection, key, run.id, outcome=outcome, degraded=degraded, error=said, announced=None,
                finished=utc_text(finished), duration=duration,
            )  # fmt: skip
            mark = progress.watermark(connection, key)
        report = RunReport(
            run=run.id, source=key.source, stream=stream, adapter=self.adapter, outcome=outcome, counts=counts,
            pages=run.pages, since=None, watermark=mark, announced=None, degraded=degraded, error=said,
            duration=duration,
        )  # fmt: skip
        log_run(report)
        return report

    def _tell_refusals(self, pushes: Sequence[Waiting], pages: Sequence[Shaped | Failure]) -> None:
        for push, page in zip(pushes, pages, strict=True):
            if isinstance(page, Failure):
                events.log(events.PUSH_FAILED, source=self.source.name, stream=push.stream, error=page.said)
                continue
            run = self._runs[push.stream].id
            for refusal in (each for _, refusals in page.parts for each in refusals):
                ref = f"run {run} page {push.raw} item {refusal.item_no}"
                told = {"code": refusal.code, "field": refusal.field}
                events.log(events.RECORD_REJECTED, source=self.source.name, record_ref=ref, **told)

    def _key(self, stream: str) -> StreamKey:
        return StreamKey(self.source.home, self.source.name, stream)
