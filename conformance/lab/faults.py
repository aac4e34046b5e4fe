"""The fault dial: what may go wrong between a source and the hub, laid around any wire.

A fault is one function registered by name. It gets the `Exchange` at hand and decides what leaves the socket; what it
does not touch goes out as the wire answered it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Lock
from typing import Any, Protocol

from conformance.lab.wire import Reply, Wire

LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>统一身份认证</title></head>"
    '<body><form action="/sso/login" method="post"><input name="username"/></form></body></html>'
).encode()


class Exchange(Protocol):
    """One request under a fault, as the server lets faults see it."""

    @property
    def wire(self) -> Wire:
        """The wire being spoken."""
        ...

    @property
    def last(self) -> Reply | None:
        """The last answer this wire gave without a fault."""
        ...

    def answer(self) -> Reply:
        """What the wire would say."""
        ...

    def send(self, reply: Reply, *, body: bytes | None = None) -> None:
        """Send the reply; with ``body``, the head still promises the length of the whole one."""
        ...

    def drip(self, reply: Reply, interval_s: float) -> None:
        """Send the reply, then its body one byte each ``interval_s`` seconds, until done or the lab stops."""
        ...

    def wait(self, seconds: float) -> None:
        """Say nothing for so long, or until the lab stops."""
        ...

    def close(self, *, reset: bool = False) -> None:
        """End the connection, by FIN or by RST."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """One setting of the dial: after ``after`` calls ``kind`` acts on the next ``times`` ones (None: for ever)."""

    kind: str
    after: int = 0
    times: int | None = 1
    options: Mapping[str, Any] = field(default_factory=dict)


Act = Callable[[Exchange, Mapping[str, Any]], None]
FAULTS: dict[str, Act] = {}


def fault(name: str) -> Callable[[Act], Act]:
    """Register a fault under a name."""

    def register(act: Act) -> Act:
        FAULTS[name] = act
        return act

    return register


class Dial:
    """The faults set for one wire. Only calls for rows count, logins do not."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._set: list[Fault] = []
        self._acted: dict[int, int] = {}
        self.calls = 0

    def set(self, new: Fault) -> None:
        """Add a fault; its ``after`` counts from now. Raises KeyError for an unknown kind."""
        if new.kind not in FAULTS:
            raise KeyError(f"unknown fault {new.kind!r}; known: {', '.join(sorted(FAULTS))}")
        with self._lock:
            self._set.append(Fault(new.kind, self.calls + new.after, new.times, new.options))

    def clear(self) -> None:
        """Let everything go right again."""
        with self._lock:
            self._set.clear()
            self._acted.clear()

    def next(self) -> Fault | None:
        """Count one call and say which fault befalls it: the first one set that is due."""
        with self._lock:
            self.calls += 1
            for spot, due in enumerate(self._set):
                acted = self._acted.get(spot, 0)
                if self.calls > due.after and (due.times is None or acted < due.times):
                    self._acted[spot] = acted + 1
                    return due
            return None


@fault("close")
def close(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """Hang up without a word."""
    exchange.close()


@fault("reset")
def reset(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """Promise the whole body, send half of it, reset the connection."""
    reply = exchange.answer()
    exchange.send(reply, body=reply.body[: len(reply.body) // 2])
    exchange.close(reset=True)


@fault("cut")
def cut(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """Half of the body with 200 and a Content-Length that fits the half."""
    reply = exchange.answer()
    exchange.send(Reply(reply.body[: len(reply.body) // 2], content_type=reply.content_type))


@fault("html")
def html(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """A login page with 200."""
    exchange.send(Reply(LOGIN_PAGE, content_type="text/html;charset=UTF-8"))


@fault("empty")
def empty(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """200 and nothing."""
    exchange.send(Reply(b""))


@fault("status")
def status(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """Any HTTP status: ``status``, and ``retry_after`` seconds, told as an HTTP date when ``as_date``."""
    headers = {}
    if (wait_s := options.get("retry_after")) is not None:
        moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=float(wait_s))
        headers["Retry-After"] = format_datetime(moment, usegmt=True) if options.get("as_date") else str(wait_s)
    exchange.send(Reply(b'{"error":"lab"}', status=int(options.get("status", 503)), headers=headers))


@fault("redirect")
def redirect(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """302 to ``location``, by default a login page elsewhere."""
    location = str(options.get("location", "http://login.invalid/sso/login"))
    exchange.send(Reply(b"", status=302, headers={"Location": location}))


@fault("hang")
def hang(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """Take the request and say nothing for ``seconds``, then hang up."""
    exchange.wait(float(options.get("seconds", 3600)))
    exchange.close()


@fault("slow")
def slow(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """The right answer, ``seconds`` late."""
    exchange.wait(float(options.get("seconds", 1)))
    exchange.send(exchange.answer())


@fault("drip")
def drip(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """The right answer, a byte each ``interval_s`` seconds."""
    exchange.drip(exchange.answer(), float(options.get("interval_s", 1)))


@fault("repeat")
def repeat(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """The last right answer again, whatever was asked: a doubled page once, with ``times=None`` one page for ever."""
    exchange.send(exchange.last or exchange.answer())


@fault("envelope")
def envelope(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """Well-formed JSON of another shape."""
    exchange.send(Reply(b'{"status":"ok","payload":{"list":[]}}'))


@fault("encoding")
def encoding(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """The right answer in another encoding than promised: ``encoding``, by default gb18030."""
    reply = exchange.answer()
    text = reply.body.decode().encode(str(options.get("encoding", "gb18030")), errors="replace")
    exchange.send(Reply(text, content_type=reply.content_type))


@fault("token_dies")
def token_dies(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """Every token dies just before this call. Only for wires that hand some out."""
    exchange.wire.expire()
    exchange.send(exchange.answer())
