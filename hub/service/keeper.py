"""Keeping pushes: a thread that commits what waits together in one transaction, and only then lets it be answered."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread

from hub import events
from hub.clock import utc_now, utc_text
from hub.ingest import Stop, no_stop
from hub.store.inbox import Fate, Push, keep
from hub.store.store import Store

CHAIN = "inbox"  # the audit chain of this writer: the daemon's own goes on beside it
MOST_TOGETHER = 250  # pushes in one transaction


class Keeper:
    """Keeps pushes from a thread of its own: those that wait together go into one transaction."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = utc_now, stop: Stop = no_stop) -> None:
        self._database, self._keyring, self._clock, self._stop = store.database, store.keyring, clock, stop
        self._waiting = SimpleQueue[tuple[Push, Future[Fate]] | None]()
        self._thread = Thread(target=self._keep_all, name="yiwang-inbox-keeper", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """How many wait for their commit."""
        return self._waiting.qsize()

    def keep(self, push: Push) -> "Future[Fate]":
        """Keep one; the future ends after the commit, with StoreError when there was none."""
        answer = Future[Fate]()
        self._waiting.put((push, answer))
        return answer

    def close(self) -> None:
        """Keep what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _keep_all(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            with suppress(Empty):
                while len(group) < MOST_TOGETHER:
                    more = self._waiting.get_nowait()
                    if more is None:
                        self._waiting.put(None)  # the end: after this group
                        break
                    group.append(more)
            self._keep(group)

    def _keep(self, group: Sequence[tuple[Push, "Future[Fate]"]]) -> None:
        pushes = [push for push, _ in group]
        try:
            with self._database.transaction() as connection:
                fates = keep(connection, self._keyring, CHAIN, pushes, now=utc_text(self._clock()))
                self._stop("push_before_keep")
            self._stop("push_kept")
        except Exception as error:  # noqa: BLE001 - goes to those who wait: they answer that nothing was kept
            for _, answer in group:
                answer.set_exception(error)
            return
        for (_, answer), fate in zip(group, fates, strict=True):
            answer.set_result(fate)
        events.log(events.PUSH_KEPT, **{name: fates.count(name) for name in ("kept", "again", "reused")})
