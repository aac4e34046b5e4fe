"""Mapping history again without asking the source: remap what is stored, replay what was rejected.

Both read kept pages, let the adapter shape the chosen items in a worker process (which is given bytes, never keys), and
put the result through the same writes as a pull. Nothing leaves the hub (law L7).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import text

from hub.batch import COMPLETE, EMPTY, Failure, Refusal, Row
from hub.clock import utc_now, utc_text
from hub.contract import Manifest
from hub.engine.forking import workers
from hub.engine.worker import Job, mapper_for, shaper_for
from hub.errors import AdapterBug, HubError
from hub.registry import Registry
from hub.settings import Settings, SourceSettings, adapter_config
from hub.sources.envelope import reopen
from hub.store import progress
from hub.store.progress import StreamKey
from hub.store.show import raw_bytes
from hub.store.store import Store
from hub.store.write import Counts, Transaction

Told = Callable[[int], None]
"""Told how many items have been gone through since the last call."""


@dataclass(slots=True)
class Remapped:
    """What a remap or a replay came to. ``moves`` counts (old item, new item) of records whose item changes.

    With ``dry`` nothing was written and ``counts`` are what would have been.
    """

    dry: bool
    counts: Counts = field(default_factory=Counts)
    moves: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    gone: int = 0  # items whose page is not kept any more


@dataclass(frozen=True, slots=True)
class _Spot:
    """Items of one kept page to be mapped again."""

    raw: int
    stream: str
    window: str
    fetched: str
    numbers: tuple[int, ...]


def remap(
    settings: Settings,
    store: Store,
    registry: Registry,
    name: str,
    *,
    dry: bool = False,
    told: Told = lambda items: None,
) -> Remapped:
    """Map every record and entry of a source again from the bytes its current version was made of."""
    spots = """SELECT raw.id AS id, raw.stream, raw.window, raw.fetched, version.item_no AS item_no
        FROM record JOIN version ON version.home = record.home AND version.record = record.id
             AND version.version = record.version
        JOIN raw ON raw.home = version.home AND raw.id = version.raw
        WHERE record.home = :home AND record.source = :source
        UNION ALL SELECT raw.id, raw.stream, raw.window, raw.fetched, entry_version.item_no
        FROM entry JOIN entry_version ON entry_version.home = entry.home AND entry_version.entry = entry.id
             AND entry_version.version = entry.version
        JOIN raw ON raw.home = entry_version.home AND raw.id = entry_version.raw
        WHERE entry.home = :home AND entry.source = :source ORDER BY id, item_no"""
    return _again(settings, store, registry, name, spots, why="remap", dry=dry, told=told)


def replay(
    settings: Settings, store: Store, registry: Registry, name: str, *, told: Told = lambda items: None
) -> Remapped:
    """Try every open rejection of a source again; those that pass become records and are marked replayed."""
    spots = """SELECT raw.id, raw.stream, raw.window, raw.fetched, rejection.item_no
        FROM rejection JOIN raw ON raw.home = rejection.home AND raw.id = rejection.raw
        WHERE rejection.home = :home AND rejection.source = :source AND rejection.state = 'open'
        ORDER BY raw.id, rejection.item_no"""
    return _again(settings, store, registry, name, spots, why="replay", dry=False, told=told)


def _again(
    settings: Settings,
    store: Store,
    registry: Registry,
    name: str,
    statement: str,
    *,
    why: str,
    dry: bool,
    told: Told,
) -> Remapped:
    source = settings.source(name)
    kind = registry.get(source.adapter)
    adapter = kind(adapter_config(source, kind.Config))
    manifest, mapping = adapter.manifest, mapper_for(adapter, settings.taxonomy.folder).version
    done = Remapped(dry)
    with _reshaper(settings, source) as ask:
        for stream in manifest.streams:
            key = StreamKey(source.home, name, stream.name)
            run = 0 if dry else _open_run(store, key, manifest, why)
            pages, started, total, failure = 0, utc_now(), Counts(), None
            try:
                for spot in _spots(store, source, statement, stream.name):
                    content = raw_bytes(store.database, store.keyring, source.home, spot.raw)
                    rows, refusals = ask(spot, content)
                    pages += 1
                    counts = _put(store, key, manifest, mapping, run, spot, rows, refusals, why, done)
                    total += counts
                    told(len(spot.numbers))
                    if not dry:
                        with store.database.transaction() as connection:
                            progress.count_run(connection, key, run, total, pages=pages)
            except HubError as error:
                failure = Failure.of(error)
                raise
            finally:
                if not dry:
                    _close_run(store, key, run, total, started, failure)
                done.counts += total
    return done


def _put(
    store: Store,
    key: StreamKey,
    manifest: Manifest,
    mapping: str,
    run: int,
    spot: _Spot,
    rows: Sequence[Row],
    refusals: Sequence[Refusal],
    why: str,
    done: Remapped,
) -> Counts:
    """Put one page's items; with a dry run the transaction is rolled back after counting."""
    with store.database.transaction(keep=not done.dry) as connection:
        now = utc_text(utc_now())
        writes = Transaction(connection, store.keyring, home=key.home, source=key.source, stream=key.stream, now=now)
        for move in _moves(connection, key, rows):
            done.moves[move] += 1
        counts = writes.put(rows, run=run, raw=spot.raw, adapter=f"{manifest.name} {manifest.version}", mapping=mapping)
        counts += writes.refuse(refusals, run=run, raw=spot.raw)
        if why == "replay":
            _mark_replayed(connection, key, spot.raw, [row.item_no for row in rows], now)
        entry = {"source": key.source, "stream": key.stream, "run": run, "raw": spot.raw, "why": why}
        writes.audit(store.writer, "page.committed", entry | counts.as_dict())
    return counts


def _moves(connection: Any, key: StreamKey, rows: Sequence[Row]) -> Iterator[tuple[str | None, str | None]]:
    statement = text(  # an item a person chose stays, whatever the mapping says (law L9)
        "SELECT item FROM record WHERE source = :source AND stream = :stream AND key = :key AND method <> 'person'"
    )
    for row in rows:
        if row.kind:  # an entry has no item
            continue
        found = connection.execute(statement, {"source": key.source, "stream": key.stream, "key": row.key}).first()
        if found is not None and found[0] != row.head[1]:
            yield found[0], row.head[1]


def _mark_replayed(connection: Any, key: StreamKey, raw: int, numbers: list[int], now: str) -> None:
    for number in numbers:
        connection.execute(
            text(
                "UPDATE rejection SET state = 'replayed', last = :now WHERE home = :home AND source = :source "
                "AND raw = :raw AND item_no = :number"
            ),
            {"now": now, "home": key.home, "source": key.source, "raw": raw, "number": number},
        )


def _spots(store: Store, source: SourceSettings, statement: str, stream: str) -> list[_Spot]:
    with store.database.reading() as connection:
        found: dict[int, tuple[Any, list[int]]] = {}
        for row in connection.execute(text(statement), {"home": source.home, "source": source.name}):
            if row.stream == stream:
                found.setdefault(row.id, (row, []))[1].append(row.item_no)
    return [
        _Spot(raw, head.stream, head.window, head.fetched, tuple(numbers)) for raw, (head, numbers) in found.items()
    ]


def _open_run(store: Store, key: StreamKey, manifest: Manifest, why: str) -> int:
    with store.database.transaction() as connection:
        adapter, now = f"{manifest.name} {manifest.version}", utc_text(utc_now())
        return progress.begin_run(connection, key, adapter=adapter, why=why, since=None, now=now)


def _close_run(
    store: Store, key: StreamKey, run: int, counts: Counts, started: datetime, failure: Failure | None
) -> None:
    now = utc_now()
    outcome = failure.outcome if failure else COMPLETE if counts.fetched else EMPTY
    with store.database.transaction() as connection:
        progress.close_run(
            connection,
            key,
            run,
            outcome=outcome,
            degraded=False,
            error=failure.said if failure else None,
            announced=None,
            finished=utc_text(now),
            duration=now - started,
        )


@contextmanager
def _reshaper(settings: Settings, source: SourceSettings) -> Iterator[Callable[[_Spot, bytes], Any]]:
    """A worker process that shapes items of kept pages; called with a spot and its bytes."""
    context = workers()
    ours, theirs = context.Pipe()
    run = settings.run
    job = Job(source, settings.http, settings.taxonomy.folder, run.prefetch, run.memory_mb)
    process = context.Process(target=_reshape, args=(theirs, job), daemon=True, name=f"yiwang-{source.name}")
    process.start()
    theirs.close()

    def ask(spot: _Spot, content: bytes) -> Any:
        try:
            ours.send((spot, content))
            said, answer = ours.recv()
        except (EOFError, BrokenPipeError) as error:
            process.join(1)
            raise AdapterBug(f"the worker ended by itself (exit code {process.exitcode})", where=source.name) from error
        if said == "failed":
            raise AdapterBug(answer, where=source.name)
        return answer

    try:
        yield ask
    finally:
        ours.close()
        process.join(2)
        if process.is_alive():
            process.kill()
            process.join()


def _reshape(pipe: Connection, job: Job) -> None:
    """Body of the worker: answers (rows, refusals) for each (spot, bytes) until the pipe closes."""
    kind = Registry.load_one(job.source.adapter)
    adapter = kind(adapter_config(job.source, kind.Config))
    mapper = mapper_for(adapter, job.taxonomy)
    shapers = {
        stream.name: shaper_for(adapter, mapper, source=job.source.name, stream=stream.name)
        for stream in adapter.manifest.streams
    }
    while True:
        try:
            spot, content = pipe.recv()
        except EOFError:
            return
        try:
            fetched = progress.mark_time(spot.fetched)
            items = adapter.items(reopen(content, adapter.manifest, spot.stream, fetched, spot.window))
            rows: list[Row] = []
            refusals: list[Refusal] = []
            for number in spot.numbers:
                some, others = shapers[spot.stream].rows([items[number]], fetched, number)
                rows += some
                refusals += others
            pipe.send(("done", (rows, refusals)))
        except Exception as error:  # noqa: BLE001 - adapter code: told to the parent, which names the source
            pipe.send(("failed", Failure.of(error).said))
