"""The lab: any set of simulated sources on loopback, with rows that tests may change and a dial of faults."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from conformance.lab.faults import Fault
from conformance.lab.rows import Row, Rows
from conformance.lab.server import LOOPBACK, WireServer
from conformance.lab.wire import Clock, Wire
from conformance.lab.wires import WIRES

ALL: tuple[str, ...] = tuple(WIRES)
PAYLOADS = Path(__file__).parent / "payloads"
HOME = "330110"  # the county all simulated sources belong to


def sample_rows(wire: str) -> list[Row]:
    """The project's own sample payloads of one wire, in the order of their file."""
    with (PAYLOADS / f"{wire}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


class Lab:
    """Simulated sources, running inside ``with``.

    ``rows`` gives the rows of each wire by name; a wire that is not in it serves the sample payloads. ``port`` is the
    first port, the others follow in the order of ``wires``; 0 takes free ones. ``clock`` is the sources' own, in epoch
    seconds; ``settings`` are told beside each source's own. Raises KeyError for a wire that does not exist.
    """

    def __init__(
        self,
        wires: Sequence[str] = ALL,
        *,
        rows: Mapping[str, Iterable[Row]] | None = None,
        port: int = 0,
        clock: Clock = time.time,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        unknown = [name for name in wires if name not in WIRES]
        if unknown:
            raise KeyError(f"no wire {', '.join(unknown)}; known: {', '.join(ALL)}")
        given = rows or {}
        self.wires: dict[str, Wire] = {
            name: WIRES[name](list(given[name]) if name in given else sample_rows(name), clock=clock) for name in wires
        }
        self._ports = {name: port + n if port else 0 for n, name in enumerate(wires)}
        self._settings = settings or {}
        self._servers: dict[str, WireServer] = {}
        self._running: set[str] = set()

    def __enter__(self) -> Self:
        try:
            for name in self.wires:
                self.start(name)
        except OSError:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
        broken = [e for server in self._servers.values() for e in server.broken if isinstance(e, Exception)]
        if broken and error is None:
            raise ExceptionGroup("the lab itself broke", broken)

    def close(self) -> None:
        """Stop every source."""
        for name in list(self._running):
            self.stop(name)

    def start(self, name: str) -> None:
        """Start one source, again on the port it had."""
        before = self._servers.get(name)
        server = WireServer(self.wires[name], self._ports[name])
        self._ports[name] = server.port
        if before is not None:
            server.dial, server.broken = before.dial, before.broken
        self._servers[name] = server
        server.start()
        self._running.add(name)

    def stop(self, name: str) -> None:
        """Stop one source: from now on its port refuses connections."""
        self._running.remove(name)
        self._servers[name].stop()

    def url(self, name: str) -> str:
        """Base URL of one source, without a slash at its end."""
        return f"http://{LOOPBACK}:{self._ports[name]}{self.wires[name].prefix}"

    def rows(self, name: str) -> Rows:
        """The rows of one source, to be changed at will."""
        return self.wires[name].rows

    def fault(self, name: str, kind: str, *, after: int = 0, times: int | None = 1, **options: Any) -> None:
        """Turn the dial of one source: `conformance.lab.faults` tells the kinds and their options.

        Raises KeyError for an unknown kind, TypeError for an option it has not, ValueError for ``token_dies`` where no
        tokens are handed out.
        """
        if kind == "token_dies" and self.wires[name].tokens is None:
            raise ValueError(f"{name} hands out no tokens")
        self._servers[name].dial.set(Fault(kind, after, times, options))

    def clear_faults(self, name: str) -> None:
        """Let everything go right again at one source."""
        self._servers[name].dial.clear()

    def calls(self, name: str) -> int:
        """Calls for rows that have reached one source, faulty ones included, logins not."""
        return self._servers[name].dial.calls

    def settings(self) -> dict[str, dict[str, Any]]:
        """The ``[source.NAME]`` tables of a ``hub.toml`` that reads this lab."""
        return {
            name: {
                "adapter": name,
                "home": HOME,
                "base_url": self.url(name),
                "allow": [f"{LOOPBACK}/32"],
                "history_from": wire.first_day(),
                **wire.credentials(),
                **self._settings.get(name, {}),
            }
            for name, wire in self.wires.items()
        }
