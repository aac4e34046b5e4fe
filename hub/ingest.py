"""The straight line: page -> items -> drafts -> records -> store, one transaction a page.

It has two halves, so that adapter code never meets a key of the vault:

- `hub.shaping` (in a worker process): opens a page into batches of rows. Pure but for the adapter's own code.
- `Line` (in the writer): commits batches of one run of one stream with their progress, and closes the run.

Laws L1 to L6 and L8 of the design are kept here; the comments name them where they are.
"""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.batch import COMPLETE, DENIED, EMPTY, INCOMPLETE, Batch, Failure, Fields
from hub.clock import utc_text
from hub.contract import Capability, Manifest
from hub.store import columns, progress
from hub.store.columns import Drift
from hub.store.progress import StreamKey
from hub.store.store import Store
from hub.store.write import Counts, Transaction
from hub.wire import FileDrop

POINTS = ("before_raw", "raw_kept", "rows_put", "before_commit", "committed")
"""Names of the points of the line at which a test may stop it (crash points C02 to C08)."""

Stop = Callable[[str], None]


def no_stop(point: str) -> None:
    """The stop used in production: none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run counts as degraded: rejections over ``share`` of the items and at least ``least``; may it be empty."""

    reject_share: float = 0.05
    reject_least: int = 20
    allow_empty: bool = False


@dataclass(slots=True)
class RunReport:
    """What a run came to: the figures of ``run.finished``, and of the summary a person reads."""

    run: int
    source: str
    stream: str
    adapter: str
    outcome: str
    counts: Counts
    pages: int
    since: datetime | None
    watermark: datetime | None
    announced: int | None
    degraded: bool
    error: str | None
    duration: timedelta
    drift: Drift = ()

    @property
    def failed(self) -> bool:
        """Whether an operator should look: denied, incomplete, or an unexpected empty read."""
        return self.outcome in (DENIED, INCOMPLETE) or self.error is not None


@dataclass(slots=True)
class _Span:
    """The window being read: what it announced, and the distinct keys seen in it."""

    name: str
    announced: int | None = None
    pages: int = 0
    keys: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def distinct(self) -> int:
        return len(set(self.keys))

    @property
    def short(self) -> bool:
        return self.announced is not None and self.distinct < self.announced


class Line:
    """One run of one stream: commits its batches, then closes it. Single-threaded; one at a time per stream.

    ``clock`` answers aware UTC. ``stop`` is called at each of `POINTS`. ``overlap_s`` is re-read before the watermark.
    """

    def __init__(
        self,
        store: Store,
        key: StreamKey,
        manifest: Manifest,
        *,
        mapping: str,
        clock: Callable[[], datetime],
        overlap_s: int | None = None,
        limits: Limits = Limits(),
        why: str = "pull",
        stop: Stop = no_stop,
    ) -> None:
        self.store, self.key, self.manifest, self.mapping = store, key, manifest, mapping
        self.clock, self.limits, self.why, self.stop = clock, limits, why, stop
        self.adapter = f"{manifest.name} {manifest.version}"
        self.overlap = timedelta(seconds=manifest.overlap_s if overlap_s is None else overlap_s)
        claims = manifest.capabilities
        self._counted = Capability.COUNTED in claims
        # a folder is empty between two drops: that is no news
        self._dropped = isinstance(manifest.stream(key.stream).request, FileDrop)
        # per page only when rows come in order and no announced total is still to be met (laws L5 and L2)
        self._mark_per_page = Capability.ORDERED in claims and not self._counted
        self.counts, self.pages, self.run = Counts(), 0, 0
        self.since: datetime | None = None
        self._span: _Span | None = None
        self._candidate: int | None = None  # newest revision of the window being read
        self._proven: int | None = None  # newest revision of what may move the mark
        self._last_window: int | None = None  # begin of the last window: all before it has been read whole
        self._gap = False
        self._announced: int | None = None
        self._fields: Fields | None = None

    def begin(self) -> datetime | None:
        """Open the run; answers where to read from: the watermark less the overlap, or None for all."""
        self.started = self.clock()
        now = utc_text(self.started)
        with self.store.database.transaction() as connection:
            progress.abandon_runs(connection, self.key, now=now)
            mark = progress.watermark(connection, self.key)
            if mark is not None and Capability.INCREMENTAL in self.manifest.capabilities:
                self.since = min(mark, self.started) - self.overlap
            self.run = progress.begin_run(
                connection, self.key, adapter=self.adapter, why=self.why, since=self.since, now=now
            )
        return self.since

    def commit(self, batch: Batch) -> Counts:
        """Commit one batch: raw page, rows, rejections, counts, ledger, watermark, audit. All or nothing (law L1)."""
        self.stop("before_raw")
        now = utc_text(self.clock())
        with self.store.database.transaction() as connection:
            self._enter(connection, batch)
            writes = self._writes(connection, now)
            raw = writes.keep_raw(
                run=self.run,
                window=batch.window,
                digest=batch.digest,
                packed=batch.packed,
                size=batch.size,
                items=batch.page_items,
                fetched=batch.fetched,
                clock=batch.clock,
            )
            self.stop("raw_kept")
            counts = writes.put(batch.rows, run=self.run, raw=raw, adapter=self.adapter, mapping=self.mapping)
            counts += writes.refuse(batch.refusals, run=self.run, raw=raw)
            self.stop("rows_put")
            total = Counts()
            total += self.counts
            total += counts
            pages = self.pages + batch.last
            self._count_keys(batch)
            if self._mark_per_page and batch.last:
                self._prove(connection, now)
            progress.count_run(connection, self.key, self.run, total, pages=pages)
            writes.audit(self.store.writer, "page.committed", {"source": self.key.source, "stream": self.key.stream,
                         "run": self.run, "raw": raw, **counts.as_dict()})  # fmt: skip
            self.stop("before_commit")
        self.counts, self.pages = total, pages
        if batch.fields is not None:
            self._fields = batch.fields.and_of(self._fields)
        self.stop("committed")
        return counts

    def close(self, failure: Failure | None = None) -> RunReport:
        """Close the run with its outcome (law L3), moving the watermark if the whole read proves it.

        ``failure`` is what ended the read early; None when the source was read to its end.
        """
        finished = self.clock()
        now = utc_text(finished)
        with self.store.database.transaction() as connection:
            self._leave(connection, whole=failure is None)
            outcome, said = self._outcome(failure)
            if outcome in (COMPLETE, EMPTY):
                self._proven = _later(self._proven, self._last_window)
                self._prove(connection, now)
            degraded = (
                self.counts.rejected >= self.limits.reject_least
                and self.counts.rejected > self.limits.reject_share * self.counts.fetched
            )
            if not self.counts.adds_up:  # law L2, in production too; a bug of ours if it ever happens
                outcome, said = INCOMPLETE, "run.counts: fetched is not the sum of its parts"
            duration = finished - self.started
            progress.close_run(
                connection,
                self.key,
                self.run,
                outcome=outcome,
                degraded=degraded,
                error=said,
                announced=self._announced,
                finished=now,
                duration=duration,
            )
            self._writes(connection, now).audit(
                self.store.writer, "run.finished", {"source": self.key.source, "stream": self.key.stream,
                "run": self.run, "outcome": outcome, **self.counts.as_dict()})  # fmt: skip
            mark = progress.watermark(connection, self.key)
            drift = self._drift(connection, whole=outcome == COMPLETE)
        return RunReport(
            run=self.run,
            source=self.key.source,
            stream=self.key.stream,
            adapter=self.adapter,
            outcome=outcome,
            counts=self.counts,
            pages=self.pages,
            since=self.since,
            watermark=mark,
            announced=self._announced,
            degraded=degraded,
            error=said,
            duration=duration,
            drift=drift,
        )

    def _drift(self, connection: Any, *, whole: bool) -> Drift:
        """What has become of the fields of the items; nothing where none came."""
        if self._fields is None:
            return ()
        whole = whole and self.counts.fetched >= columns.ENOUGH
        return columns.settle(connection, self.key, self._fields, run=self.run, whole=whole)

    def _writes(self, connection: Any, now: str) -> Transaction:
        key = self.key
        return Transaction(connection, self.store.keyring, home=key.home, source=key.source, stream=key.stream, now=now)

    def _enter(self, connection: Any, batch: Batch) -> None:
        """Follow the windows: a page of another window finishes the one before."""
        if self._span is not None and self._span.name != batch.window:
            self._leave(connection, whole=True)
        if self._span is None:
            self._span = _Span(batch.window)
            self._last_window = self._begin_of(batch.window)
        if batch.total is not None:
            self._span.announced = batch.total
        if batch.newest is not None:
            self._candidate = max(batch.newest, self._candidate or 0)

    def _begin_of(self, window: str) -> int | None:
        """Begin of a window of days (``2026-03-01/2026-03-01``) in µs UTC: its first local midnight."""
        first, stretch, _ = window.partition("/")
        if not stretch:  # none, or the name of a file
            return None
        day = datetime.fromisoformat(first).replace(tzinfo=self.manifest.zone)
        return int(day.timestamp() * 1_000_000)

    def _count_keys(self, batch: Batch) -> None:
        assert self._span is not None
        self._span.pages += batch.last
        self._span.keys.extend(hash((row.kind, row.key) if row.kind else row.key) for row in batch.rows)
        self._span.keys.extend(hash(each.item) for each in batch.refusals)

    def _leave(self, connection: Any, *, whole: bool) -> None:
        """Write the ledger of the window that ends here; what it held is proven if it is whole."""
        span = self._span
        if span is None:
            return
        progress.note_window(
            connection,
            self.key,
            self.run,
            span.name,
            announced=span.announced,
            fetched=span.distinct,
            pages=span.pages,
            closed=whole,
        )
        if span.announced is not None:
            self._announced = (self._announced or 0) + span.announced
        self._gap = self._gap or (self._counted and span.short)
        if whole and not self._gap:
            self._proven, self._candidate = _later(self._proven, self._candidate), None
            if span.name and not self._mark_per_page:
                self._prove(connection, utc_text(self.clock()), settled=True)
        self._span = None

    def _prove(self, connection: Any, now: str, *, settled: bool = False) -> None:
        """Move the mark to what the rows read so far prove, never past the hub's clock."""
        newest = self._proven if settled else _later(self._proven, self._candidate)
        if newest is not None:
            to = min(datetime.fromtimestamp(newest / 1_000_000, UTC), self.clock())
            progress.move_watermark(connection, self.key, to, run=self.run, now=now)

    def _outcome(self, failure: Failure | None) -> tuple[str, str | None]:
        if failure is not None:
            return failure.outcome, failure.said
        if self._gap:
            return INCOMPLETE, "run.gap: fewer items came than the source announced; see the ledger"
        if not self.counts.fetched:
            expected = self.limits.allow_empty or self.since is not None or self._dropped
            return EMPTY, None if expected else (
                "run.empty: a full read gave no rows; if that is right, set allow_empty for this source"
            )
        return COMPLETE, None


def _later(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)
