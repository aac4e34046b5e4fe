"""The few statements of the hot path in the words of each engine's own driver."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlmodel import SQLModel

from hub.store.tables import Link, core

HEAD = (
    *("title", "item", "category", "method", "confidence", "evidence", "mapping", "code", "label", "edition"),
    *("stage", "status", "region", "channel", "opened", "happened", "due", "closed"),
    *("amount_fen", "people", "scale", "parties", "notes"),
)
"""Columns of `Record` that a row's ``head`` fills, in order."""


class Existing(NamedTuple):
    """The head of a record that is already there."""

    id: int
    version: int
    revision: int | None
    content: bytes
    deleted: int


class Driver:
    """The few statements of the hot path in the words of each engine."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.cursor: Any = connection.connection.cursor()

    @staticmethod
    def of(connection: Connection) -> "Driver":
        """The driver of this connection's engine."""
        return (SqliteDriver if connection.dialect.name == "sqlite" else PostgresDriver)(connection)

    def one(self, statement: str) -> str:
        """A statement written with ``?`` in the paramstyle of the driver."""
        return statement

    def many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Execute for each row."""
        if rows:
            self.cursor.executemany(self.one(statement), rows)

    def insert(self, table: type[SQLModel], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert whole rows, columns in the table's order."""
        self.many(_insert(table), rows)

    def update_heads(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Lay new values over heads: (version, revision, content, deleted, *HEAD, stored, subjects, home, id)."""
        columns = ", ".join(
            f"{name} = ?" for name in ("version", "revision", "content", "deleted", *HEAD, "stored", "subjects")
        )
        self.many(f"UPDATE record SET {columns} WHERE home = ? AND id = ?", rows)  # noqa: S608 - names of our own columns

    def mark_links(self, rows: Sequence[tuple[Any, ...]], fresh: int) -> None:
        """Mark (home, record, version) to be linked; the first ``fresh`` are known to be unmarked."""
        self.insert(Link, rows[:fresh])
        self.many(
            "INSERT INTO link (home, record, version) VALUES (?, ?, ?) "
            "ON CONFLICT (home, record) DO UPDATE SET version = excluded.version",
            rows[fresh:],
        )

    def ids(self, table: str, home: str, count: int) -> Iterable[int]:
        """``count`` new increasing numbers for a table."""
        raise NotImplementedError

    def existing(self, source: str, stream: str, keys: Sequence[str]) -> dict[str, Existing]:
        """Heads already there, by key."""
        return {
            key: Existing(*rest)
            for key, *rest in self._among(
                "SELECT key, id, version, revision, content, deleted FROM record "
                "WHERE source = ? AND stream = ? AND key",
                (source, stream),
                keys,
            )
        }

    def known_rejections(self, source: str, stream: str, hashes: Sequence[bytes]) -> set[bytes]:
        """Which of these items were rejected before."""
        statement = "SELECT item_hash FROM rejection WHERE source = ? AND stream = ? AND item_hash = ?"
        found: set[bytes] = set()
        for each in hashes:  # rejections are few
            found.update(
                bytes(row[0]) for row in self.cursor.execute(self.one(statement), (source, stream, each)).fetchall()
            )
        return found

    def _among(self, statement: str, fixed: tuple[Any, ...], values: Sequence[str]) -> list[Any]:
        raise NotImplementedError


class SqliteDriver(Driver):
    """SQLite through the standard library's module."""

    def ids(self, table: str, home: str, count: int) -> Iterable[int]:
        """Numbers after the highest of this home; the write lock is held, so nobody else takes them."""
        if not count:
            return ()
        top = self.cursor.execute(f"SELECT max(id) FROM {table} WHERE home = ?", (home,)).fetchone()[0] or 0  # noqa: S608
        return range(top + 1, top + 1 + count)

    def _among(self, statement: str, fixed: tuple[Any, ...], values: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(values), 500):
            part = values[start : start + 500]
            marks = ",".join("?" * len(part))
            found += self.cursor.execute(f"{statement} IN ({marks})", (*fixed, *part)).fetchall()
        return found


class PostgresDriver(Driver):
    """PostgreSQL through psycopg 3: COPY for new rows, pipelined executemany for the few that change."""

    def one(self, statement: str) -> str:
        """psycopg's ``%s``."""
        return statement.replace("?", "%s")

    def insert(self, table: type[SQLModel], rows: Sequence[tuple[Any, ...]]) -> None:
        """COPY, which is several times faster than INSERT."""
        if not rows:
            return
        columns = ", ".join(f'"{name}"' for name in _columns(table))
        with self.cursor.copy(f'COPY "{table.__tablename__}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)

    def ids(self, table: str, home: str, count: int) -> Iterable[int]:
        """Numbers of the table's sequence: writers on many hosts do not wait for one another."""
        if not count:
            return ()
        taken = self.cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", (f"{table}_id", count))
        return [row[0] for row in taken.fetchall()]

    def _among(self, statement: str, fixed: tuple[Any, ...], values: Sequence[str]) -> list[Any]:
        return list(self.cursor.execute(f"{self.one(statement)} = ANY(%s)", (*fixed, list(values))).fetchall())


def _columns(table: type[SQLModel]) -> list[str]:
    return [column.name for column in core(table).columns]


_INSERTS: dict[type[SQLModel], str] = {}


def _insert(table: type[SQLModel]) -> str:
    if table not in _INSERTS:
        names = _columns(table)
        columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        _INSERTS[table] = f'INSERT INTO "{table.__tablename__}" ({columns}) VALUES ({marks})'  # noqa: S608
    return _INSERTS[table]
