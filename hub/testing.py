"""For test suites: run a source in this process with a given clock and stop points, and read what came of it.

Public and versioned like `hub.api`. The conformance suite and the crash tests stand on it:
``python -m hub.testing --config hub.toml --source NAME --stop rows_put:3`` runs one source and kills its own process at
the third passing of that point.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from hub.clock import utc_now
from hub.contract import Adapter
from hub.engine.worker import Job, mapper_for, open_source, read, shaper_for
from hub.ingest import POINTS, Failure, Limits, Line, RunReport, Stop, no_stop
from hub.registry import Registry
from hub.settings import HttpSettings, Settings, SourceSettings, adapter_config, load
from hub.store.progress import StreamKey
from hub.store.store import Store

__all__ = ["POINTS", "Contents", "contents", "kill_at", "run_source"]

DEFAULT_HTTP = HttpSettings()


def run_source(
    store: Store,
    kind: type[Adapter[Any]],
    source: SourceSettings,
    *,
    http: HttpSettings = DEFAULT_HTTP,
    taxonomy: Path | None = None,
    clock: Callable[[], datetime] = utc_now,
    stop: Stop = no_stop,
) -> list[RunReport]:
    """Run every stream of one source once, here and now: the same line as the daemon's, without worker processes.

    Errors of the source end the stream's run with their outcome, as in production; other exceptions rise.
    """
    adapter = kind(adapter_config(source, kind.Config))
    mapper = mapper_for(kind, taxonomy)
    reports = []
    with open_source(adapter, Job(source, http, taxonomy, prefetch=1, memory_mb=0), clock=clock) as wire:
        for stream in kind.manifest.streams:
            line = Line(
                store,
                StreamKey(source.home, source.name, stream.name),
                kind.manifest,
                mapping=mapper.version,
                clock=clock,
                overlap_s=source.overlap_s,
                limits=Limits(source.reject_share, source.reject_least, source.allow_empty),
                stop=stop,
            )
            since = line.begin()
            failure: Failure | None = None
            try:
                for batch in read(
                    adapter, wire, shaper_for(adapter, mapper, source=source.name, stream=stream.name), since
                ):
                    line.commit(batch)
            except Exception as error:  # noqa: BLE001 - told as the run's outcome, as the worker does
                failure = Failure.of(error)
            reports.append(line.close(failure))
    return reports


def kill_at(point: str, times: int = 1) -> Stop:
    """A stop that kills this process (SIGKILL, nothing flushed or closed) at the ``times``-th passing of ``point``."""
    if point not in POINTS:
        raise ValueError(f"no point {point!r}; there are {', '.join(POINTS)}")
    left = times

    def stop(passed: str) -> None:
        nonlocal left
        if passed == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return stop


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds, told so that two stores made with one keyring can be compared whatever their row numbers.

    ``records``: (source, stream, key) to (revision, content hash, deleted, item, versions). ``rejections``: (source,
    stream, item hash) to code. ``raw``: hashes of kept pages. ``watermarks``: (source, stream) to value.
    """

    records: dict[tuple[str, str, str], tuple[Any, ...]]
    rejections: dict[tuple[str, str, bytes], str]
    raw: frozenset[bytes]
    watermarks: dict[tuple[str, str], str]


def contents(store: Store) -> Contents:
    """Read a store for comparison."""
    with store.database.reading() as connection:
        versions = {
            (home, record): count
            for home, record, count in connection.execute(
                text("SELECT home, record, count(*) FROM version GROUP BY home, record")
            )
        }
        heads = connection.execute(
            text("SELECT home, id, source, stream, key, revision, content, deleted, item FROM record")
        )
        records = {
            (row.source, row.stream, row.key): (
                row.revision, bytes(row.content), row.deleted, row.item, versions.get((row.home, row.id), 0)
            )
            for row in heads
        }  # fmt: skip
        refused = connection.execute(text("SELECT source, stream, item_hash, code FROM rejection"))
        marks = connection.execute(text("SELECT source, stream, value FROM watermark"))
        return Contents(
            records=records,
            rejections={(source, stream, bytes(item)): code for source, stream, item, code in refused},
            raw=frozenset(bytes(row[0]) for row in connection.execute(text("SELECT hash FROM raw"))),
            watermarks={(source, stream): value for source, stream, value in marks},
        )


def _main(arguments: list[str]) -> int:
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    settings: Settings = load(Path(options["--config"]))
    source = settings.source(options["--source"])
    point, _, times = options.get("--stop", "").partition(":")
    with Store.open(settings.store.url, settings.store.keys) as store:
        reports = run_source(
            store,
            Registry.load_one(source.adapter),
            source,
            http=settings.http,
            taxonomy=settings.taxonomy.folder,
            stop=kill_at(point, int(times or 1)) if point else no_stop,
        )
    return 1 if any(report.failed for report in reports) else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
