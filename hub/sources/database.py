"""The way to one front database: the host it may stand on, and what a session of ours may take of it.

A session reads in transactions that cannot write; only `FrontDatabase.writing` can, and only where rows are
acknowledged. Each statement is bounded in time. The address is looked up and held against the allow-list when a
database is opened, and connections go to that very address.

Files: an SQLite file, or the folder of a PostgreSQL socket, must lie below an absolute folder listed in ``allow``,
links followed. A file is never created.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final
from urllib.parse import quote

import httpx
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from hub.errors import ConfigError, SourceDenied, SourceUnavailable
from hub.sources.failures import Spot
from hub.sources.origin import Gate, Origin
from hub.sources.table_failures import from_refusal

_CONNECT_S: Final = 10
_EXTRA: Final = 'pip install "yiwang[{}]"'
_STEPS: Final = 10_000  # of SQLite's machine between two looks at the clock


@dataclass(frozen=True, slots=True)
class _Dialect:
    """One kind of database. ``install`` gets its driver; ``queries`` may stand behind the URL's question mark.

    ``reading`` and ``bound`` are said at the begin of each transaction, ``opening`` once to each connection; ``{s}``
    and ``{ms}`` are the time a statement may take. ``arguments`` are the driver's own.
    """

    driver: str
    port: int = 0
    install: str = ""
    queries: frozenset[str] = frozenset()
    reading: str = "SET TRANSACTION READ ONLY"
    bound: str = ""
    opening: tuple[str, ...] = ()
    arguments: Callable[[int], Mapping[str, Any]] = lambda statement_s: {}


_MYSQL: Final = _Dialect(
    driver="mysql+pymysql", port=3306, install=_EXTRA.format("mysql"),
    queries=frozenset({"charset", "ssl_ca", "ssl_cert", "ssl_key"}),
    bound="SET SESSION max_execution_time = {ms}",
    arguments=lambda statement_s: {"connect_timeout": _CONNECT_S, "read_timeout": statement_s + _CONNECT_S},
)  # fmt: skip

_DIALECTS: Final[Mapping[str, _Dialect]] = {
    "sqlite": _Dialect(
        driver="sqlite", reading="PRAGMA query_only = 1", arguments=lambda statement_s: {"timeout": statement_s}
    ),
    "postgresql": _Dialect(
        driver="postgresql+psycopg", port=5432, install=_EXTRA.format("postgres"),
        queries=frozenset({"host", "sslmode", "sslrootcert", "sslcert", "sslkey", "application_name"}),
        bound="SET LOCAL statement_timeout = {ms}",
        arguments=lambda statement_s: {
            "connect_timeout": _CONNECT_S,
            "prepare_threshold": None,  # poolers lose prepared statements
        },
    ),
    "mysql": _MYSQL,
    "mariadb": _Dialect(
        driver="mariadb+pymysql", port=3306, install=_EXTRA.format("mysql"), queries=_MYSQL.queries,
        bound="SET SESSION max_statement_time = {s}", arguments=_MYSQL.arguments,
    ),
    "oracle": _Dialect(
        driver="oracle+oracledb", port=1521, install=_EXTRA.format("oracle"), queries=frozenset({"service_name"}),
        opening=(
            "ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS'",  # acknowledged times are written as text
            "ALTER SESSION SET NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF'",
        ),
        arguments=lambda statement_s: {"tcp_connect_timeout": _CONNECT_S},
    ),
    "dm": _Dialect(
        driver="dm+dmPython", port=5236, install="pip install dmSQLAlchemy; 2.0.17 wants SQLAlchemy below 2.1",
        queries=frozenset({"schema"}),
    ),
}  # fmt: skip
"""Tested against real ones: sqlite, postgresql. The others follow their drivers' documents and have met no server."""


class FrontDatabase:
    """One database, opened for one read and closed after it.

    ``url`` is an SQLAlchemy URL; ``writes`` says that rows are acknowledged. Raises ConfigError for a URL that is none
    or asks for more than a database, SourceDenied for a place outside ``allow``, SourceUnavailable for a host without
    an address. No text holds the URL or a part of it.
    """

    def __init__(self, url: str, *, allow: Sequence[str], statement_s: int, writes: bool, spot: Spot) -> None:
        self._kind, self._url = _understood(url)
        self._statement_s, self._ends = statement_s, 0.0
        arguments = {**self._kind.arguments(statement_s), **self._aim(allow, spot, writes=writes)}
        try:
            self._engine = create_engine(
                self._url, poolclass=QueuePool, pool_size=1, pool_pre_ping=True, connect_args=arguments,
                hide_parameters=True,
            )  # fmt: skip
        except (ImportError, NoSuchModuleError):
            said = "the driver of this database is not installed, or not a fitting one"
            raise ConfigError(said, where="database", hint=self._kind.install) from None
        self._greet(self._engine)

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for looking at names."""
        return self._engine

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self, spot: Spot) -> Iterator[Connection]:
        """A transaction that cannot write. Raises SourceError."""
        with self._transaction(spot, self._kind.reading) as connection:
            yield connection

    @contextmanager
    def writing(self, spot: Spot) -> Iterator[Connection]:
        """A transaction, committed at the end of the block. Raises SourceError."""
        with self._transaction(spot, "PRAGMA query_only = 0" if self._kind.driver == "sqlite" else "") as connection:
            yield connection

    @contextmanager
    def _transaction(self, spot: Spot, first: str) -> Iterator[Connection]:
        times = {"s": self._statement_s, "ms": self._statement_s * 1000}
        try:
            with self._engine.begin() as connection:
                self._ends = monotonic() + self._statement_s
                for line in (first, self._kind.bound.format(**times)):
                    if line:
                        connection.exec_driver_sql(line)
                yield connection
        except (SQLAlchemyError, UnicodeError) as error:
            raise from_refusal(error, spot) from None  # the cause holds the URL, the statement and its values

    def _aim(self, allow: Sequence[str], spot: Spot, *, writes: bool) -> Mapping[str, Any]:
        """Point the URL at the one admitted place; gives what the driver must be told of it."""
        folders = [Path(entry).resolve() for entry in allow if entry.startswith("/")]
        url, query = self._url, dict(self._url.query)
        if self._kind.driver == "sqlite":
            file = _below(folders, url.database or "", spot)
            mode = "rw" if writes else "ro"
            self._url = url.set(database=f"file:{quote(str(file))}").update_query_dict({"mode": mode, "uri": "true"})
            return {}
        if socket := str(query.get("host", "")):
            self._url = url.update_query_dict({"host": str(_below(folders, socket, spot))})
            return {}
        if not url.host:
            raise ConfigError("the database's URL names no host", where="database")
        # a gate looks at host and port, and asks for no scheme
        host, port = f"[{url.host}]" if ":" in url.host else url.host, url.port or self._kind.port
        networks = [entry for entry in allow if not entry.startswith("/")]
        try:
            address = Gate(Origin(f"https://{host}:{port}"), networks).addresses(spot)[0]
        except httpx.ConnectError:
            raise spot.error(SourceUnavailable, "the database's host has no address") from None
        if self._kind.driver.startswith("postgresql"):
            return {"hostaddr": address}  # the name stays, for the certificate
        self._url = url.set(host=address)
        return {}

    def _greet(self, engine: Engine) -> None:
        """What each new connection is told."""
        kind = self._kind

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _: Any) -> None:
            if kind.driver == "sqlite":
                connection.text_factory = lambda raw: raw.decode(
                    "utf-8", "surrogateescape"
                )  # one bad text, one bad row
                connection.set_progress_handler(lambda: monotonic() > self._ends, _STEPS)
            elif kind.driver.startswith("oracle"):
                connection.call_timeout = self._statement_s * 1000
            cursor = connection.cursor()
            for line in kind.opening:
                cursor.execute(line)
            cursor.close()


def _understood(text: str) -> tuple[_Dialect, URL]:
    """The kind of a database and its URL, with the driver the hub knows. Raises ConfigError."""
    try:
        url = make_url(text)
        kind = _DIALECTS[url.get_backend_name()]
        plain = not (url.query.keys() - kind.queries) and all(isinstance(value, str) for value in url.query.values())
    except (ArgumentError, ValueError):
        raise ConfigError("database is no URL", where="database", hint="postgresql://user:password@host/name") from None
    except KeyError:
        raise ConfigError("no such kind of database", where="database", hint=f"known: {', '.join(_DIALECTS)}") from None
    if not plain:
        hint = f"{url.get_backend_name()} takes {', '.join(sorted(kind.queries)) or 'none'}"
        raise ConfigError("the database's URL has an option the hub does not pass on", where="database", hint=hint)
    return kind, url.set(drivername=kind.driver)


def _below(folders: Sequence[Path], place: str, spot: Spot) -> Path:
    """The file or folder, links followed, if it lies below one of the folders. Raises SourceDenied."""
    found = Path(place).resolve()
    if not place.startswith("/") or not any(found.is_relative_to(folder) for folder in folders):
        raise spot.error(
            SourceDenied,
            "the hub may not open a database at this place",
            hint="list its folder under allow, if it is right",
        )
    return found
