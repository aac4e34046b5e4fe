"""The few statements of the hot path in the words of each engine's own driver."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlmodel import SQLModel

from hub.store.plan import Existing
from hub.store.tables import Link, core

HEAD = (
    *("title", "item", "category", "method", "confidence", "evidence", "mapping", "code", "label", "edition"),
    *("stage", "status", "region", "channel", "opened", "happened", "due", "closed"),
    *("amount_fen", "people", "scale", "parties", "notes"),
)
"""Columns of `Record` that a row's ``head`` fills, in order."""


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
        self.lay("record", ("version", "revision", "content", "deleted", *HEAD, "stored", "subjects"), rows)

    def lay(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Lay new values over rows of a table of ours: (*columns, home, id)."""
        values = ", ".join(f"{name} = ?" for name in columns)
        self.many(f"UPDATE {table} SET {values} WHERE home = ? AND id = ?", rows)  # noqa: S608 - names of our own columns

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
        return self._known("record", {"source": source, "stream": stream}, keys)

    def existing_entries(self, source: str, stream: str, kind: str, keys: Sequence[str]) -> dict[str, Existing]:
        """Heads of entries of one kind already there, by key."""
        return self._known("entry", {"source": source, "stream": stream, "kind": kind}, keys)

    def _known(self, table: str, among: Mapping[str, str], keys: Sequence[str]) -> dict[str, Existing]:
        where = " AND ".join(f"{name} = ?" for name in among)
        statement = f"SELECT key, id, version, revision, content, deleted FROM {table} WHERE {where} AND key"  # noqa: S608
        return {key: Existing(*rest) for key, *rest in self._among(statement, tuple(among.values()), keys)}

    def known_rejections(self, source: str, stream: str, hashes: Sequence[bytes]) -> set[bytes]:
        """Which of these items were rejected before."""
        statement = "SELECT item_hash FROM rejection WHERE source = ? AND stream = ? AND item_hash = ?"
        found: set[bytes] = set()
        for each in hashes:  # rejections are few
            found.update(
                bytes(row[0]) for row in self.cursor.execute(self.one(statement), (source, stream, each)).fetchall()
            )
        return found

    def among(self, statement: str, values: Collection[Any], *fixed: Any) -> list[Any]:
        """Rows of a statement that ends in a column's name, for all that have one of these values there."""
        return self._among(statement, fixed, list(values)) if values else []

    def of_rows(self, statement: str, rows: Iterable[tuple[str, int]]) -> list[Any]:
        """Rows of a statement that ends in ``… WHERE home = ? AND <number>``, for these (home, number)."""
        by_home: dict[str, list[int]] = {}
        for home, number in rows:
            by_home.setdefault(home, []).append(number)
        return [found for home, numbers in by_home.items() for found in self._among(statement, (home,), numbers)]

    def _among(self, statement: str, fixed: tuple[Any, ...], values: Sequence[Any]) -> list[Any]:
        raise NotImplementedError


class SqliteDriver(Driver):
    """SQLite through the standard library's module."""

    def ids(self, table: str, home: str, count: int) -> Iterable[int]:
        """Numbers after the highest of this home; the write lock is held, so nobody else takes them."""
        if not count:
            return ()
        top = self.cursor.execute(f"SELECT max(id) FROM {table} WHERE home = ?", (home,)).fetchone()[0] or 0  # noqa: S608
        return range(top + 1, top + 1 + count)

    def _among(self, statement: str, fixed: tuple[Any, ...], values: Sequence[Any]) -> list[Any]:
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

    def _among(self, statement: str, fixed: tuple[Any, ...], values: Sequence[Any]) -> list[Any]:
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
