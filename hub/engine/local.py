"""The engine of one machine: each source runs in a worker process, one writer commits what they bring.

The writer is this process and single-threaded: it waits on all pipes at once, commits a batch, answers, waits again. A
source that hangs, fails or dies leaves the others as they are (law L6).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

from hub import events
from hub.batch import INCOMPLETE, STOPPED, Batch, Failure
from hub.clock import utc_now, utc_text
from hub.contract import Manifest
from hub.engine.forking import workers
from hub.engine.worker import Job, assist, work
from hub.errors import HubError, StoreError
from hub.ingest import Limits, Line, RunReport
from hub.settings import Settings, SourceSettings
from hub.store.progress import StreamKey
from hub.store.store import Store
from hub.store.write import Counts

LONG_READ = 3  # pages after which a read is worth a second process to shape its pages
TICK_S = 0.5  # how long a request to stop may go unnoticed

Progress = Callable[[str, Counts, int | None], None]
"""Told after each commit: source, the run's counts so far, what the source announced."""


@dataclass(slots=True)
class _Worker:
    source: SourceSettings
    process: BaseProcess
    pipe: Connection
    job: Job
    handing: list[Connection]  # ends of the worker's pipes to mates that are not started yet
    mates: list[tuple[BaseProcess, Connection]] = field(default_factory=list)
    line: Line | None = None
    turn: int = 0  # number of the page to be committed next
    held: dict[int, list[Batch]] = field(default_factory=dict)  # batches whose turn has not come
    reports: list[RunReport] = field(default_factory=list)
    stopping: bool = False
    heard: float = field(default_factory=monotonic)


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one run of a source came to: a report per stream, and why it broke before a stream began, if it did."""

    source: str
    runs: tuple[RunReport, ...]
    broken: str | None = None

    @property
    def failed(self) -> bool:
        """Whether an operator should look."""
        return self.broken is not None or any(run.failed for run in self.runs)


class LocalEngine:
    """Runs sources of ``settings`` into ``store``. Not thread-safe: one owner.

    ``stall_s`` is how long a worker may stay silent before it is ended; it is longer than any request may take.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        clock: Callable[[], datetime] = utc_now,
        on_progress: Progress = lambda source, counts, announced: None,
    ) -> None:
        self.settings, self.store = settings, store
        self.clock, self.on_progress = clock, on_progress
        self.stall_s = settings.http.total_s * settings.http.attempts + 60
        self._workers: dict[str, _Worker] = {}
        self._context = workers()

    @property
    def busy(self) -> frozenset[str]:
        """Names of the sources that run now."""
        return frozenset(self._workers)

    @property
    def free(self) -> int:
        """How many more sources may run at the same time."""
        return self.settings.run.workers - len(self._workers)

    def start(self, name: str) -> None:
        """Start one source. Its report comes out of `step`."""
        source, run = self.settings.source(name), self.settings.run
        job = Job(source, self.settings.http, self.settings.taxonomy.folder, run.prefetch, run.memory_mb)
        ours, theirs = self._context.Pipe()
        pairs = [self._context.Pipe() for _ in range(run.shapers - 1)]
        process = self._context.Process(
            target=work, args=(theirs, [taking for _, taking in pairs], job), name=f"yiwang-{name}", daemon=True
        )
        process.start()
        for end in (theirs, *(taking for _, taking in pairs)):
            end.close()
        self._workers[name] = _Worker(source, process, ours, job, [handing for handing, _ in pairs])

    def step(self, timeout: float) -> list[SourceReport]:
        """Commit what has come within ``timeout`` seconds; answers the sources that ended."""
        pipes = {
            pipe: worker
            for worker in self._workers.values()
            for pipe in (worker.pipe, *(pipe for _, pipe in worker.mates))
        }
        ended = []
        for pipe in wait(list(pipes), timeout):
            worker = pipes[pipe]  # type: ignore[index]
            if worker.source.name in self._workers and (report := self._hear(worker, pipe)):  # type: ignore[arg-type]
                ended.append(report)
        silent = Failure(INCOMPLETE, "worker.stalled: no sign of life for too long; ended")
        stalled = [w for w in self._workers.values() if monotonic() - w.heard > self.stall_s and not w.stopping]
        return ended + [self._end(worker, silent) for worker in stalled]

    def run_once(self, names: Sequence[str], should_stop: Callable[[], bool] = lambda: False) -> Iterator[SourceReport]:
        """Run each source once, at most ``run.workers`` at the same time; yields reports as they end.

        Once ``should_stop`` answers True, nothing more is started and what runs is stopped.
        """
        left = list(names)
        while left or self._workers:
            if should_stop():
                yield from self.stop()
                return
            while left and self.free > 0:
                self.start(left.pop(0))
            yield from self.step(TICK_S)

    def stop(self) -> list[SourceReport]:
        """Ask all workers to stop and end those that do not in time (``run.stop_s``). No page stays half done."""
        deadline = monotonic() + max(self.settings.run.stop_s - 2 * TICK_S, TICK_S)
        for worker in self._workers.values():
            worker.stopping = True
            _tell(worker, ("stop",))
        ended: list[SourceReport] = []
        while self._workers and (left := deadline - monotonic()) > 0:
            ended += self.step(left)
        ended += [self._end(worker, STOPPED) for worker in list(self._workers.values())]
        return ended

    def _hear(self, worker: _Worker, pipe: Connection) -> SourceReport | None:
        """Take one message of a worker or one of its mates."""
        worker.heard = monotonic()
        try:
            message: tuple[Any, ...] = pipe.recv()
        except (EOFError, ConnectionResetError):
            process = next((mate for mate, of in worker.mates if of is pipe), worker.process)
            process.join(1)
            if process is not worker.process and process.exitcode == 0:
                # it has shaped all it was handed; the worker it helped is done as well, and may only say so next
                worker.mates = [(mate, of) for mate, of in worker.mates if of is not pipe]
                pipe.close()
                return None
            events.log(events.WORKER_LOST, source=worker.source.name, exit_code=process.exitcode)
            lost = f"worker.lost: a worker process ended by itself (exit code {process.exitcode})"
            return self._end(worker, Failure(INCOMPLETE, lost))
        match message:
            case ("batch", int() as number, Batch() as batch):
                worker.held.setdefault(number, []).append(batch)
                return self._commit_turn(worker)
            case ("failed", Failure() as failure):
                return self._end(worker, failure)
            case ("begin", str() as stream, Manifest() as manifest, str() as mapping):
                self._begin(worker, stream, manifest, mapping)
            case ("end", failure):
                self._close(worker, failure)
            case ("retry", error, status, attempt, wait_s):
                name = worker.source.name
                events.log(
                    events.RETRY_SCHEDULED, source=name, error=error, status=status, attempt=attempt, wait_s=wait_s
                )
            case ("quota", calls, per_day):
                events.log(events.QUOTA_LOW, source=worker.source.name, calls=calls, per_day=per_day)
            case ("broken", Failure() as failure):
                return self._end(worker, failure)
            case ("bye",):
                return self._end(worker, STOPPED if worker.stopping else None)
        return None

    def _begin(self, worker: _Worker, stream: str, manifest: Manifest, mapping: str) -> None:
        source = worker.source
        worker.line = Line(
            self.store,
            StreamKey(source.home, source.name, stream),
            manifest,  # the instance's own: format and zone may be settings
            mapping=mapping,
            clock=self.clock,
            overlap_s=source.overlap_s,
            limits=Limits(source.reject_share, source.reject_least, source.allow_empty),
        )
        worker.turn, worker.held = 0, {}
        since = worker.line.begin()
        events.log(
            events.RUN_STARTED, source=source.name, stream=stream, run_id=worker.line.run, adapter=worker.line.adapter
        )
        _tell(worker, ("since", since))

    def _commit_turn(self, worker: _Worker) -> SourceReport | None:
        """Commit the batches whose turn has come, in the order of the pages."""
        while waiting := worker.held.get(worker.turn):
            batch = waiting.pop(0)
            if report := self._commit(worker, batch):
                return report
            if batch.last:
                del worker.held[worker.turn]
                worker.turn += 1
                _tell(worker, ("committed",))
        if worker.turn >= LONG_READ and worker.handing and not worker.stopping:
            self._add_mate(worker)
        return None

    def _add_mate(self, worker: _Worker) -> None:
        """Start one more process that shapes pages of this read."""
        handing = worker.handing.pop()
        ours, theirs = self._context.Pipe()
        name = f"yiwang-{worker.source.name}-mate"
        mate = self._context.Process(target=assist, args=(handing, theirs, worker.job), name=name, daemon=True)
        mate.start()
        theirs.close()
        handing.close()
        worker.mates.append((mate, ours))

    def _commit(self, worker: _Worker, batch: Batch) -> SourceReport | None:
        assert worker.line is not None
        if worker.stopping:
            return None  # read but not committed: the next run reads it again
        line = worker.line
        try:
            line.commit(batch)
        except StoreError as error:  # this page's transaction is rolled back; the run ends here, the store is whole
            return self._end(worker, Failure.of(error))
        for refusal in batch.refusals:
            events.log(
                events.RECORD_REJECTED,
                source=worker.source.name,
                code=refusal.code,
                field=refusal.field,
                record_ref=f"run {line.run} item {refusal.item_no}",
            )
        events.log(events.PAGE_COMMITTED, source=worker.source.name, run_id=line.run, pages=line.pages)
        self.on_progress(worker.source.name, line.counts, batch.total)
        return None

    def _close(self, worker: _Worker, failure: Failure | None) -> None:
        if worker.line is None:
            return
        report = worker.line.close(failure)
        worker.line = None
        worker.reports.append(report)
        log_run(report)

    def _end(self, worker: _Worker, failure: Failure | None) -> SourceReport:
        """Be done with a worker: close its line if one is open, end its process, answer what came of it."""
        del self._workers[worker.source.name]
        broken = failure.said if failure and worker.line is None and not worker.stopping else None
        try:
            self._close(worker, failure or Failure(INCOMPLETE, "worker.silent: it left without an end"))
        except HubError as error:  # the store itself fails: tell it, the run stays open and is closed by the next one
            broken = str(error)
        for pipe in (worker.pipe, *worker.handing, *(pipe for _, pipe in worker.mates)):
            pipe.close()
        for process in (worker.process, *(mate for mate, _ in worker.mates)):
            process.join(0.2 if failure is None else 0)
            if process.is_alive():
                process.kill()
            process.join()
        if broken:
            events.log(events.SOURCE_FAILED, source=worker.source.name, error=broken)
        return SourceReport(worker.source.name, tuple(worker.reports), broken)


def _tell(worker: _Worker, message: tuple[Any, ...]) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):  # it has died; its end of the pipe says so at the next step
        worker.pipe.send(message)


def log_run(report: RunReport) -> None:
    """The canonical line of a run, and one for each field that came or went."""
    events.log(
        events.RUN_FINISHED,
        source=report.source,
        stream=report.stream,
        adapter=report.adapter,
        run_id=report.run,
        outcome=report.outcome,
        pages=report.pages,
        since=utc_text(report.since) if report.since else None,
        watermark=utc_text(report.watermark) if report.watermark else None,
        duration_s=round(report.duration.total_seconds(), 3),
        error=report.error,
        degraded=report.degraded,
        drifted=len(report.drift),
        **report.counts.as_dict(),
    )
    for name, change in report.drift:
        events.log(
            events.SOURCE_DRIFTED,
            source=report.source,
            stream=report.stream,
            adapter=report.adapter,
            run_id=report.run,
            field=name,
            change=change,
        )
