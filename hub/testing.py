"""For test suites: run a source in this process with a given clock and stop points, and read what came of it.

Public and versioned like `hub.api`. The conformance suite and the crash tests stand on it:
``python -m hub.testing --config hub.toml --source NAME --stop rows_put:3`` runs one source and kills its own process at
the third passing of that point.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from hub import events
from hub.batch import Failure
from hub.clock import utc_now
from hub.contract import Adapter, pulled
from hub.engine.forking import workers
from hub.engine.in_place import POINTS as DELIVERY_POINTS
from hub.engine.in_place import Handed, handed, post_delivery, send_and_die, send_due
from hub.engine.local import log_run
from hub.engine.pushes import POINTS as PUSH_POINTS
from hub.engine.worker import mapper_for, read, shaper_for
from hub.ingest import POINTS, Limits, Line, RunReport, Stop, no_stop
from hub.mapping.mapper import Mapper
from hub.registry import Registry
from hub.service.loopback import PushDoor, PushRequest, open_door, pushed_page, read_pushes
from hub.settings import HttpSettings, Settings, SourceSettings, adapter_config, load
from hub.sources.envelope import reopen
from hub.sources.opening import OpenSource, open_source
from hub.sources.views import ASKS as TABLE_ASKS
from hub.store.database import Database
from hub.store.entries import open_entry
from hub.store.maintain import check
from hub.store.progress import StreamKey
from hub.store.show import open_version
from hub.store.store import Store
from hub.store.vault import Keyring

__all__ = [
    "DELIVERY_POINTS",
    "POINTS",
    "PUSH_POINTS",
    "TABLE_ASKS",
    "Contents",
    "Handed",
    "HttpSettings",
    "Mapper",
    "PushDoor",
    "PushRequest",
    "RecordRow",
    "RunReport",
    "SourceSettings",
    "Stop",
    "Store",
    "adapter_config",
    "caught_events",
    "contents",
    "entries",
    "faults_of",
    "handed",
    "kill_at",
    "load_adapter",
    "mapper_for",
    "new_store",
    "no_stop",
    "open_door",
    "open_wire",
    "post_delivery",
    "pulled",
    "pushed_page",
    "read_pushes",
    "records",
    "reopen",
    "run_and_die",
    "run_source",
    "send_and_die",
    "send_due",
]

DEFAULT_HTTP = HttpSettings()
Clock = Callable[[], datetime]


def load_adapter(name: str) -> type[Adapter[Any]]:
    """The installed adapter of that name. Raises PluginError."""
    return Registry.load_one(name)


def new_store(folder: Path) -> Store:
    """A fresh embedded store in ``folder``, migrated. To be closed by the caller.

    All stores of one process have one keyring, so that their `contents` can be compared; migrating is done once.
    """
    tables, keys = _blank()
    (folder / "store.db").write_bytes(tables)
    (folder / "keyring.json").write_bytes(keys)
    (folder / "keyring.json").chmod(0o600)
    return _opened(f"sqlite:///{folder}/store.db", folder / "keyring.json")


@cache
def _blank() -> tuple[bytes, bytes]:
    """The files of an empty store: database and keyring."""
    with TemporaryDirectory(prefix="yiwang-") as folder:
        database, keyring = Path(folder, "store.db"), Path(folder, "keyring.json")
        Keyring.create(keyring)
        Store.open(f"sqlite:///{database}", keyring).close()
        return database.read_bytes(), keyring.read_bytes()


def _opened(url: str, keys: Path) -> Store:
    """A store known to be of this version, without asking Alembic again."""
    return Store(Database(url), Keyring.load(keys))


@contextmanager
def open_wire(
    kind: type[Adapter[Any]],
    source: SourceSettings,
    *,
    http: HttpSettings = DEFAULT_HTTP,
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Adapter[Any], OpenSource]]:
    """An adapter of one instance and its source, as a worker has them; ``start_read`` begins each read."""
    adapter = kind(adapter_config(source, kind.Config))
    with open_source(adapter, source, http, clock=clock, sleep=sleep, should_stop=should_stop) as wire:
        yield adapter, wire


def run_source(
    store: Store,
    kind: type[Adapter[Any]],
    source: SourceSettings,
    *,
    http: HttpSettings = DEFAULT_HTTP,
    taxonomy: Path | None = None,
    clock: Clock = utc_now,
    stop: Stop = no_stop,
    mapper: Mapper | None = None,
    sleep: Callable[[float], None] = time.sleep,
    should_stop: Callable[[], bool] = lambda: False,
    streams: Collection[str] | None = None,
) -> list[RunReport]:
    """Run every stream of one source once, here and now: the same line as the daemon's, without worker processes.

    ``streams`` are the names of those to run, in place of all.

    Errors of the source end the stream's run with their outcome, as in production; other exceptions rise. Runs are
    logged like the daemon's. ``mapper`` is the adapter's (`mapper_for`), made anew unless given. ``sleep`` does the
    waiting between attempts; ``should_stop`` is asked during it.
    """
    reports = []
    with open_wire(kind, source, http=http, clock=clock, sleep=sleep, should_stop=should_stop) as (adapter, wire):
        mapper = mapper or mapper_for(adapter, taxonomy)
        for stream in (each for each in pulled(adapter) if streams is None or each.name in streams):
            line = Line(
                store,
                StreamKey(source.home, source.name, stream.name),
                adapter.manifest,
                mapping=mapper.version,
                clock=clock,
                overlap_s=source.overlap_s,
                limits=Limits(source.reject_share, source.reject_least, source.allow_empty),
                stop=stop,
            )
            since = line.begin()
            events.log(events.RUN_STARTED, source=source.name, stream=stream.name, run_id=line.run)
            failure: Failure | None = None
            try:
                for batch in read(
                    adapter, wire, shaper_for(adapter, mapper, source=source.name, stream=stream.name), since
                ):
                    line.commit(batch)
                    for refusal in batch.refusals:
                        told = {"code": refusal.code, "field": refusal.field}
                        ref = f"run {line.run} item {refusal.item_no}"
                        events.log(events.RECORD_REJECTED, source=source.name, record_ref=ref, **told)
            except Exception as error:  # noqa: BLE001 - told as the run's outcome, as the worker does
                failure = Failure.of(error)
            report = line.close(failure)
            log_run(report)
            reports.append(report)
    return reports


@contextmanager
def caught_events() -> Iterator[list[Mapping[str, Any]]]:
    """Catch the events logged in the block, as they would have been written, instead of writing them."""
    import structlog  # noqa: PLC0415 - as in `hub.events`: imported with the first event

    caught: list[Mapping[str, Any]] = []

    def keep(logger: Any, method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        caught.append(dict(line))
        raise structlog.DropEvent

    events.configure()
    before = structlog.get_config()
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(
        processors=[structlog.processors.add_log_level, stamp, events.keep_allowed, keep],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    try:
        yield caught
    finally:
        structlog.configure(**before)


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


def run_and_die(
    store: Store,
    kind: type[Adapter[Any]],
    source: SourceSettings,
    point: str,
    times: int = 1,
    *,
    http: HttpSettings = DEFAULT_HTTP,
    now: datetime | None = None,
    streams: Collection[str] | None = None,
) -> bool:
    """Run a source into an open store's files in a child process that dies at the ``times``-th passing of ``point``.

    ``kind`` is a class a fresh process can import. ``now`` is the child's clock, standing still. Answers whether it
    died there; False means that it ended without ever coming so far.
    """
    url = store.database.engine.url.render_as_string(hide_password=False)
    child = workers("hub.testing").Process(
        target=_die, args=(kind, source, url, store.keyring.path, point, times, http, now, streams)
    )
    child.start()
    child.join()
    return child.exitcode == -signal.SIGKILL


def _die(
    kind: type[Adapter[Any]],
    source: SourceSettings,
    url: str,
    keys: Path,
    point: str,
    times: int,
    http: HttpSettings,
    now: datetime | None,
    streams: Collection[str] | None,
) -> None:
    with _opened(url, keys) as store, caught_events():
        stop = kill_at(point, times)
        run_source(store, kind, source, http=http, clock=(lambda: now) if now else utc_now, stop=stop, streams=streams)


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record or entry as the store holds it, opened: ``body`` is its current version, personal data in clear.

    ``versions`` counts them; ``notes`` are ``code@field``. ``kind`` is empty for a record, else the entry's, which has
    no item.
    """

    source: str
    stream: str
    key: str
    revision: int | None
    item: str | None
    method: str
    stage: str | None
    deleted: bool
    versions: int
    notes: tuple[str, ...]
    body: Mapping[str, Any] = field(repr=False)
    kind: str = ""


_RECORDS = """
SELECT r.home, r.id, r.source, r.stream, r.key, r.revision, r.item, r.method, r.stage, r.deleted, r.notes,
       v.version, v.key_id, v.body,
       (SELECT count(*) FROM version n WHERE n.home = r.home AND n.record = r.id) AS versions
FROM record r JOIN version v ON v.home = r.home AND v.record = r.id AND v.version = r.version
ORDER BY r.source, r.stream, r.key
"""


def records(store: Store) -> list[RecordRow]:
    """Every record of a small store, by source, stream and key."""
    with store.database.reading() as connection:
        return [
            RecordRow(
                source=row.source,
                stream=row.stream,
                key=row.key,
                revision=row.revision,
                item=row.item,
                method=row.method,
                stage=row.stage,
                deleted=bool(row.deleted),
                versions=row.versions,
                notes=tuple(row.notes.split()),
                body=open_version(store.keyring, (row.home, row.id, row.version), row.key_id, bytes(row.body)),
            )
            for row in connection.execute(text(_RECORDS))
        ]


_ENTRIES = """
SELECT e.home, e.id, e.source, e.stream, e.kind, e.key, e.revision, e.stage, e.deleted, e.notes,
       v.version, v.key_id, v.body,
       (SELECT count(*) FROM entry_version n WHERE n.home = e.home AND n.entry = e.id) AS versions
FROM entry e JOIN entry_version v ON v.home = e.home AND v.entry = e.id AND v.version = e.version
ORDER BY e.source, e.stream, e.kind, e.key
"""


def entries(store: Store) -> list[RecordRow]:
    """Every entry of a small store, by source, stream, kind and key."""
    with store.database.reading() as connection:
        return [
            RecordRow(
                source=row.source,
                stream=row.stream,
                key=row.key,
                revision=row.revision,
                item=None,
                method="",
                stage=row.stage,
                deleted=bool(row.deleted),
                versions=row.versions,
                notes=tuple(row.notes.split()),
                body=open_entry(store.keyring, (row.home, row.id, row.version), row.key_id, bytes(row.body)),
                kind=row.kind,
            )
            for row in connection.execute(text(_ENTRIES))
        ]


def faults_of(store: Store) -> list[str]:
    """What is wrong with a store by its own check (counts, chains, seals); empty when nothing is."""
    return [str(fault) for fault in check(store.database, store.keyring)]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds, told so that two stores made with one keyring can be compared whatever their row numbers.

    ``records``: (source, stream, key) to (revision, content hash, deleted, item, versions). ``rejections``: (source,
    stream, item hash) to code. ``raw``: hashes of kept pages. ``watermarks``: (source, stream) to value. ``entries``:
    (source, stream, kind, key) to (revision, content hash, deleted, versions).
    """

    records: dict[tuple[str, str, str], tuple[Any, ...]]
    rejections: dict[tuple[str, str, bytes], str]
    raw: frozenset[bytes]
    watermarks: dict[tuple[str, str], str]
    entries: dict[tuple[str, str, str, str], tuple[Any, ...]] = field(default_factory=dict)


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
        told = connection.execute(
            text("SELECT source, stream, kind, key, revision, content, deleted, version FROM entry")
        )
        refused = connection.execute(text("SELECT source, stream, item_hash, code FROM rejection"))
        marks = connection.execute(text("SELECT source, stream, value FROM watermark"))
        return Contents(
            records=records,
            rejections={(source, stream, bytes(item)): code for source, stream, item, code in refused},
            raw=frozenset(bytes(row[0]) for row in connection.execute(text("SELECT hash FROM raw"))),
            watermarks={(source, stream): value for source, stream, value in marks},
            entries={
                (row.source, row.stream, row.kind, row.key): (
                    row.revision,
                    bytes(row.content),
                    row.deleted,
                    row.version,
                )
                for row in told
            },
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
