"""The daemon: polls each source on its own schedule until it is asked to stop.

The schedule lives in the store (``source_state.next_run``): a restart does not forget what was due, and `hub status`
tells it.
"""

import fcntl
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from time import sleep
from types import FrameType
from typing import Protocol

from hub import events
from hub.clock import utc_text
from hub.contract import pulled
from hub.engine.local import TICK_S, LocalEngine, SourceReport
from hub.errors import ConfigError
from hub.registry import Registry
from hub.settings import Settings
from hub.store import progress
from hub.store.store import Store

QUICK_S = 0.05  # between two looks while work beside the reads is under way
SLOWEST_S = 3_600  # a failing source is asked at least once an hour


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold the daemon's lock file. A second daemon over the same keys is refused: it would only double the requests."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            pid = held.read().strip() or "?"
            raise ConfigError(
                f"a daemon is running already (pid {pid})", where=lock.name, hint="stop it first"
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield


class Beside(Protocol):
    """Work the daemon does beside its reads, in the same thread: a `step` never waits."""

    @property
    def busy(self) -> bool:
        """Whether to look again soon."""
        ...

    def step(self) -> None:
        """Go on."""
        ...

    def close(self) -> None:
        """End; nothing is half done."""
        ...


class Daemon:
    """Polls sources through an engine. ``names`` limits it to some; None takes all that are not paused.

    ``beside`` is done between its reads and closed with it.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        engine: LocalEngine,
        registry: Registry,
        *,
        names: tuple[str, ...] | None = None,
        on_report: Callable[[SourceReport], None] = lambda report: None,
        beside: Sequence[Beside] = (),
    ) -> None:
        self.settings, self.store, self.engine, self.on_report = settings, store, engine, on_report
        self.registry = registry
        self.names = tuple(settings.sources) if names is None else names
        self.beside = beside
        self.stopping = False

    def run(self) -> None:
        """Run until SIGTERM or SIGINT; then stop within ``run.stop_s`` with nothing half done."""
        before = {number: signal.signal(number, self._asked) for number in (signal.SIGTERM, signal.SIGINT)}
        events.log(events.DAEMON_STARTED, sources=len(self.names), pid=os.getpid())
        try:
            while not self.stopping:
                for name in self.due():
                    self.engine.start(name)
                for work in self.beside:
                    work.step()
                tick = QUICK_S if any(work.busy for work in self.beside) else TICK_S
                for report in self.engine.step(tick) if self.engine.busy else self._idle(tick):
                    self._plan(report)
            for report in self.engine.stop():
                self._plan(report, stopped=True)
            for work in self.beside:
                work.close()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            events.log(events.DAEMON_STOPPED, pid=os.getpid())

    def due(self) -> list[str]:
        """Sources to start now: due, not paused, not running, as many as there is room for."""
        now = utc_text(self.engine.clock())
        waiting: list[tuple[str, str]] = []
        with self.store.database.reading() as connection:
            for name in self.names:
                source = self.settings.source(name)
                kind = self.registry.adapters.get(source.adapter)
                if kind is not None and not pulled(kind):
                    continue  # it comes by itself
                state = progress.source_state(connection, source.home, name)
                if source.paused or name in self.engine.busy or (state and state.paused):
                    continue
                next_run = (state.next_run if state else None) or ""
                if next_run <= now:
                    waiting.append((next_run, name))
        return [name for _, name in sorted(waiting)][: max(self.engine.free, 0)]

    def _plan(self, report: SourceReport, *, stopped: bool = False) -> None:
        """Write when this source is due next: its pause, doubled for each failure in a row, an hour at the most.

        A run cut short by the stop is due at once: the next start goes on with it.
        """
        source = self.settings.source(report.source)
        now = self.engine.clock()
        with self.store.database.transaction() as connection:
            state = progress.source_state(connection, source.home, report.source)
            failures = 0 if stopped or not report.failed else (state.failures if state else 0) + 1
            pause = 0 if stopped else min(source.every_s * 2 ** min(failures, 10), max(SLOWEST_S, source.every_s))
            progress.set_source_state(
                connection,
                source.home,
                report.source,
                now=utc_text(now),
                failures=failures,
                next_run=utc_text(now.astimezone(UTC) + timedelta(seconds=pause)),
            )
        self.on_report(report)

    def _idle(self, tick: float) -> list[SourceReport]:
        sleep(tick)  # a signal's handler runs meanwhile; the loop looks at what it left behind
        return []

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def lock_path(settings: Settings) -> Path:
    """Where the daemon's lock stands: beside the keys, which every store has."""
    return settings.store.keys.with_name("daemon.lock")
