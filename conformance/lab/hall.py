"""Several sources on one loopback port, told apart by the first part of the path: ``/NAME/...``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.lab.faults import Dial
from conformance.lab.server import Seat, WireServer
from conformance.lab.wire import Reply, Wire


@dataclass(slots=True)
class Booth:
    """One wire of a hall, with a dial of its own."""

    wire: Wire
    dial: Dial = field(default_factory=Dial)
    details: Dial = field(default_factory=Dial)
    last: Reply | None = None


class HallServer(WireServer):
    """Serves sources by name, at least one; each serves paths that begin with ``/NAME``.

    A source has one wire for each of its streams, by path, the details of its rows with it; other paths, such as that
    of a login, are the first one's. Each wire has its own dial.
    """

    def __init__(self, wires: Mapping[str, Mapping[str, Wire]], port: int = 0, *, poll_s: float = 0.02) -> None:
        self.booths = {name: {path: Booth(wire) for path, wire in each.items()} for name, each in wires.items()}
        first = next(booth for booths in self.booths.values() for booth in booths.values())
        super().__init__(first.wire, port, poll_s=poll_s)

    def seat(self, path: str) -> Seat:
        """The wire a path belongs to. Raises KeyError for a path that is nobody's: no hub asks for one."""
        booths = self.booths[path.split("/", 2)[1]]
        shown = (booth for booth in booths.values() if booth.wire.is_detail(path))
        return booths.get(path) or next(shown, next(iter(booths.values())))
