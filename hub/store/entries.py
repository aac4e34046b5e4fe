"""What is read of entries: lists and one whole, typed. Lists hold no personal data (law L8).

All but `show` take an open connection (`Database.reading`). Lists go on by keyset as in `hub.store.read`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson
from sqlalchemy import Connection, Select, func, select, tuple_

from hub.errors import StoreError
from hub.store.database import Database
from hub.store.entry_tables import Entry, EntryAbout, EntryVersion, seal_place
from hub.store.masking import masked
from hub.store.subjects import unpack
from hub.store.tables import Run, core
from hub.store.vault import Keyring
from schemas.alias import normal
from schemas.entry import ENTRIES
from schemas.identity import KeyedHash

ENTRY, VERSION, ABOUT, RUN = core(Entry), core(EntryVersion), core(EntryAbout), core(Run)

_AT_ONCE = 400
"""Hashes asked for in one statement."""


@dataclass(frozen=True, slots=True)
class EntryHead:
    """An entry as it is now, in the columns anyone may see (`hub.store.entry_tables.Entry`)."""

    home: str
    id: int
    source: str
    stream: str
    kind: str
    key: str
    version: int
    revision: int | None
    deleted: int
    name: str | None
    title: str
    owner: str | None
    region: str | None
    status: str | None
    stage: str | None
    at: str | None
    due: str | None
    done: str | None
    period: str | None
    fields: str | None
    amount_fen: int | None
    value: float | None
    numerator: float | None
    denominator: float | None
    notes: str
    stored: str


@dataclass(frozen=True, slots=True)
class EntryVersionRow:
    """One version of an entry: from item ``item_no`` of page ``raw``, by that adapter and mapping."""

    version: int
    raw: int
    item_no: int
    run: int
    revision: int | None
    mapping: str
    adapter: str
    stored: str
    key_id: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry, all its versions (oldest first) and the content of version ``shown``, as `schemas.entry` says.

    ``clear`` says whether personal data stands in ``body``; the ``repr`` never shows it.
    """

    head: EntryHead
    versions: tuple[EntryVersionRow, ...]
    shown: int
    clear: bool
    body: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"EntryView({self.head.home}-{self.head.id}, version {self.shown} of {self.head.version})"


def entries(
    connection: Connection,
    *,
    kind: str | None = None,
    source: str | None = None,
    name: str | None = None,
    region: str = "",
    field: str = "",
    status: str | None = None,
    period: tuple[str, str] | None = None,
    open_only: bool = False,
    deleted: bool = False,
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> list[EntryHead]:
    """Entries in key order, live ones unless ``deleted``.

    ``name`` is what they are one of; ``region`` a prefix; ``field`` a part of what bodies and
    mediators do; ``period`` is from and to, both inclusive (of rows by the day they begin); ``open_only`` asks for
    those with an answer due and none yet.
    """
    wanted = [ENTRY.c.deleted == int(deleted)]
    asked = (("kind", kind), ("source", source), ("name", name), ("status", status))
    wanted += [ENTRY.c[column] == value for column, value in asked if value is not None]
    if region:
        wanted.append(ENTRY.c.region.startswith(region, autoescape=True))
    if field:
        wanted.append(ENTRY.c.fields.contains(field, autoescape=True))
    if period is not None:
        wanted.append(ENTRY.c.period.between(*period))
    if open_only:
        wanted += [ENTRY.c.due.is_not(None), ENTRY.c.done.is_(None)]
    if after is not None:
        wanted.append(tuple_(ENTRY.c.home, ENTRY.c.id) > after)
    return _heads(connection, _HEADS.where(*wanted).order_by(ENTRY.c.home, ENTRY.c.id).limit(limit))


def entry_by_id(connection: Connection, id: int, *, home: str | None = None) -> list[EntryHead]:
    """The entries of that number, deleted ones too: one per home unless ``home`` is given."""
    statement = _HEADS.where(ENTRY.c.id == id)
    if home is not None:
        statement = statement.where(ENTRY.c.home == home)
    return _heads(connection, statement.order_by(ENTRY.c.home))


def entry_by_key(connection: Connection, key: str, *, source: str, kind: str | None = None) -> list[EntryHead]:
    """The entries a source knows under ``key``, of that kind or of any, deleted ones too."""
    streams = select(RUN.c.stream).where(RUN.c.source == source).distinct()  # few: with them the index serves
    kinds = (kind,) if kind is not None else tuple(ENTRIES)
    statement = _HEADS.where(
        ENTRY.c.source == source, ENTRY.c.stream.in_(streams), ENTRY.c.kind.in_(kinds), ENTRY.c.key == key
    )
    return _heads(connection, statement.order_by(ENTRY.c.home, ENTRY.c.id))


def about(connection: Connection, hashes: Iterable[bytes], *, kinds: Collection[str] = ()) -> list[EntryHead]:
    """Live entries that concern any of these keyed hashes now, oldest first: by ``at``, then by number.

    Hashes are those of numbers, persons and firms (`hashes_of`, `hub.store.subjects.unpack`); ``kinds`` narrows.
    """
    wanted = sorted(set(hashes))
    found: dict[tuple[str, int], EntryHead] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        ways = select(ABOUT.c.home, ABOUT.c.entry).where(ABOUT.c.hash.in_(part)).distinct().subquery()
        statement = (
            select(*_HEADS.selected_columns, ENTRY.c.about)
            .join(ways, (ENTRY.c.home == ways.c.home) & (ENTRY.c.id == ways.c.entry))
            .where(ENTRY.c.deleted == 0)
        )
        if kinds:
            statement = statement.where(ENTRY.c.kind.in_(sorted(kinds)))
        asked = frozenset(part)
        for *head, packed in connection.execute(statement):
            if any(mark.hash in asked for mark in unpack(packed)):  # a way may be left of an earlier version
                row = EntryHead(*head)
                found[row.home, row.id] = row
    return sorted(found.values(), key=lambda row: (row.at or "", row.home, row.id))


def numbers(connection: Connection, found: Iterable[EntryHead]) -> dict[tuple[str, int], frozenset[bytes]]:
    """The keyed hashes of the numbers these entries name, by (home, id) of each."""
    wanted, told = sorted((each.home, each.id) for each in found), {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = tuple_(ENTRY.c.home, ENTRY.c.id).in_(wanted[start : start + _AT_ONCE])
        for home, number, packed in connection.execute(select(ENTRY.c.home, ENTRY.c.id, ENTRY.c.about).where(part)):
            told[home, number] = frozenset(mark.hash for mark in unpack(packed) if mark.kind == "ref")
    return told


def alike(connection: Connection, *, name: str, kind: str = "row", status: str | None = None) -> list[list[EntryHead]]:
    """Live entries of one name that concern the very same matters and people and bear the same amount, in groups.

    Of payments: those that may have been made twice. ``status`` narrows to those of one result. Reads all of that name.
    """
    wanted = [
        ENTRY.c.kind == kind,
        ENTRY.c.name == name,
        ENTRY.c.deleted == 0,
        ENTRY.c.about.is_not(None),
        ENTRY.c.amount_fen.is_not(None),
    ]
    if status is not None:
        wanted.append(ENTRY.c.status == status)
    same = (ENTRY.c.about, ENTRY.c.amount_fen)
    twice = select(*same).where(*wanted).group_by(*same).having(func.count() > 1).subquery()
    statement = (
        select(*_HEADS.selected_columns, ENTRY.c.about)
        .join(twice, (ENTRY.c.about == twice.c.about) & (ENTRY.c.amount_fen == twice.c.amount_fen))
        .where(*wanted)
        .order_by(ENTRY.c.home, ENTRY.c.id)
    )
    groups: dict[tuple[bytes, int], list[EntryHead]] = {}
    for *head, packed in connection.execute(statement):
        row = EntryHead(*head)
        groups.setdefault((bytes(packed), row.amount_fen or 0), []).append(row)
    return list(groups.values())


def hashes_of(keyed: KeyedHash, numbers: Iterable[str]) -> list[bytes]:
    """The hashes of numbers of matters, however they are written, for `about`. ``keyed`` is the keyring's ``hash``."""
    return [keyed("ref", normal(number)) for number in numbers]


def states(connection: Connection, wanted: Collection[str]) -> dict[tuple[str, str], int]:
    """Live rows of datasets by (dataset, status), those of these statuses: how lists stand."""
    by = (ENTRY.c.name, ENTRY.c.status)
    of = (ENTRY.c.kind == "row", ENTRY.c.deleted == 0, ENTRY.c.name.is_not(None), ENTRY.c.status.in_(sorted(wanted)))
    rows = connection.execute(select(*by, func.count()).where(*of).group_by(*by).order_by(*by))
    return {(name, status): count for name, status, count in rows}


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """Live entries by (source, kind)."""
    by = (ENTRY.c.source, ENTRY.c.kind)
    statement = select(*by, func.count()).where(ENTRY.c.deleted == 0).group_by(*by).order_by(*by)
    return {(source, kind): count for source, kind, count in connection.execute(statement)}


def show(
    database: Database, keyring: Keyring, home: str, id: int, *, version: int | None = None, clear: bool = False
) -> EntryView:
    """One entry, by default its current version. A ``clear`` read is the caller's to audit before it is shown.

    Raises StoreError when there is no such entry or version, or when it does not open with the keyring.
    """
    of_entry = (VERSION.c.home == home, VERSION.c.entry == id)
    columns = [VERSION.c[each.name] for each in fields(EntryVersionRow)]
    with database.reading() as connection:
        heads = entry_by_id(connection, id, home=home)
        shown = version or (heads[0].version if heads else 0)
        rows = connection.execute(select(*columns).where(*of_entry).order_by(VERSION.c.version))
        versions = tuple(EntryVersionRow(*row) for row in rows)
        sealed = connection.execute(
            select(VERSION.c.key_id, VERSION.c.body).where(*of_entry, VERSION.c.version == shown)
        ).first()
    if not heads or sealed is None:
        raise StoreError(f"no entry {home}-{id}" + (f" version {version}" if version else ""), where="store")
    body = open_entry(keyring, (home, id, shown), sealed.key_id, bytes(sealed.body))
    return EntryView(heads[0], versions, shown, clear, body if clear else masked(body))


def contents(
    connection: Connection, keyring: Keyring, heads: Sequence[EntryHead]
) -> Iterator[tuple[EntryHead, Mapping[str, Any]]]:
    """Entries with their current content in clear, for what the hub itself works with. Raises StoreError for one that
    does not open."""
    columns = (VERSION.c[name] for name in ("home", "entry", "version", "key_id", "body"))
    statement = select(*columns)
    for start in range(0, len(heads), _AT_ONCE):
        part = {(head.home, head.id, head.version): head for head in heads[start : start + _AT_ONCE]}
        spots = tuple_(VERSION.c.home, VERSION.c.entry, VERSION.c.version).in_(part)
        found = {tuple(row[:3]): row for row in connection.execute(statement.where(spots))}
        for spot, head in part.items():
            yield head, open_entry(keyring, spot, found[spot].key_id, bytes(found[spot].body))


def open_entry(keyring: Keyring, spot: tuple[str, int, int], key_id: str, sealed: bytes) -> dict[str, Any]:
    """The content of the version at (home, entry, version): the fields that say something.

    Raises StoreError unless it was sealed for that place.
    """
    told: dict[str, Any] = orjson.loads(keyring.open(key_id, sealed, seal_place(*spot, key_id)))
    return told


_HEADS: Select[Any] = select(*(ENTRY.c[each.name] for each in fields(EntryHead)))


def _heads(connection: Connection, statement: Select[Any]) -> list[EntryHead]:
    return [EntryHead(*row) for row in connection.execute(statement)]
