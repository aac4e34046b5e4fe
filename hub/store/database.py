"""One door to the database: the same code on embedded SQLite and on PostgreSQL, chosen by URL."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from hub.errors import ConfigError, StoreError

PAGE = 16_384  # bytes: sealed records of 1 to 2 KB leave less of it empty than of a smaller one
WAL = 32_000_000  # bytes of log before it is folded back: what is written often is then folded once
BUSY_MS = 30_000  # how long a writer waits for its turn before F33 (a busy storm) becomes an error


class Database:
    """A store's database. ``url``: ``sqlite:///path`` or ``postgresql://…`` (psycopg 3).

    SQLite runs in WAL mode with ``synchronous=FULL``: what was committed survives a power cut. Raises ConfigError for
    a URL of
    another kind, StoreError when the database cannot be reached.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.dialect = parsed.get_backend_name()
        self.path: Path | None = None
        # SQLite lets those who wait sleep and look again: beside a busy writer a second one would wait for seconds
        self._turn: AbstractContextManager[Any] = RLock() if self.dialect == "sqlite" else nullcontext()
        if self.dialect == "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise ConfigError("a store needs a file", where="store.url", hint="sqlite:///path/to/yiwang.db")
            self.path = Path(parsed.database)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(parsed, connect_args={"timeout": BUSY_MS / 1000})
            _speak_sqlite(self.engine)
        elif self.dialect == "postgresql":
            self.engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        else:
            raise ConfigError(f"no store on {self.dialect}", where="store.url", hint="sqlite:///… or postgresql://…")

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[Connection]:
        """One write transaction: committed at the end of the block; rolled back on any exception, or not to ``keep``.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so that a read inside it stays true until the
        commit; threads of this process take turns.
        """
        with (
            self._turn,
            self._told(),
            self.engine.connect().execution_options(yiwang_write=True) as connection,
            connection.begin() as began,
        ):
            yield connection
            if not keep:
                began.rollback()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from: one consistent snapshot."""
        # SQLite reads from one snapshot by itself
        options = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with self._told(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            # the driver's own words only: SQLAlchemy's text holds the statement and its parameters
            said = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
            raise StoreError(f"the database refused: {said}", where=self.dialect, hint="see `hub doctor`") from error
        except SQLAlchemyError as error:
            raise StoreError(f"the database failed: {type(error).__name__}", where=self.dialect) from error


def _speak_sqlite(engine: Engine) -> None:
    """Take transactions into our own hands: the driver's habit of opening them by itself hides where they begin."""

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA page_size={PAGE}")  # for a new file
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.execute(f"PRAGMA wal_autocheckpoint={WAL // PAGE}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("yiwang_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
