"""A simulated source made of a recording: a real HTTP server on loopback that filters, orders and pages as told.

`conformance.simwire.SimWire` speaks; `SimSource` is what a check holds: rows to change, calls to look at, a dial of
faults, a clock.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from conformance.description import WireSpec
from conformance.lab.faults import Fault
from conformance.lab.rows import Row, Rows
from conformance.lab.server import LOOPBACK, WireServer
from conformance.scenarios import Recording
from conformance.simwire import Call, SimWire
from conformance.times import Times
from conformance.traffic import Traffic

POLL_S = 0.002  # a suite starts and stops hundreds of sources
STALLING = frozenset({"hang", "slow", "drip"})


class SimSource:
    """A simulated source, running inside ``with``.

    ``rows`` may be changed at will; ``calls`` are the calls for rows so far, those under a fault included. ``clock`` is
    the source's own (its ``Date`` header), aware, settable; it stands still, a day behind the newest row to begin with.
    What goes over the wire is told to ``traffic``.
    """

    def __init__(
        self, spec: WireSpec, recording: Recording, rows: Iterable[Row], traffic: Traffic | None = None
    ) -> None:
        rows = list(rows)
        self.spec = spec
        self.times = Times(spec.time_style, spec.zone, spec.time)
        newest = self.times.newest([*recording.rows, *rows])
        self.clock = (newest or datetime(2026, 6, 1, tzinfo=UTC)).replace(microsecond=0) + timedelta(days=1)
        self.wire = SimWire(spec, recording, rows, times=self.times, clock=self._seconds, traffic=traffic or Traffic())
        self._port = 0
        self._server: WireServer | None = None
        self._spent: list[BaseException] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        broken = [each for each in self._spent if isinstance(each, Exception)]
        if broken and error is None:
            raise ExceptionGroup("the simulated source itself broke", broken)

    def _seconds(self) -> float:
        return self.clock.timestamp()

    def start(self) -> None:
        """Listen, again on the port it had."""
        server = WireServer(self.wire, self._port, poll_s=POLL_S)
        if self._server:
            server.dial, server.details = self._server.dial, self._server.details
        self._server, self._port = server, server.port
        server.start()

    def stop(self) -> None:
        """From now on its port refuses connections (F01), until `start` or `clear`."""
        if self.running and self._server is not None:
            self._server.stop()
            self._spent += self._server.broken

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._server is not None and not self._server.stopping.is_set()

    @property
    def url(self) -> str:
        """Base URL, without a slash at its end."""
        return f"http://{LOOPBACK}:{self._port}{self.wire.prefix}"

    @property
    def place(self) -> Mapping[str, Any]:
        """Settings of an instance that say where to find it."""
        return {"base_url": self.url}

    @property
    def allow(self) -> tuple[str, ...]:
        """What an instance must be allowed to reach."""
        return (f"{LOOPBACK}/32",)

    @property
    def rows(self) -> Rows:
        """The table: ``add(row)``, ``update(key, **fields)``, ``delete(key)``, iteration."""
        return self.wire.rows

    @property
    def calls(self) -> list[Call]:
        """Calls for rows, in their order; logins are not among them."""
        return self.wire.calls

    @property
    def details(self) -> list[Call]:
        """Calls for the detail of one row, in their order."""
        return self.wire.details

    @property
    def logins(self) -> int:
        """How often somebody logged in."""
        return self.wire.logins

    @property
    def keys(self) -> list[str]:
        """Keys of the rows, as text, in the order of the table."""
        return [str(row[self.spec.key]) for row in self.rows if self.spec.key in row]

    def fault(self, kind: str, *, after: int = 0, times: int | None = 1, **options: Any) -> None:
        """Turn the dial: after ``after`` more calls, ``kind`` acts on the next ``times`` (None: for ever).

        `conformance.lab.faults` tells the kinds and their options. ``refused`` lasts until `clear`, whatever ``times``.
        """
        assert self._server is not None
        new = Fault(kind, after, times, {**self._usual(kind), **options})
        if kind == "refused" and not after:
            self.stop()
            return
        if kind == "token_dies" and self.wire.tokens is None:
            raise ValueError("this source hands out no tokens")
        if kind == "foreign_link" and self.spec.page.kind != "link":
            raise ValueError("this source gives no links")
        self._server.dial.set(new)

    def fault_details(self, fault: Fault) -> None:
        """Turn the dial for details of rows: it counts them alone."""
        assert self._server is not None
        self._server.details.set(fault)

    def _usual(self, kind: str) -> dict[str, Any]:
        """The fields a fault of rows means when it is not told others."""
        match kind:
            case "unknown_value":
                return {"field": self.spec.code}
            case "time_back":
                return {"field": self.spec.time, "value": self._day_before}
            case "missing_column" | "retyped_column" | "same_time":
                return {"field": self._text_field()}
        return {}

    def _day_before(self, row: Row) -> str | int:
        return self.stamp((self.moment(row) or self.clock) - timedelta(days=1))

    def _text_field(self) -> str:
        """The field with the longest text: what a matter is about, most likely."""
        row: Row = next(iter(self.rows), {})
        known = {self.spec.key, self.spec.time, self.spec.code}
        texts = {name: len(value) for name, value in row.items() if isinstance(value, str) and name not in known}
        return max(texts, key=lambda name: texts[name], default="text")

    @property
    def stalls(self) -> bool:
        """Whether the dial is set to a fault that keeps a reader waiting."""
        return self._server is not None and not STALLING.isdisjoint(self._server.dial.kinds)

    @property
    def idle(self) -> list[Fault]:
        """The faults that were set and have never acted."""
        return [*self._server.dial.idle, *self._server.details.idle] if self._server else []

    def clear(self) -> None:
        """Let everything go right again."""
        assert self._server is not None
        self._server.dial.clear()
        self._server.details.clear()
        if not self.running:
            self.start()

    def tombstone(self, key: object) -> None:
        """Mark a row as deleted, now: its update time is behind all others. Raises ValueError where none is told."""
        deleted = self.spec.deleted
        if deleted is None:
            raise ValueError("conformance.toml tells no tombstone")
        self.rows.update(key, **{deleted.field: deleted.value, self.spec.time: self.later()})

    def later(self, steps: int = 60) -> str | int:
        """An update time behind all rows' and not after the clock, as the source writes it; ``steps`` in seconds."""
        return self.times.later(self.rows, steps)

    def stamp(self, at: datetime) -> str | int:
        """An aware time as the source writes it."""
        return self.times.write(at)

    def moment(self, row: Mapping[str, Any]) -> datetime | None:
        """When a row was last changed, aware, UTC."""
        return self.times.read(row.get(self.spec.time))
