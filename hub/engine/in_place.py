"""Deliveries sent here and now, without a worker process: what test suites drive an adapter with (`hub.testing`).

The rows, the leases, what follows from an attempt are the daemon's own (`hub.engine.outbox.Sender`); only the attempt
itself is made in this process, so that what it logs, prints and raises can be seen.
"""

import os
import signal
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from hub.contract import Adapter, Delivery
from hub.delivery import post
from hub.engine.forking import workers
from hub.engine.outbox import POINTS, Outcome, Sender, deliver
from hub.errors import PluginError
from hub.ingest import Stop, no_stop
from hub.registry import Registry
from hub.settings import HttpSettings, Settings, SourceSettings, adapter_config
from hub.sources.opening import TakingSource, open_source
from hub.store import outbox
from hub.store.database import Database
from hub.store.store import Store
from hub.store.vault import Keyring

__all__ = ["POINTS", "Handed", "handed", "post_delivery", "send_and_die", "send_due"]

_NO_FILE = Path("none.toml")


class InPlace:
    """Makes the attempts when they are asked for."""

    def __init__(self, adapter: Adapter[Any], source: TakingSource) -> None:
        self.adapter, self.source = adapter, source
        self._answer: Outcome | None = None

    def ask(self, question: Delivery) -> None:
        """Make it now."""
        delivering = self.adapter.manifest.delivering
        assert delivering is not None
        self._answer = deliver(self.adapter, self.source, delivering, question)

    def hear(self, timeout: float = 0) -> Outcome | None:
        """What the last one came to, once."""
        answer, self._answer = self._answer, None
        return answer

    def close(self) -> None:
        """Nothing runs on."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One delivery as the store keeps it. ``due`` is UTC text; ``receipt`` what the source said, opened: ``accepted``,
    ``number``, ``reason``, ``body``."""

    key: str
    kind: str
    state: str
    attempts: int
    due: str
    error: str | None
    number: str | None
    receipt: Mapping[str, Any] | None = field(default=None, repr=False)


def post_delivery(
    store: Store, source: SourceSettings, kind: str, body: Mapping[str, Any], *, cause: str, now: datetime
) -> str:
    """Write a delivery to the outbox, as its cause does; answers the key it will bear."""
    with store.database.transaction() as connection:
        told: dict[str, Any] = {"home": source.home, "cause": cause, "target": source.name, "kind": kind}
        return post(connection, store, **told, payload=body, now=now)


def send_due(
    store: Store,
    kind: type[Adapter[Any]],
    source: SourceSettings,
    *,
    http: HttpSettings,
    clock: Callable[[], datetime],
    stop: Stop = no_stop,
) -> list[Handed]:
    """Send what is due at the ``clock``'s time, each delivery once; answers all there are, in the order of posting.

    ``stop`` is called at each of `hub.engine.outbox.POINTS`. Raises PluginError for a folder, and what
    opening the source raises.
    """
    adapter = kind(adapter_config(source, kind.Config))
    with open_source(adapter, source, http, clock=clock) as wire:
        if not isinstance(wire, TakingSource):
            raise PluginError("only a source over HTTP or a front database is delivered to", where=source.name)
        settings = Settings(path=_NO_FILE, home=source.home, http=http, sources={source.name: source})
        registry = Registry({source.adapter: kind})
        sender = Sender(settings, store, registry, clock=clock, stop=stop, hire=lambda *_: InPlace(adapter, wire))
        sender.send()
        sender.close()
    return handed(store)


def send_and_die(
    store: Store,
    kind: type[Adapter[Any]],
    source: SourceSettings,
    point: str,
    *,
    http: HttpSettings,
    now: datetime,
) -> bool:
    """Send from an open store's files in a child process that dies (SIGKILL) at the first passing of a point of
    `hub.engine.outbox.POINTS`. Answers whether it died there. ``kind`` is a class a fresh process can import."""
    url = store.database.engine.url.render_as_string(hide_password=False)
    child = workers("hub.testing").Process(target=_die, args=(kind, source, url, store.keyring.path, point, http, now))
    child.start()
    child.join()
    return child.exitcode == -signal.SIGKILL


def _die(
    kind: type[Adapter[Any]],
    source: SourceSettings,
    url: str,
    keys: Path,
    point: str,
    http: HttpSettings,
    now: datetime,
) -> None:
    def stop(passed: str) -> None:
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    with redirect_stdout(StringIO()), redirect_stderr(StringIO()), Store(Database(url), Keyring.load(keys)) as store:
        send_due(store, kind, source, http=http, clock=lambda: now, stop=stop)


def handed(store: Store) -> list[Handed]:
    """All deliveries of a small store, in the order of posting."""
    with store.database.reading() as connection:
        rows = outbox.listed(connection, most=1_000)
        return [
            Handed(
                row.key, row.kind, row.state, row.attempts, row.due, row.error, row.number,
                outbox.receipt(connection, store.keyring, row.home, row.id),
            )
            for row in sorted(rows, key=lambda row: (row.home, row.id))
        ]  # fmt: skip
