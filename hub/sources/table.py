"""A source that is a front database: a view or table, read by rising (time, key), acknowledged after our commit; and
tables that take rows of ours.

No row falls between two pages: a page ends where a (time, key) ends, never between two rows that share one. What
cannot be asked for "from then on" (no time, a time written otherwise than the column's others, no key) is read every
time. Each page is one short transaction that cannot write.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, Never, Self, TypeVar

from sqlalchemy import Connection, Select, inspect

from hub import events
from hub.clock import utc_now
from hub.contract import Capability, DatabaseConfig, Item, Manifest, Page
from hub.errors import PagingLoop, PluginError, SourceError, SourceReplyInvalid
from hub.nearest import did_you_mean
from hub.sources.cells import item_of
from hub.sources.database import FrontDatabase
from hub.sources.exchange import DEFAULT_LIMITS, HttpLimits
from hub.sources.failures import Spot
from hub.sources.retries import OnRetry, Retries
from hub.sources.rows_page import rows_page
from hub.sources.stamps import stamp_of
from hub.sources.table_rows import placed
from hub.sources.views import Look, Receipt, Span, View, whole
from hub.wire import Delivering, Reading, Scalar, TableView

ROWS_MAX: Final = 10_000
"""Rows of one statement at the most: those of a page, or those that share one time and key."""

T = TypeVar("T")


class TableSource:
    """`hub.contract.Source` over a front database. A context manager; `start_read` begins each read.

    One thread at a time. Rows are put only between `start_delivery` and the next `start_read`.

    ``name`` is the source instance, ``home`` its region. ``allow`` lists the host names, networks and folders its
    database may stand at (`hub.sources.database`). Of ``limits`` attempts and waits count; the setting ``statement_s``
    bounds each statement. ``on_retry``, ``should_stop`` and ``sleep`` are those of `hub.sources.http.HttpSource`;
    ``retries`` counts the waits since `start_read`.
    """

    def __init__(
        self,
        *,
        name: str,
        home: str,
        manifest: Manifest,
        config: DatabaseConfig,
        allow: Sequence[str] = (),
        limits: HttpLimits = DEFAULT_LIMITS,
        clock: Callable[[], datetime] = utc_now,
        on_retry: OnRetry | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name, self.home, self.stream = name, home, manifest.streams[0].name
        self.retries = 0
        self._manifest, self._config, self._allow, self._clock = manifest, config, allow, clock
        self._on_retry = on_retry or self._log_retry
        self._retries = Retries(limits, on_retry=self._tell, should_stop=should_stop, sleep=sleep)
        self._acknowledges = Capability.ACKNOWLEDGE in manifest.capabilities
        self._writes = self._acknowledges or Capability.DELIVER in manifest.capabilities
        self._key, self._handed = "", False
        self._database: FrontDatabase | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def start_read(self, stream: str) -> None:
        """Begin a read of that stream: its host is looked up anew. Raises KeyError."""
        self.stream = self._manifest.stream(stream).name
        self._begin()

    def start_delivery(self, delivering: Delivering, key: str, *, handed: bool = False) -> None:
        """Begin a delivery: its row bears ``key``, and its statements are tried once.

        With ``handed`` its row has been put before: it is only looked at. One that is gone is not put again: whoever
        fetches rows may take them away.
        """
        self._begin()
        self._key, self._handed = key, handed

    def now(self) -> datetime:
        """The hub's clock, aware, UTC."""
        return self._clock()

    def get(self, path: str, /, *, window: str = "", **params: Scalar) -> Never:
        """A database knows no GET. Raises PluginError."""
        raise PluginError("a front database has no get(): declare a TableView", where=self.name)

    def post(self, path: str, /, **given: Any) -> Never:
        """A database knows no POST. Raises PluginError."""
        raise PluginError("a front database has no post(): declare a TableView", where=self.name)

    def read(self, request: Reading, since: datetime | None) -> Iterator[Page]:
        """Read page by page. ``since`` is aware and inclusive; the setting ``look_back_s`` is re-read before it.

        First come the rows that can be placed in time, oldest first, then those that cannot. A view without rows gives
        one empty page. Raises ConfigError, SourceDenied, SourceUnavailable, SourceReplyInvalid, PagingLoop.
        """
        if not isinstance(request, TableView):
            raise PluginError(f"a front database cannot read a {type(request).__name__}")
        look = self._look(request, since)
        total = self._one(look, look.count()) if Capability.COUNTED in self._manifest.capabilities else None
        empty = True
        for span in look.spans():
            for rows in self._pages(look, span):
                empty = False
                yield self._page(look, rows, total)
        if empty:
            yield self._page(look, (), total)

    def put(self, table: str, row: Mapping[str, Scalar], /, *, key: str) -> Item:
        """Insert a row that bears the delivery's key in the column ``key``, unless it stands there already.

        All in one transaction; answers the row as it stands, its columns as an item's fields. Raises SourceError, and
        PluginError outside a delivery or for a row with another key.
        """
        if not self._key or row.get(key) != self._key:
            raise PluginError("only a delivery puts a row, under its own key", where=self.name)

        def place(database: FrontDatabase, spot: Spot) -> Item:
            with database.writing(spot) as connection:
                return placed(connection, table, row, key, again=not self._handed, spot=spot)

        return self._run("INSERT", table, place)

    def settled(self, receipt: Any) -> None:
        """Acknowledge the rows of a page that are still as they were read. Raises SourceError.

        To be told once they are committed; twice does no harm.
        """
        if not isinstance(receipt, Receipt) or not receipt.marks:
            return
        now = self.now().astimezone(self._manifest.zone).strftime("%Y-%m-%d %H:%M:%S")

        def acknowledge(database: FrontDatabase, spot: Spot) -> None:
            with database.writing(spot) as connection:
                for statement in receipt.acknowledgements(now):
                    connection.execute(statement)

        self._run("UPDATE", receipt.view.request.view, acknowledge)

    def _look(self, request: TableView, since: datetime | None) -> Look:
        """The view as this read sees it: its columns, and from where on it is read."""
        view = View.of(request, self._columns(request))
        if request.time == "":
            return Look(view)
        times = [row[0] for row in self._all(view, view.sample())]
        if not times:
            return Look(view)
        stamp, zone = stamp_of(times), self._manifest.zone
        if stamp is None:
            raise self._spot("SELECT", request.view).error(
                SourceReplyInvalid, f"most values of {request.time} are no time the hub can read",
                hint="give the view a column of times",
            )  # fmt: skip
        low = None if since is None else stamp.low(since - timedelta(seconds=self._config.look_back_s), zone)
        return Look(view, stamp.odd, low)

    def _columns(self, request: TableView) -> list[str]:
        """Names of the view's columns. Raises SourceReplyInvalid with the nearest name for one that is not there."""

        def names(connection: Connection) -> list[str]:
            cursor = connection.execute(View.shape(request)).cursor
            return [str(each[0]) for each in cursor.description] if cursor is not None else []

        try:
            columns = self._read(request.view, names)
        except SourceReplyInvalid as error:
            raise self._named(request, error) from None
        wanted = (request.key, request.time, *request.columns, *request.acknowledge, *request.waiting)
        if lost := [name for name in wanted if name and name not in columns]:
            raise self._spot("SELECT", request.view).error(
                SourceReplyInvalid, f"the view has no column {lost[0]}", hint=did_you_mean(lost[0], columns)
            )
        return columns

    def _named(self, request: TableView, error: SourceReplyInvalid) -> SourceReplyInvalid:
        """The error itself, or that there is no such view."""
        schema, _, name = request.view.rpartition(".")

        def names(connection: Connection) -> list[str]:
            look = inspect(connection)
            return [*look.get_table_names(schema or None), *look.get_view_names(schema or None)]

        known = self._read(request.view, names)
        if name.casefold() in map(str.casefold, known):
            return error
        what = f"no view {request.view} in the database, or none this account may see"
        return self._spot("SELECT", request.view).error(SourceReplyInvalid, what, hint=did_you_mean(name, known))

    def _pages(self, look: Look, span: Span) -> Iterator[Sequence[Sequence[Any]]]:
        """The rows of a span, page by page, in its order."""
        size = min(self._config.page_size or look.view.request.rows, ROWS_MAX)
        position, most = None, size
        while True:
            found = self._all(look.view, look.page(span, position, most))
            rows = whole(found, most, span.at)
            if not rows and found:  # all of them share one time and key
                if most >= ROWS_MAX:
                    raise self._spot("SELECT", look.view.request.view).error(
                        SourceReplyInvalid, f"more than {ROWS_MAX} rows share one time and key, or have none",
                        hint="name a column that tells rows apart as key",
                    )  # fmt: skip
                most = min(most * 2, ROWS_MAX)
                continue
            if rows:
                yield rows
            if len(rows) == len(found):
                return
            before, position, most = position, span.position(rows[-1]), size
            if position == before:
                raise self._spot("SELECT", look.view.request.view).error(
                    PagingLoop, "the same rows again",
                    hint="the time column is finer than its driver tells: cut it to microseconds in the view",
                )  # fmt: skip

    def _page(self, look: Look, rows: Sequence[Sequence[Any]], total: int | None) -> Page:
        view = look.view
        return rows_page(
            [item_of(view.names, row, number) for number, row in enumerate(rows, 1)],
            stream=self.stream,
            fetched=self.now(),
            total=total,
            receipt=view.receipt(rows) if self._acknowledges else None,
            view=view.request.view,
        )

    def _one(self, look: Look, statement: Select[Any]) -> int:
        return int(self._all(look.view, statement)[0][0])

    def _all(self, view: View, statement: Select[Any]) -> list[Sequence[Any]]:
        return self._read(view.request.view, lambda connection: [tuple(row) for row in connection.execute(statement)])

    def _read(self, path: str, work: Callable[[Connection], T]) -> T:
        def reading(database: FrontDatabase, spot: Spot) -> T:
            with database.reading(spot) as connection:
                return work(connection)

        return self._run("SELECT", path, reading)

    def _run(self, method: str, path: str, work: Callable[[FrontDatabase, Spot], T]) -> T:
        """Do it, again where the database is gone or busy, on a connection that is there or made now."""

        def attempt(number: int) -> T:
            spot = self._spot(method, path, number)
            if self._database is None:
                self._database = FrontDatabase(
                    self._config.database.get_secret_value(), allow=self._allow, statement_s=self._config.statement_s,
                    writes=self._writes, spot=spot,
                )  # fmt: skip
            return work(self._database, spot)

        return attempt(1) if self._key else self._retries.run(attempt)

    def _begin(self) -> None:
        self.retries = 0
        self._key, self._handed = "", False
        self.close()

    def _spot(self, method: str, path: str, attempt: int = 1) -> Spot:
        return Spot(self._manifest.name, method, path, attempt=attempt)

    def _tell(self, error: SourceError, attempt: int, wait_s: float) -> None:
        self.retries += 1
        self._on_retry(error, attempt, wait_s)

    def _log_retry(self, error: SourceError, attempt: int, wait_s: float) -> None:
        told = {"adapter": error.adapter, "source": self.name, "stream": self.stream, "status": error.status}
        events.log(events.RETRY_SCHEDULED, error=error.code, attempt=attempt, wait_s=round(wait_s, 3), **told)
