"""One source run in its own process: adapter code fetches and shapes here, and never sees a key of the vault.

The worker sends batches and waits for their commit once ``prefetch`` of them are under way. What an adapter does to
itself (an endless loop, all the memory, ``sys.exit``) ends this process only.
"""

import gc
import os
import resource
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hub.clock import utc_now
from hub.contract import Adapter
from hub.errors import HubError, SourceError
from hub.ingest import Batch, Failure, Shaper
from hub.mapping.mapper import Mapper
from hub.mapping.normalize import Normalizer
from hub.registry import Registry, crosswalk_path
from hub.settings import HttpSettings, SourceSettings, adapter_config
from hub.sources.http import HttpLimits, HttpSource, OnRetry
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


def mapper_for(adapter: type[Adapter[Any]], taxonomy: Path | None) -> Mapper:
    """The mapping of one adapter: taxonomy, department items and the adapter's own crosswalk."""
    path = crosswalk_path(adapter)
    return Mapper.for_manifest(adapter.manifest, load(taxonomy), read_sssom(path) if path else None)


def shaper_for(adapter: Adapter[Any], mapper: Mapper, *, source: str, stream: str) -> Shaper:
    """The worker's half of the line for one stream of one instance."""
    return Shaper(adapter, Normalizer(adapter.manifest, source=source, mapper=mapper), stream=stream)


def open_source(
    adapter: Adapter[Any],
    job: Job,
    *,
    clock: Callable[[], datetime] = utc_now,
    on_retry: OnRetry | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> HttpSource:
    """The world as this instance may see it."""
    http = job.http
    limits = HttpLimits(
        connect_s=http.connect_s,
        read_s=http.read_s,
        total_s=http.total_s,
        attempts=http.attempts,
        max_reply_bytes=http.max_reply_mb * 1_000_000,
    )
    return HttpSource(
        name=job.source.name,
        home=job.source.home,
        manifest=adapter.manifest,
        config=adapter.config,
        allow=job.source.allow,
        limits=limits,
        clock=clock,
        on_retry=on_retry,
        should_stop=should_stop,
    )


def read(adapter: Adapter[Any], source: HttpSource, shaper: Shaper, since: datetime | None) -> Iterator[Batch]:
    """Read one stream to its end as batches. Raises what the source or the adapter raises."""
    source.start_read(shaper.stream)
    for page in adapter.pages(source, since):
        yield from shaper.batches(page)


def work(pipe: Connection, job: Job) -> None:
    """Body of the worker process.

    Sends ``("begin", stream, manifest)`` and waits for ``("since", time)``; then ``("batch", Batch)``, each answered by
    ``("committed",)``; then ``("end", Failure | None)``; after the last stream ``("bye",)``. Instead of any answer
    ``("stop",)`` may come.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        del os.environ[name]  # may hold secrets of other sources
    limit = job.memory_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    talk = _Talk(pipe, job.prefetch)
    try:
        kind = Registry.load_one(job.source.adapter)
        adapter = kind(adapter_config(job.source, kind.Config))
        mapper = mapper_for(kind, job.taxonomy)
        gc.freeze()  # taxonomy and automaton live as long as the process: the collector need not walk them
        gc.set_threshold(YOUNG_OBJECTS)
        with open_source(adapter, job, on_retry=talk.retrying, should_stop=talk.asked_to_stop) as source:
            for stream in kind.manifest.streams:
                talk.stream(
                    stream.name,
                    adapter,
                    source,
                    shaper_for(adapter, mapper, source=job.source.name, stream=stream.name),
                )
    except _StopAsked:
        pass
    except HubError as error:  # before any stream began: settings, registry, a host that is not allowed
        talk.send(("broken", Failure.of(error)))
    talk.send(("bye",))


class _StopAsked(BaseException):
    """The parent asked to stop; unwinds through adapter code that catches Exception."""


class _Talk:
    """The worker's end of the pipe."""

    def __init__(self, pipe: Connection, prefetch: int) -> None:
        self._pipe, self._prefetch, self._under_way = pipe, prefetch, 0
        self._stop = False

    def send(self, message: tuple[Any, ...]) -> None:
        self._pipe.send(message)

    def retrying(self, error: SourceError, attempt: int, wait_s: float) -> None:
        """Told before each wait of the source; the parent keeps the one log."""
        self.send(("retry", error.code, error.status, attempt, round(wait_s, 3)))

    def asked_to_stop(self) -> bool:
        """Whether the parent asked to stop; answers that wait in the pipe are taken on the way."""
        try:
            while not self._stop and self._pipe.poll():
                self._take()
        except _StopAsked:
            self._stop = True
        return self._stop

    def stream(self, name: str, adapter: Adapter[Any], source: HttpSource, shaper: Shaper) -> None:
        self.send(("begin", name, adapter.manifest))
        answer = self._answer()
        if answer[0] != "since":
            raise _StopAsked
        failure: Failure | None = None
        try:
            for batch in read(adapter, source, shaper, answer[1]):
                self._room()
                self.send(("batch", batch))
                self._under_way += 1
        except _StopAsked:
            raise
        except (Exception, SystemExit) as error:
            if self._stop:
                raise _StopAsked from error
            failure = Failure.of(error)
        while self._under_way:
            self._take()
        self.send(("end", failure))

    def _room(self) -> None:
        """Wait until fewer than ``prefetch`` batches are under way."""
        if self.asked_to_stop():
            raise _StopAsked
        while self._under_way >= self._prefetch:
            self._take()

    def _take(self) -> None:
        message = self._answer()
        if message[0] == "committed":
            self._under_way -= 1

    def _answer(self) -> tuple[Any, ...]:
        try:
            message: tuple[Any, ...] = self._pipe.recv()
        except EOFError:
            message = ("stop",)  # the parent is gone: nothing we read could be kept
        if message[0] == "stop":
            self._stop = True
            raise _StopAsked
        return message
