"""A simulated source that is a front database: an SQLite file made of a recording, read by real statements.

Before each statement of the hub the file is brought to what ``rows`` hold, so that checks change rows while a read is
on. What the hub writes into it (acknowledgements) stays, as long as the row does.

Faults befall the database: it denies, is locked, or has lost the view. What only a wire can do (to redirect, to
throttle, to page in its own way) does not apply.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from conformance.description import WireSpec
from conformance.lab.faults import FAULTS, Dial, Fault
from conformance.lab.rows import Entry, Row, Snapshot
from conformance.lab.wire import Alter, Chunk, Reply, Wire
from conformance.lab.wire import Call as Request
from conformance.outcome import NotApplicable
from conformance.replay import STALLING, SimSource
from conformance.scenarios import Recording
from conformance.simwire import Call
from conformance.traffic import Traffic
from hub.testing import TABLE_ASKS

DENIED, BUSY, GONE = "denied", "busy", "gone"

_MANNERS: Final = {
    **dict.fromkeys(("refused", "close", "reset", "hang", "slow", "drip"), BUSY),
    **dict.fromkeys(("cut", "html", "empty", "envelope"), GONE),
    "signing": DENIED,
}
_STATUSES: Final = {401: DENIED, 403: DENIED, 400: GONE, 404: GONE, 500: BUSY, 502: BUSY, 503: BUSY}
_OF_ROWS: Final = frozenset(
    {"new_column", "missing_column", "retyped_column", "unknown_value", "same_time", "time_back"}
)
_COUNTING: Final = "count(DISTINCT"
_NOT_HERE: Final = {
    "redirect": "a database sends nobody elsewhere",
    "status": "a database neither throttles nor refuses a position",
    "encoding": "a text in another encoding is one row's affair, not the reply's",
}


class TableSim(SimSource):
    """A simulated source that is a view of a database. ``secret`` stands in the URL, as a password would."""

    def __init__(
        self, spec: WireSpec, recording: Recording, rows: Iterable[Row], traffic: Traffic | None = None, *, secret: str
    ) -> None:
        super().__init__(spec, recording, rows, traffic)
        self._down = recording.template.lift.down
        self._columns = list(dict.fromkeys(name for row in map(self._down, recording.rows) for name in row))
        self._dial = Dial()
        self._altering: list[Fault] = []
        self._off_by = 0
        self._shown: list[Row] = []
        self._state: tuple[Snapshot | None, int] = (None, 0)
        self._version = 0
        self._turns = 0
        self._told: dict[tuple[str, str], Row] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="conform-")
        self._file = Path(self._folder.name).resolve() / secret / "front.db"
        self._file.parent.mkdir()
        self._own = sqlite3.connect(self._file, isolation_level=None)
        self._own.execute("PRAGMA synchronous = OFF")  # gone with its folder: nothing needs to reach the disk
        self._own.row_factory = sqlite3.Row
        self._listening = False

    # What a check holds

    def start(self) -> None:
        """Listen to the statements of this process."""
        event.listen(Engine, "before_cursor_execute", self._heard, retval=True)
        self._listening = True

    def stop(self) -> None:
        """Let go of the file."""
        if self._listening:
            event.remove(Engine, "before_cursor_execute", self._heard)
            self._own.close()
            self._folder.cleanup()
        self._listening = False

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._listening

    @property
    def place(self) -> Mapping[str, Any]:
        """The URL, and limits that leave the overlap to the check."""
        self._show()
        return {"database": f"sqlite:///{self._file}", "look_back_s": 0, "statement_s": 1}

    @property
    def allow(self) -> tuple[str, ...]:
        """The folder of the file."""
        return (str(self._file.parent),)

    @property
    def stalls(self) -> bool:
        """Whether the dial is set to a fault that keeps a reader waiting."""
        return not STALLING.isdisjoint(self._dial.kinds)

    def fault(self, kind: str, *, after: int = 0, times: int | None = 1, **options: Any) -> None:
        """Turn the dial; columns and values are off from now on. Raises NotApplicable for what befalls no database."""
        options = {**self._usual(kind), **options}
        new = Fault(kind, after, None if kind == "refused" else times, options)
        if kind == "total":
            self._off_by = int(options.get("by", 1))
        elif kind in _OF_ROWS:
            self._altering.append(new)
            self._turns += 1
        elif kind != "skew":  # the hub asks no database for its time
            if kind != "moving":
                _manner(kind, options)
            self._dial.set(new)

    @property
    def idle(self) -> list[Fault]:
        """The faults that were set and have never acted."""
        return self._dial.idle

    def clear(self) -> None:
        """Let everything go right again."""
        self._dial.clear()
        self._altering.clear()
        self._off_by = 0
        self._turns += 1
        self._show()

    @property
    def acknowledged(self) -> Mapping[str, Row]:
        """The columns the hub has written in rows that are still as it read them, by the rows' keys."""
        self._show()
        told = {str(row.get(self.spec.key)): self._told.get(self._mark(row), {}) for row in self._shown}
        return {key: columns for key, columns in told.items() if columns}

    # What the hub meets

    def _heard(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, _: bool
    ) -> tuple[str, Any]:
        """Before each statement of any engine: one that goes to our file meets what the check wants it to meet."""
        if str(self._file) not in str(connection.engine.url.database):
            return statement, parameters
        asks = context.execution_options.get(TABLE_ASKS) if context is not None else None
        manner = "" if asks is None else self._befalling(asks)
        driver = cursor.connection
        driver.set_authorizer((lambda *_: sqlite3.SQLITE_DENY) if manner == DENIED else None)
        self._show()
        if manner == BUSY:
            driver.execute("PRAGMA busy_timeout = 0")
            self._own.execute("BEGIN EXCLUSIVE")
        elif manner == GONE:
            self._own.execute(f'DROP TABLE "{self.spec.path}"')
            self._state = (None, 0)
        if self._off_by and _COUNTING in statement:
            statement = statement.replace(_COUNTING, f"{self._off_by} + {_COUNTING}", 1)
        return statement, parameters

    def _befalling(self, asks: Mapping[str, Any]) -> str:
        """Keep a call for rows; answers what befalls it."""
        params = {name: value for name, value in asks.items() if value is not None}
        self.calls.append(Call("SELECT", self.spec.path, params, {}, b""))
        self.wire.traffic.asked(Request("SELECT", self.spec.path, {}, {}, b""), params)
        due = self._dial.next()
        if due is None:
            return ""
        if due.kind == "moving":
            due.options["change"](self.rows)
            return ""
        return _manner(due.kind, due.options)

    # The table

    def _show(self) -> None:
        """Bring the file to what the rows are, and let everybody at it."""
        if self._own.in_transaction:
            self._own.execute("ROLLBACK")
        self._keep_told()
        state = (self.rows.snapshot(), self._turns)
        if self._state == state:
            return
        rows = [_plain(self._down(entry.row)) for entry in _altered(state[0], self._altering, self.wire)]
        self._shown = [row | self._told.get(self._mark(row), {}) for row in rows]
        fields = (name for row in rows for name in row) if rows else self._columns
        always = (self.spec.key, self.spec.time, *self.spec.acknowledged)  # whatever an adapter reads of the rest
        names = [name for name in dict.fromkeys([*always, *fields]) if name]
        columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        view = f'"{self.spec.path}"'
        self._own.execute("BEGIN IMMEDIATE")
        self._own.execute(f"DROP TABLE IF EXISTS {view}")
        self._own.execute(f"CREATE TABLE {view} ({columns})")
        values = [[row.get(name) for name in names] for row in self._shown]
        self._own.executemany(f"INSERT INTO {view} VALUES ({marks})", values)  # noqa: S608 - its own names
        self._own.execute("COMMIT")
        self._state = state

    def _keep_told(self) -> None:
        """Note what others have written into the rows that were shown, since we last looked."""
        (version,) = self._own.execute("PRAGMA data_version").fetchone()
        if self._state[0] is None or version == self._version:
            return
        self._version = version
        found = self._own.execute(f'SELECT * FROM "{self.spec.path}" ORDER BY rowid').fetchall()  # noqa: S608
        for row, shown in zip(map(dict, found), self._shown, strict=True):
            if changed := {name: value for name, value in row.items() if value != shown.get(name)}:
                self._told[self._mark(shown)] = self._told.get(self._mark(shown), {}) | changed
                shown.update(changed)

    def _mark(self, row: Mapping[str, Any]) -> tuple[str, str]:
        return (str(row.get(self.spec.key)), str(row.get(self.spec.time)))


def _manner(kind: str, options: Mapping[str, Any]) -> str:
    """What a fault of a wire is at a database. Raises NotApplicable."""
    if kind == "status" and "retry_after" not in options:
        found = _STATUSES.get(int(options.get("status", 503)))
    else:
        found = _MANNERS.get(kind)
    if found is None:
        raise NotApplicable(_NOT_HERE.get(kind, "the hub pages through a database by statements of its own"))
    return found


def _altered(snapshot: Snapshot, faults: Iterable[Fault], wire: Wire) -> Sequence[Entry]:
    """The rows as those faults make them."""
    answer = _Answer(snapshot.entries, wire)
    for each in faults:
        FAULTS[each.kind](answer, each.options)
    return answer.entries


class _Answer:
    """All rows as one answer, for faults that know an `Exchange`; what they would send is kept."""

    last = None

    def __init__(self, entries: Sequence[Entry], wire: Wire) -> None:
        self.entries, self.wire = entries, wire

    def answer(self, alter: Alter | None = None) -> Reply:
        count = len(self.entries)
        chunk = Chunk(self.entries, count, 1, max(count, 1), self.entries)
        self.entries = (alter(chunk) if alter else chunk).entries
        return Reply(b"")

    def send(self, reply: Reply, *, body: bytes | None = None) -> None:
        """Nothing is sent: the rows themselves have changed."""

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(f"no fault of rows asks for {name}")


def _plain(row: Row) -> Row:
    """A row as a table can hold it: lists and mappings as JSON text."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for name, value in row.items()
    }
