"""Is the store whole? What `hub db check` asks, and the answers that need someone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard
from sqlalchemy import Connection, inspect, text

from hub.errors import StoreError
from hub.store import audit, migrate
from hub.store.corrections import corrections, overlay
from hub.store.database import Database
from hub.store.entries import open_entry
from hub.store.show import open_raw, open_version
from hub.store.subjects import ENTRY
from hub.store.vault import Keyring

SAMPLE = 20
"""So many of the oldest and of the newest bodies are opened, for each key."""

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be: how often, where (a few places, ``home-number``), and what to do."""

    code: str
    what: str
    count: int
    examples: tuple[str, ...] = ()
    hint: str = ""

    def __str__(self) -> str:
        where = (
            f" ({', '.join(self.examples)}{', …' if self.count > len(self.examples) else ''})" if self.examples else ""
        )
        return " - ".join(part for part in (f"{self.code}: {self.what}: {self.count}{where}", self.hint) if part)


_RESTORE = "restore a backup, or remap from the raw pages"
_BUG = "this should not be possible: please report it"

_RULES: tuple[tuple[str, str, str, str], ...] = (
    (
        "record.no_version",
        "records without their current version",
        """SELECT r.home, r.id FROM record r LEFT JOIN version v
           ON v.home = r.home AND v.record = r.id AND v.version = r.version WHERE v.home IS NULL""",
        _RESTORE,
    ),
    (
        "version.no_record",
        "versions of no record, or later than its current one",
        """SELECT v.home, v.record FROM version v LEFT JOIN record r
           ON r.home = v.home AND r.id = v.record AND r.version >= v.version WHERE r.home IS NULL""",
        _RESTORE,
    ),
    (
        "version.no_raw",
        "versions whose raw page, or their place in it, is not there",
        """SELECT v.home, v.record FROM version v LEFT JOIN raw w
           ON w.home = v.home AND w.id = v.raw AND v.item_no < w.items WHERE w.home IS NULL""",
        _RESTORE,
    ),
    (
        "rejection.no_raw",
        "rejections whose raw page, or their place in it, is not there",
        """SELECT j.home, j.id FROM rejection j LEFT JOIN raw w
           ON w.home = j.home AND w.id = j.raw AND j.item_no < w.items WHERE w.home IS NULL""",
        "they cannot be replayed",
    ),
    (
        "record.subjects",
        "records whose hashes to be found by are cut",
        f"SELECT home, id FROM record WHERE length(subjects) % {ENTRY} != 0",  # noqa: S608 - a number of ours
        _BUG,
    ),
    (
        "link.orphan",
        "marks to be linked of no version",
        """SELECT k.home, k.record FROM link k LEFT JOIN version v
           ON v.home = k.home AND v.record = k.record AND v.version = k.version WHERE v.home IS NULL""",
        _BUG,
    ),
    (
        "inbox.no_raw",
        "pushes whose page is not there",
        """SELECT i.home, i.id FROM inbox i LEFT JOIN raw w ON w.home = i.home AND w.id = i.raw WHERE w.home IS NULL""",
        _RESTORE,
    ),
    (
        "entry.no_version",
        "entries without their current version",
        """SELECT e.home, e.id FROM entry e LEFT JOIN entry_version v
           ON v.home = e.home AND v.entry = e.id AND v.version = e.version WHERE v.home IS NULL""",
        _RESTORE,
    ),
    (
        "entry_version.no_entry",
        "versions of no entry, or later than its current one",
        """SELECT v.home, v.entry FROM entry_version v LEFT JOIN entry e
           ON e.home = v.home AND e.id = v.entry AND e.version >= v.version WHERE e.home IS NULL""",
        _RESTORE,
    ),
    (
        "entry_version.no_raw",
        "versions of entries whose raw page, or their place in it, is not there",
        """SELECT v.home, v.entry FROM entry_version v LEFT JOIN raw w
           ON w.home = v.home AND w.id = v.raw AND v.item_no < w.items WHERE w.home IS NULL""",
        _RESTORE,
    ),
    (
        "entry.about",
        "entries whose hashes to be found by are cut",
        f"SELECT home, id FROM entry WHERE length(about) % {ENTRY} != 0",  # noqa: S608 - a number of ours
        _BUG,
    ),
    (
        "entry_about.orphan",
        "ways to no entry",
        """SELECT a.home, a.entry FROM entry_about a LEFT JOIN entry e
           ON e.home = a.home AND e.id = a.entry WHERE e.home IS NULL""",
        _BUG,
    ),
    (
        "correction.no_record",
        "corrections of no record",
        """SELECT c.home, c.id FROM correction c LEFT JOIN record r
           ON r.home = c.home AND r.id = c.record WHERE r.home IS NULL""",
        _BUG,
    ),
    (
        "correction.twice",
        "fields with more than one correction that stands",
        """SELECT home, record FROM correction WHERE state = 'standing'
           GROUP BY home, record, field HAVING count(*) > 1""",
        _BUG,
    ),
    (
        "case_record.orphan",
        "places in cases that are not there, or of no record",
        """SELECT c.home, c.record FROM case_record c LEFT JOIN case_file f ON f.code = c.code
           LEFT JOIN record r ON r.home = c.home AND r.id = c.record WHERE f.code IS NULL OR r.home IS NULL""",
        _BUG,
    ),
    (
        "case_file.merged",
        "cases led by one that is not there, or is led itself",
        """SELECT f.home, f.code FROM case_file f LEFT JOIN case_file l ON l.code = f.merged_into
           WHERE f.merged_into IS NOT NULL AND (l.code IS NULL OR l.merged_into IS NOT NULL)""",
        _BUG,
    ),
    (
        "task.no_case",
        "tasks of no case",
        "SELECT t.home, t.id FROM task t LEFT JOIN case_file f ON f.code = t.code WHERE f.code IS NULL",
        _BUG,
    ),
    (
        "run.sums",
        "runs whose counts do not add up (law L2)",
        "SELECT home, id FROM run WHERE fetched <> stored + unchanged + superseded + deleted + rejected",
        _BUG,
    ),
)


def check(database: Database, keyring: Keyring) -> list[Finding]:
    """All that is wrong with a store; nothing when it is whole. Reads most of it, changes nothing.

    The engine's own check, the version of the tables, the keyring, the audit chains, what must belong together, the
    sums of runs (law L2), and a sample of what the vault sealed. Raises StoreError when the database cannot be read.
    """
    if not migrate.is_current(database):
        what = f"tables of another version ({migrate.current(database) or 'none'}, here {migrate.head()})"
        return [Finding("store.version", what, 1, hint="`hub db upgrade`")]
    with database.reading() as connection:
        return [
            *(_sqlite(connection) if database.dialect == "sqlite" else _postgresql(connection)),
            *_audit(connection),
            *_belonging(connection),
            *_keys(connection, keyring),
            *_versions(connection, keyring),
            *_entry_versions(connection, keyring),
            *_corrections(connection, keyring),
            *_raw(connection, keyring),
        ]


def _sqlite(connection: Connection) -> Iterator[Finding]:
    said = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
    if said != ["ok"]:
        yield Finding(
            "engine.damaged", "SQLite's integrity check", len(said), tuple(said[:EXAMPLES]), "restore a backup"
        )


def _postgresql(connection: Connection) -> Iterator[Finding]:
    """The server keeps its own watch; ask what it saw. (A full read of all pages is `pg_amcheck`'s work.)"""
    failures = connection.scalar(
        text("SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()")
    )
    if failures:
        yield Finding("engine.damaged", "pages whose checksum failed", int(failures), hint="restore a backup")
    invalid = connection.execute(text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")).all()
    if invalid:
        named = tuple(str(row[0]) for row in invalid[:EXAMPLES])
        yield Finding("engine.index", "indexes that are not valid", len(invalid), named, "REINDEX")


def _audit(connection: Connection) -> Iterator[Finding]:
    verdict = audit.verify(connection)
    if verdict.first_bad is not None:
        yield Finding("audit.broken", verdict.why, 1, (verdict.first_bad,), "someone changed the log: find out who")


def _belonging(connection: Connection) -> Iterator[Finding]:
    for code, what, statement, hint in _RULES:
        wrong = [f"{row[0]}-{row[1]}" for row in connection.execute(text(statement))]
        if wrong:
            yield Finding(code, what, len(wrong), tuple(sorted(set(wrong))[:EXAMPLES]), hint)


def _keys(connection: Connection, keyring: Keyring) -> Iterator[Finding]:
    made_with = connection.scalar(text("SELECT value FROM meta WHERE name = 'keyring'"))
    if made_with not in (None, keyring.fingerprint()):
        yield Finding("keyring.other", f"the store was made with keyring {made_with}", 1, hint="give that key file")
    missing = needed_keys(connection) - {key.id for key in keyring.keys}
    if missing:
        named = tuple(sorted(missing))
        yield Finding("keyring.missing", "keys that the keyring lacks", len(named), named, "bring back the keyring")


def needed_keys(connection: Connection) -> set[str]:
    """Ids of all keys something in the store is sealed with."""
    found = inspect(connection)  # a store may be backed up before it is upgraded
    names = ((table, column["name"]) for table in found.get_table_names() for column in found.get_columns(table))
    columns = [f"{table}.{name}" for table, name in names if name in ("key_id", "receipt_key")]
    parts = [f"SELECT DISTINCT {name} FROM {name.partition('.')[0]}" for name in columns]  # noqa: S608 - own names
    return {str(key) for key in connection.execute(text(" UNION ".join(parts))).scalars() if key is not None}


def _sample(connection: Connection, table: str, columns: str, order: str, keyring: Keyring) -> Iterator[Any]:
    """The oldest and the newest rows sealed with each key we have."""
    for key in keyring.keys:
        for way in ("ASC", "DESC"):
            by = ", ".join(f"{column} {way}" for column in order.split())
            statement = f"SELECT {columns} FROM {table} WHERE key_id = :key ORDER BY {by} LIMIT {SAMPLE}"  # noqa: S608 - own names
            yield from connection.execute(text(statement), {"key": key.id})


def _versions(connection: Connection, keyring: Keyring) -> Iterator[Finding]:
    wrong = set()
    columns = (
        "home, record, version, key_id, body, (SELECT key FROM record r WHERE r.home = version.home AND r.id = record)"
    )
    for home, record, version, key_id, body, key in _sample(
        connection, "version", columns, "home record version", keyring
    ):
        try:
            told = open_version(keyring, (home, record, version), key_id, bytes(body))
        except (StoreError, orjson.JSONDecodeError):
            wrong.add(f"{home}-{record}")
            continue
        if key is not None and told.get("key") != key:
            wrong.add(f"{home}-{record}")
    if wrong:
        yield Finding("version.sealed", "bodies that do not open, or are another's", len(wrong), _few(wrong), _RESTORE)


def _entry_versions(connection: Connection, keyring: Keyring) -> Iterator[Finding]:
    wrong = set()
    key_of = "SELECT key FROM entry e WHERE e.home = entry_version.home AND e.id = entry"
    columns = f"home, entry, version, key_id, body, ({key_of})"
    for home, entry, version, key_id, body, key in _sample(
        connection, "entry_version", columns, "home entry version", keyring
    ):
        try:
            whole = key is None or open_entry(keyring, (home, entry, version), key_id, bytes(body)).get("key") == key
        except (StoreError, orjson.JSONDecodeError):
            whole = False
        if not whole:
            wrong.add(f"{home}-{entry}")
    if wrong:
        said = "bodies of entries that do not open, or are another's"
        yield Finding("entry_version.sealed", said, len(wrong), _few(wrong), _RESTORE)


def _corrections(connection: Connection, keyring: Keyring) -> Iterator[Finding]:
    """All that stand: one that does not open holds up every pull of its record."""
    wrong: set[str] = set()
    after = None
    while rows := corrections(connection, standing=True, after=after):
        for row in rows:
            try:
                overlay(connection, keyring, [(row.home, row.record)])
            except (StoreError, orjson.JSONDecodeError):
                wrong.add(f"{row.home}-{row.record}")
        after = (rows[-1].home, rows[-1].id)
    if wrong:
        said = "records with corrections that do not open, or are another's"
        yield Finding("correction.sealed", said, len(wrong), _few(wrong), "restore a backup")


def _raw(connection: Connection, keyring: Keyring) -> Iterator[Finding]:
    wrong = set()
    for home, raw, key_id, body, size in _sample(connection, "raw", "home, id, key_id, body, size", "home id", keyring):
        try:
            whole = len(open_raw(keyring, (home, raw), key_id, bytes(body))) == size
        except (StoreError, zstandard.ZstdError):
            whole = False
        if not whole:
            wrong.add(f"{home}-{raw}")
    if wrong:
        yield Finding("raw.sealed", "raw pages that do not open", len(wrong), _few(wrong), "restore a backup")


def _few(wrong: set[str]) -> tuple[str, ...]:
    return tuple(sorted(wrong)[:EXAMPLES])
