"""A simulated source that pushes: it tells the hub's inbox of its rows, over HTTP on loopback.

It is a source like the others (`conformance.replay`), with rows to change and a clock, and asked for nothing: its calls
are the pushes it has made. What only an asked source can do wrong does not apply to it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from http.client import HTTPConnection
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape

import orjson

from conformance.description import PushSpec, WireSpec
from conformance.envelopes import FORM, JSON, XML
from conformance.lab.rows import Row
from conformance.lab.server import LOOPBACK
from conformance.lab.wire import Call as Request
from conformance.lab.wire import Reply
from conformance.outcome import NotApplicable
from conformance.replay import SimSource
from conformance.scenarios import Recording
from conformance.simwire import Call
from conformance.traffic import Traffic
from hub.testing import PushDoor, PushRequest

PATIENCE_S: Final = 10.0
"""How long an answer is waited for: the hub answers when the push is in its store."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a push was answered."""

    status: int
    body: bytes

    @property
    def good(self) -> bool:
        """Whether the source takes it for success, and tells its rows no more."""
        return 200 <= self.status < 300


class Sender(SimSource):
    """A simulated source that pushes; the template of ``recording`` is a push to be filled."""

    def __init__(
        self, spec: WireSpec, recording: Recording, rows: Iterable[Row], traffic: Traffic | None = None
    ) -> None:
        super().__init__(spec, recording, rows, traffic)
        self.push = spec.push or PushSpec(items=spec.items, rows=0)
        self.shape = recording.template
        self._pushes = 0

    def start(self) -> None:
        """Nothing listens: it calls."""

    def stop(self) -> None:
        """Nothing listens."""

    @property
    def running(self) -> bool:
        """It is always there."""
        return True

    @property
    def place(self) -> Mapping[str, Any]:
        """Nobody goes to it."""
        return {}

    @property
    def allow(self) -> tuple[str, ...]:
        """Nobody goes to it."""
        return ()

    def fault(self, kind: str, *, after: int = 0, times: int | None = 1, **options: Any) -> NoReturn:
        """Raises NotApplicable: faults befall answers, and it gives none."""
        raise NotApplicable(f"a source that pushes gives no answer: nothing there is like {kind}")

    def clear(self) -> None:
        """Nothing can be wrong."""

    def bodies(self, rows: Sequence[Row] | None = None) -> Iterator[bytes]:
        """The pushes that tell of these rows, by default of all in the order of their times; each a new one."""
        told = [entry.row for entry in self.rows.snapshot().entries] if rows is None else list(rows)
        size = self.push.rows or len(told) or 1
        for start in range(0, len(told), size):
            yield self.body(told[start : start + size])

    def body(self, rows: Sequence[Row]) -> bytes:
        """One push with these rows, under a number and of a time of its own."""
        self._pushes += 1
        values: dict[str, Any] = {}
        if self.push.number:
            values[self.push.number] = f"push-{self._pushes:06}"
        if self.push.sent:
            values[self.push.sent] = self.stamp(self.clock)
        return self.shape.fill(rows, values)

    def strange(self, row: Row) -> bytes:
        """A push with a row under a name that nobody knows."""
        match self.push.place:
            case "json":
                return orjson.dumps({"unheard_of": [row]})
            case "form":
                return urlencode({"unheard_of": orjson.dumps([row]).decode()}).encode()
        return f"<unheard_of>{escape(str(row))}</unheard_of>".encode()

    def nonce(self) -> str:
        """One that it has not used before."""
        self._pushes += 1
        return f"nonce-{self._pushes:06}-{id(self):x}"

    def request(self, door: PushDoor, body: bytes, *, at: datetime | None = None, **how: Any) -> PushRequest:
        """The body, signed as the source signs it: now and with a fresh nonce unless told otherwise."""
        usual = {"nonce": self.nonce(), "method": self.push.method}
        kind = self.push.content_type or {"json": JSON, "form": FORM, "xml": XML}[self.push.place]
        return door.request(body, at=at or self.clock, **{**usual, "content_type": kind, **how})

    def send(self, door: PushDoor, request: PushRequest) -> Answer:
        """Push it to the inbox; its answer."""
        path, _, query = request.target.partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        told = dict(parse_qsl(query))
        call = Request(request.method, path, told, headers, request.body)
        self.calls.append(Call(request.method, path, told, headers, request.body))
        self.wire.traffic.asked(call, told)
        with closing(HTTPConnection(LOOPBACK, door.port, timeout=PATIENCE_S)) as line:
            line.request(request.method, request.target, request.body, dict(request.headers))
            reply = line.getresponse()
            answer = Answer(reply.status, reply.read())
        self.wire.traffic.answered(call, Reply(answer.body, answer.status))
        return answer


def changed(request: PushRequest, **headers: str | None) -> PushRequest:
    """The request with other headers; None takes one away."""
    kept = {name: value for name, value in request.headers.items() if headers.get(name, "") is not None}
    return replace(request, headers=kept | {name: value for name, value in headers.items() if value is not None})
