"""The world as one source instance may see it: which source its settings mean."""

import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from hub.clock import utc_now
from hub.contract import Adapter, AdapterConfig, DatabaseConfig, FolderConfig, Source
from hub.errors import PluginError
from hub.settings import HttpSettings, SourceSettings
from hub.sources.exchange import HttpLimits
from hub.sources.http import HttpSource
from hub.sources.quota import OnQuota
from hub.sources.retries import OnRetry
from hub.wire import Delivering


class OpenSource(Source, Protocol):
    """A `Source` as the hub drives it. A context manager; one thread at a time."""

    def start_read(self, stream: str) -> None:
        """Begin a read of that stream. Raises KeyError."""
        ...

    def settled(self, receipt: Any) -> None:
        """The rows of the page with that receipt are committed: what is to be told to the source is told now.

        It may be told again after a crash, never before a commit. Raises SourceError.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


@runtime_checkable
class TakingSource(OpenSource, Protocol):
    """One that takes deliveries: over HTTP, or by a row of a front database."""

    def start_delivery(self, delivering: Delivering, key: str, *, handed: bool = False) -> None:
        """Begin a delivery under its key; ``handed`` says that an earlier attempt handed it in (`Awaited`)."""
        ...


def open_source(
    adapter: Adapter[Any],
    settings: SourceSettings,
    http: HttpSettings,
    *,
    clock: Callable[[], datetime] = utc_now,
    on_retry: OnRetry | None = None,
    on_quota: OnQuota | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> OpenSource:
    """A source over HTTP, a folder of files or a front database, by the class of the adapter's settings."""
    config, name, home, manifest = adapter.config, settings.name, settings.home, adapter.manifest
    limits = HttpLimits(
        connect_s=http.connect_s,
        read_s=http.read_s,
        total_s=http.total_s,
        attempts=http.attempts,
        max_reply_bytes=http.max_reply_mb * 1_000_000,
    )
    if isinstance(config, FolderConfig):
        from hub.sources.folder import FolderSource  # noqa: PLC0415 - few sources need its readers

        return FolderSource(
            name=name, home=home, manifest=manifest, config=config, allow=settings.allow, limits=limits, clock=clock,
            on_retry=on_retry, should_stop=should_stop, sleep=sleep,
        )  # fmt: skip
    if isinstance(config, DatabaseConfig):
        from hub.sources.table import TableSource  # noqa: PLC0415 - few sources need SQLAlchemy here

        return TableSource(
            name=name, home=home, manifest=manifest, config=config, allow=settings.allow, limits=limits, clock=clock,
            on_retry=on_retry, should_stop=should_stop, sleep=sleep,
        )  # fmt: skip
    if not isinstance(config, AdapterConfig):
        raise PluginError(f"{type(adapter).__name__}.Config says neither address, folder nor database")
    return HttpSource(
        name=name, home=home, manifest=manifest, config=config, allow=settings.allow, limits=limits, clock=clock,
        on_retry=on_retry, on_quota=on_quota, should_stop=should_stop, sleep=sleep, lent=http.lent,
    )  # fmt: skip
