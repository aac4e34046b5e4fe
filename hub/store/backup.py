"""Take a store away and bring it back.

A backup is a folder: the data, and ``manifest.json``, written last, so that a folder without one is no backup. On
SQLite the data is one database file, made by SQLite's own online backup while others read and write. On PostgreSQL it
is one file a table, made by COPY (binary) out of one snapshot: that needs no ``pg_dump`` of the server's version on
this machine. Keys are not in it; the manifest names those without which it opens nothing. The tables are those that
are there: a store can be backed up before it is upgraded.
"""

import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, create_engine, inspect, text

from hub.errors import StoreError
from hub.store import migrate
from hub.store.database import Database
from hub.store.maintain import needed_keys

FORMAT = 1
MANIFEST = "manifest.json"
DATA = "store.db"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    ``made`` is UTC text, ``revision`` the version of the tables, ``keyring`` the fingerprint of the keyring, ``keys``
    the ids of all keys it needs, ``rows`` the rows of each table, ``files`` the SHA-256 of each file beside it.
    """

    format: int
    engine: str
    made: str
    revision: str | None
    keyring: str | None
    keys: tuple[str, ...]
    rows: Mapping[str, int]
    files: Mapping[str, str]


def backup(database: Database, target: Path) -> Manifest:
    """Write a backup into the new folder ``target``; what others commit meanwhile is in it wholly or not at all.

    Raises StoreError when the folder is there already or cannot be written; then no manifest is left.
    """
    try:
        target.mkdir(mode=0o700, parents=True)
        with database.reading() as connection:
            facts = (_copy_sqlite if database.dialect == "sqlite" else _copy_postgresql)(connection, target)
        files = {file.name: _sha256(file) for file in sorted(target.iterdir())}
        made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        manifest = Manifest(FORMAT, database.dialect, made, files=files, **facts)
        for file in target.iterdir():
            _sync(file)
        (target / MANIFEST).write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
        _sync(target / MANIFEST)
        _sync(target)
    except FileExistsError:
        raise StoreError("that folder is there already", where=str(target), hint="give a new one") from None
    except OSError as error:
        raise StoreError(f"the backup cannot be written: {error.strerror}", where=str(target)) from error
    return manifest


def restore(archive: Path, url: str) -> Manifest:
    """Bring a backup back as the new store at ``url``, of the same engine as it was made on.

    Everything is compared with the manifest before the store is there: files, version, rows. Raises StoreError, and
    leaves nothing behind, when it differs or the store is not empty. An older version is for `migrate.upgrade`.
    """
    manifest = read_manifest(archive)
    for name, sum_ in manifest.files.items():
        if not (archive / name).is_file() or _sha256(archive / name) != sum_:
            raise StoreError("the backup is damaged", where=str(archive / name), hint="use another one")
    migrate.missing(manifest.revision)
    database = Database(url)
    try:
        if database.dialect != manifest.engine:
            hint = f"give a {manifest.engine} URL"
            raise StoreError(f"the backup was made on {manifest.engine}", where=str(archive), hint=hint)
        if database.path:
            _restore_sqlite(archive / DATA, database.path, manifest)
        else:
            with database.transaction() as connection:
                _restore_postgresql(connection, archive, manifest)
    finally:
        database.close()
    return manifest


def read_manifest(archive: Path) -> Manifest:
    """What a backup says of itself. Raises StoreError when it is none, or of a newer format."""
    try:
        told = orjson.loads((archive / MANIFEST).read_bytes())
        if told["format"] == FORMAT:
            told["keys"] = tuple(told["keys"])
            return Manifest(**{each.name: told[each.name] for each in fields(Manifest)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError("no backup, or an unfinished one", where=str(archive), hint="use another one") from error
    raise StoreError(f"backup format {told['format']} is not known here", where=str(archive), hint="use a newer Yiwang")


def _facts(connection: Connection) -> dict[str, Any]:
    return {
        "revision": connection.scalar(text("SELECT version_num FROM alembic_version")),
        "keyring": connection.scalar(text("SELECT value FROM meta WHERE name = 'keyring'")),
        "keys": tuple(sorted(needed_keys(connection))),
        "rows": {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) for name in _tables(connection)},  # noqa: S608
    }


def _tables(connection: Connection) -> list[str]:
    return sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})


def _copy_sqlite(connection: Connection, target: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(target / DATA)) as copy:
        source: Any = connection.connection.driver_connection
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    return _facts_of_file(target / DATA)


def _facts_of_file(file: Path) -> dict[str, Any]:
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            return _facts(connection)
    finally:
        engine.dispose()


def _copy_postgresql(connection: Connection, target: Path) -> dict[str, Any]:
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    facts = _facts(connection)
    cursor: Any = connection.connection.cursor()
    for name in facts["rows"]:
        statement = f"COPY {_columns(connection, name)} TO STDOUT (FORMAT binary)"
        with cursor.copy(statement) as rows, _part(target, name).open("wb") as file:
            for block in rows:
                file.write(block)
    return facts


def _restore_sqlite(data: Path, path: Path, manifest: Manifest) -> None:
    """Copied beside its place, compared, then put there by a link, which refuses a file that is there."""
    draft = path.with_name(f"{path.name}.restoring")
    try:
        shutil.copyfile(data, draft)
        _compare(_facts_of_file(draft), manifest)
        _sync(draft)
        path.hardlink_to(draft)
        _sync(path.parent)
    except FileExistsError:
        raise _not_empty(str(path)) from None
    except OSError as error:
        raise StoreError(f"the store cannot be written: {error.strerror}", where=str(path)) from error
    finally:
        draft.unlink(missing_ok=True)


def _restore_postgresql(connection: Connection, archive: Path, manifest: Manifest) -> None:
    if inspect(connection).get_table_names():
        raise _not_empty("postgresql")
    migrate.apply(connection, manifest.revision or "base")
    cursor: Any = connection.connection.cursor()
    for name in manifest.rows:
        statement = f"COPY {_columns(connection, name)} FROM STDIN (FORMAT binary)"
        with cursor.copy(statement) as rows, _part(archive, name).open("rb") as file:
            while block := file.read(BLOCK):
                rows.write(block)
    for sequence in inspect(connection).get_sequence_names():  # record_id gives the numbers of record
        highest = f'SELECT max(id) AS id FROM "{sequence.removesuffix("_id")}"'  # noqa: S608 - our own tables
        connection.execute(text(f"SELECT setval('{sequence}', id) FROM ({highest}) AS top WHERE id IS NOT NULL"))  # noqa: S608
    _compare(_facts(connection), manifest)


def _compare(facts: Mapping[str, Any], manifest: Manifest) -> None:
    wrong = [name for name, value in facts.items() if value != getattr(manifest, name)]
    if wrong:
        raise StoreError(f"the backup is not what its manifest says: {', '.join(wrong)}", hint="use another one")


def _not_empty(where: str) -> StoreError:
    return StoreError("there is a store already", where=where, hint="restore into a new one")


def _columns(connection: Connection, name: str) -> str:
    columns = ", ".join(f'"{column["name"]}"' for column in inspect(connection).get_columns(name))
    return f'"{name}" ({columns})'


def _part(folder: Path, table: str) -> Path:
    return folder / f"{table}.copy"


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return file_digest(data, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
