"""Entries into their tables: the rules of records, a batch at a time, without items and links."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Protocol

from hub.batch import Row
from hub.store.driver import Driver
from hub.store.entry_tables import Entry, EntryAbout, EntryVersion, seal_place
from hub.store.plan import Counts, plan_of
from hub.store.subjects import pack, unpack
from hub.store.vault import Keyring

ENTRY_HEAD = (
    *("name", "title", "owner", "region", "status", "stage", "at", "due", "done", "period", "fields"),
    *("amount_fen", "value", "numerator", "denominator", "notes"),
)
"""Columns of `Entry` that a row's ``head`` fills, in order."""

_LAID = ("version", "revision", "content", "deleted", *ENTRY_HEAD, "stored", "about")


class Writes(Protocol):
    """What of `hub.store.write.Transaction` is needed here."""

    driver: Driver
    keyring: Keyring
    home: str
    source: str
    stream: str
    now: str


def put_entries(writes: Writes, rows: Sequence[Row], *, run: int, raw: int, adapter: str, mapping: str) -> Counts:
    """Put entries by kind and key, as `Transaction.put` puts records. Answers what became of them."""
    counts = Counts()
    kind = attrgetter("kind")
    for _, alike in groupby(sorted(rows, key=kind), kind):
        counts += _put(writes, list(alike), run, raw, adapter, mapping)
    return counts


def _put(writes: Writes, rows: Sequence[Row], run: int, raw: int, adapter: str, mapping: str) -> Counts:
    """Rows of one kind."""
    counts = Counts(fetched=len(rows))
    driver, keyring, home, now = writes.driver, writes.keyring, writes.home, writes.now
    kind = rows[0].kind
    known = driver.existing_entries(writes.source, writes.stream, kind, [row.key for row in rows])
    plan = plan_of(rows, known, counts, keyring.digest)
    ids = driver.ids("entry", home, len(plan.new))
    writing = [(row, content, number, 1) for number, (row, content) in zip(ids, plan.new, strict=True)]
    writing += [(row, content, old.id, old.version + 1) for row, content, old in plan.changed]
    key_id = keyring.current
    sealed = keyring.seal_all(
        [row.body for row, *_ in writing],
        [seal_place(home, number, version, key_id) for _, _, number, version in writing],
    )
    heads: list[tuple[Any, ...]] = []
    updates: list[tuple[Any, ...]] = []
    versions: list[tuple[Any, ...]] = []
    ways: set[tuple[bytes, str, int]] = set()
    for (row, content, number, version), body in zip(writing, sealed, strict=True):
        about = pack(row.subjects, keyring.hash)
        if version == 1:
            place = (home, number, writes.source, writes.stream, kind, row.key)
            heads.append((*place, version, row.revision, content, int(row.deleted), *row.head, now, about))
        else:
            updates.append((version, row.revision, content, int(row.deleted), *row.head, now, about, home, number))
        versions.append(
            (home, number, version, raw, row.item_no, run, row.revision, mapping, adapter, now, key_id, body)
        )
        ways.update((mark.hash, home, number) for mark in unpack(about))
        if row.deleted:
            counts.deleted += 1
        else:
            counts.stored += 1
    driver.insert(Entry, heads)
    driver.lay("entry", _LAID, updates)
    driver.insert(EntryVersion, versions)
    _lead(driver, sorted(ways))
    return counts


def _lead(driver: Driver, ways: Sequence[tuple[bytes, str, int]]) -> None:
    """Sorted, so that neighbours in the tree are written together; one that is there already leads there still."""
    table = EntryAbout.__tablename__
    driver.many(f"INSERT INTO {table} (hash, home, entry) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", ways)  # noqa: S608
