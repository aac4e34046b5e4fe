"""One source run in its own process: adapter code fetches and shapes here, and never sees a key of the vault.

The worker sends batches and waits for commits once ``prefetch`` pages are under way. Where a read is long, mates (more
processes with the same adapter) shape pages beside it; the writer commits in the order of the pages. What an adapter
does to itself (an endless loop, all the memory, ``sys.exit``) ends this process only.
"""

import gc
import os
import pickle
import resource
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from hub.batch import Batch, Failure
from hub.contract import Adapter, Page, pulled
from hub.errors import HubError, SourceError
from hub.mapping.mapper import Mapper
from hub.mapping.normalize import Normalizer
from hub.registry import Registry, crosswalk_path
from hub.settings import HttpSettings, SourceSettings, adapter_config
from hub.shaping import Shaper
from hub.sources.envelope import reopen
from hub.sources.opening import OpenSource, open_source
from schemas.taxonomy import load
from schemas.taxonomy.sssom import read_sssom

YOUNG_OBJECTS = 100_000  # a page of records makes tens of thousands of objects and no cycles


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told: one source instance with its own settings and secrets, and nothing of its neighbours."""

    source: SourceSettings
    http: HttpSettings
    taxonomy: Path | None
    prefetch: int
    memory_mb: int


def mapper_for(adapter: type[Adapter[Any]] | Adapter[Any], taxonomy: Path | None) -> Mapper:
    """The mapping of one adapter, or of one instance: taxonomy, department items and its own crosswalk."""
    path = crosswalk_path(adapter)
    return Mapper.for_manifest(adapter.manifest, load(taxonomy), read_sssom(path) if path else None)


def shaper_for(adapter: Adapter[Any], mapper: Mapper, *, source: str, stream: str) -> Shaper:
    """The worker's half of the line for one stream of one instance."""
    return Shaper(adapter, Normalizer(adapter.manifest, source=source, mapper=mapper), stream=stream)


def read(adapter: Adapter[Any], source: OpenSource, shaper: Shaper, since: datetime | None) -> Iterator[Batch]:
    """Read one stream to its end as batches, each committed before the next is asked for.

    Raises what the source or the adapter raises.
    """
    source.start_read(shaper.stream)
    for page in adapter.pages(source, since):
        yield from shaper.batches(page)
        source.settled(page.receipt)


def work(pipe: Connection, mates: Sequence[Connection], job: Job) -> None:
    """Body of the worker process.

    Sends ``("begin", stream, manifest, version of the mapping)`` and waits for ``("since", time)``; then ``("batch",
    page number, Batch)``, each page answered by ``("committed",)`` once it is; then ``("end", Failure | None)``; after
    the last stream ``("bye",)``. Instead of any answer ``("stop",)`` may come. ``mates`` lead to processes that shape
    pages this one has no time for.
    """
    talk = _Talk(pipe, mates, job.prefetch)
    try:
        adapter, mapper = settle(job)
        if streams := pulled(adapter):
            with open_source(
                adapter,
                job.source,
                job.http,
                on_retry=talk.retrying,
                on_quota=talk.quota_low,
                should_stop=talk.asked_to_stop,
            ) as source:
                for stream in streams:
                    shaper = shaper_for(adapter, mapper, source=job.source.name, stream=stream.name)
                    talk.stream(stream.name, adapter, source, shaper)
    except _StopAsked:
        pass
    except HubError as error:  # before any stream began: settings, registry, a host that is not allowed
        talk.send(("broken", Failure.of(error)))
    talk.send(("bye",))
    talk.outbox.close()


def assist(pages: Connection, pipe: Connection, job: Job) -> None:
    """Body of a mate: shapes the pages a worker hands over and sends their batches, numbered, to the writer.

    It opens the page's bytes anew, as a remap does. Says ``"ready"`` to the worker before each page; ends with its
    pipe.
    """
    adapter, mapper = settle(job)
    shapers = {
        stream.name: shaper_for(adapter, mapper, source=job.source.name, stream=stream.name)
        for stream in adapter.manifest.streams
    }
    outbox = _Outbox(pipe)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the worker has ended, so has its read
        while True:
            pages.send("ready")
            number, handed = pages.recv()
            try:
                page = reopen(handed.content, adapter.manifest, handed.stream, handed.fetched, handed.window)
                page.clock, page.total = handed.clock, handed.total
                for batch in shapers[handed.stream].batches(page):
                    outbox.send(("batch", number, batch))
            except Exception as error:  # noqa: BLE001 - adapter code: told as this run's failure
                outbox.send(("failed", Failure.of(error)))
    outbox.close()


def settle(job: Job) -> tuple[Adapter[Any], Mapper]:
    """Make this process the adapter's: no variables of ours, a limit on memory, the adapter and its mapping."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        del os.environ[name]  # may hold secrets of other sources
    limit = job.memory_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    kind = Registry.load_one(job.source.adapter)
    adapter = kind(adapter_config(job.source, kind.Config))
    mapper = mapper_for(adapter, job.taxonomy)
    gc.freeze()  # taxonomy and automaton live as long as the process: the collector need not walk them
    gc.set_threshold(YOUNG_OBJECTS)
    return adapter, mapper


class _StopAsked(BaseException):
    """The parent asked to stop; unwinds through adapter code that catches Exception."""


class _Outbox:
    """Sends in a thread of its own: a pipe holds less than a page, and shaping must not wait for a commit to end."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe, self._waiting = pipe, SimpleQueue[bytes | None]()
        self._thread = Thread(target=self._send_all, daemon=True)
        self._thread.start()

    def send(self, message: tuple[Any, ...]) -> None:
        """Put a message on its way, after those before it."""
        self._waiting.put(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))

    def close(self) -> None:
        """Wait until all has left."""
        self._waiting.put(None)
        self._thread.join()

    def _send_all(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # the parent has gone: nothing more is wanted
            while (data := self._waiting.get()) is not None:
                self._pipe.send_bytes(data)


class _Talk:
    """The worker's end of the pipes."""

    def __init__(self, pipe: Connection, mates: Sequence[Connection], prefetch: int) -> None:
        self._pipe, self._mates, self._prefetch = pipe, mates, prefetch
        self.outbox = _Outbox(pipe)
        self._settled: Callable[[Any], None] = lambda receipt: None
        self._under_way = deque[Any]()  # receipts of pages read and not yet committed
        self._stop = False

    def send(self, message: tuple[Any, ...]) -> None:
        self.outbox.send(message)

    def retrying(self, error: SourceError, attempt: int, wait_s: float) -> None:
        """Told before each wait of the source; the parent keeps the one log."""
        self.send(("retry", error.code, error.status, attempt, round(wait_s, 3)))

    def quota_low(self, calls: int, per_day: int) -> None:
        """Told once a day, before the calls of an interface are spent."""
        self.send(("quota", calls, per_day))

    def asked_to_stop(self) -> bool:
        """Whether the parent asked to stop; answers that wait in the pipe are taken on the way."""
        try:
            while not self._stop and self._pipe.poll():
                self._take()
        except _StopAsked:
            self._stop = True
        return self._stop

    def stream(self, name: str, adapter: Adapter[Any], source: OpenSource, shaper: Shaper) -> None:
        self.send(("begin", name, adapter.manifest, shaper.normalizer.mapper.version))
        answer = self._answer()
        if answer[0] != "since":
            raise _StopAsked
        failure: Failure | None = None
        self._settled = source.settled
        try:
            source.start_read(name)
            for number, page in enumerate(adapter.pages(source, answer[1])):
                self._room()
                self._under_way.append(page.receipt)
                self._shape(number, page, shaper)
        except _StopAsked:
            raise
        except (Exception, SystemExit) as error:
            if self._stop:
                raise _StopAsked from error
            failure = Failure.of(error)
        while self._under_way:
            try:
                self._take()
            except SourceError as error:
                failure = failure or Failure.of(error)
        self.send(("end", failure))

    def _shape(self, number: int, page: Page, shaper: Shaper) -> None:
        """Hand the page to a mate that is ready, or shape it here."""
        for mate in self._mates:
            if mate.poll():
                mate.recv()
                mate.send((number, replace(page, body=None, rows=(), receipt=None)))
                return
        for batch in shaper.batches(page):
            self.send(("batch", number, batch))

    def _room(self) -> None:
        """Wait until fewer than ``prefetch`` pages are under way."""
        if self.asked_to_stop():
            raise _StopAsked
        while len(self._under_way) >= self._prefetch:
            self._take()

    def _take(self) -> None:
        message = self._answer()
        if message[0] == "committed":
            self._settled(self._under_way.popleft())

    def _answer(self) -> tuple[Any, ...]:
        try:
            message: tuple[Any, ...] = self._pipe.recv()
        except EOFError:
            message = ("stop",)  # the parent is gone: nothing we read could be kept
        if message[0] == "stop":
            self._stop = True
            raise _StopAsked
        return message
