"""The fault dial: what may go wrong between a source and the hub, laid around any wire.

A fault is one function registered by name. It gets the `Exchange` at hand and decides what leaves the socket; what it
does not touch goes out as the wire answered it. Each tells the number it has in the list of faults (F01 to F50). Not on
the dial, since they befall the way to a source and not the source: F02 (no such host), F04 and F05 (TLS).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from email.utils import format_datetime
from threading import Lock
from typing import Any, Protocol

from conformance.lab.rows import Entry, Row
from conformance.lab.wire import Alter, Chunk, Reply, Wire

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

    def answer(self, alter: Alter | None = None) -> Reply:
        """What the wire would say, the rows it selects altered."""
        ...

    def refusal(self) -> Reply:
        """What the wire would say to wrong credentials."""
        ...

    def refuse(self) -> None:
        """End all connections and stop listening."""
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
    """One setting of the dial: after ``after`` calls ``kind`` acts on the next ``times`` ones (None: for ever).

    Raises KeyError for a kind nobody knows, TypeError for an option that its kind has not: a dial that took it would
    turn to something else than was meant.
    """

    kind: str
    after: int = 0
    times: int | None = 1
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in FAULTS:
            raise KeyError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(FAULTS))}")
        for name in self.options:
            if name not in (known := OPTIONS[self.kind]):
                near = get_close_matches(name, known, n=1, cutoff=0.5)
                hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
                raise TypeError(f"the fault {self.kind!r} has no option {name!r}; {hint}")


Act = Callable[[Exchange, Mapping[str, Any]], None]
FAULTS: dict[str, Act] = {}
OPTIONS: dict[str, tuple[str, ...]] = {}


def fault(name: str, *options: str) -> Callable[[Act], Act]:
    """Register a fault under a name, with the names of its options."""

    def register(act: Act) -> Act:
        FAULTS[name], OPTIONS[name] = act, options
        return act

    return register


class Dial:
    """The faults set for one wire. Only calls for rows count, logins do not."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._set: list[tuple[int, Fault]] = []  # each with the calls there had been when it was set
        self._acted: dict[int, int] = {}
        self._idle: list[Fault] = []
        self.calls = 0

    def set(self, new: Fault) -> None:
        """Add a fault; its ``after`` counts from now."""
        with self._lock:
            self._set.append((self.calls, new))

    def clear(self) -> None:
        """Let everything go right again."""
        with self._lock:
            self._idle += self._waiting()
            self._set.clear()
            self._acted.clear()

    @property
    def idle(self) -> list[Fault]:
        """The faults that were set and have never acted: whoever set them has not seen what they do."""
        with self._lock:
            return [*self._idle, *self._waiting()]

    def _waiting(self) -> list[Fault]:
        return [each for spot, (_, each) in enumerate(self._set) if spot not in self._acted]

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of the faults that are set, spent ones too."""
        with self._lock:
            return frozenset(each.kind for _, each in self._set)

    def next(self) -> Fault | None:
        """Count one call and say which fault befalls it: the first one set that is due."""
        with self._lock:
            self.calls += 1
            for spot, (before, due) in enumerate(self._set):
                acted = self._acted.get(spot, 0)
                if self.calls > before + due.after and (due.times is None or acted < due.times):
                    self._acted[spot] = acted + 1
                    return due
            return None


# F01 to F06, F12: the connection


@fault("refused")
def refused(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F01: every connection ends, and none is taken until the source is started anew."""
    exchange.refuse()


@fault("hang", "seconds")
def hang(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F03: take the request and say nothing for ``seconds``, then hang up."""
    exchange.wait(float(options.get("seconds", 3600)))
    exchange.close()


@fault("slow", "seconds")
def slow(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F03, mildly: the right answer, ``seconds`` late."""
    exchange.wait(float(options.get("seconds", 1)))
    exchange.send(exchange.answer())


@fault("close")
def close(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F06, before the first byte: hang up without a word."""
    exchange.close()


@fault("reset")
def reset(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F06: promise the whole body, send half of it, reset the connection; at once where there is no body to halve."""
    reply = exchange.answer()
    if reply.body:
        exchange.send(reply, body=reply.body[: len(reply.body) // 2])
    exchange.close(reset=True)


@fault("drip", "interval_s")
def drip(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F12: the right answer, a byte each ``interval_s`` seconds."""
    exchange.drip(exchange.answer(), float(options.get("interval_s", 1)))


# F07 to F11, F28: the reply as a whole


@fault("cut")
def cut(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F07: half of the body with 200 and a Content-Length that fits the half."""
    reply = exchange.answer()
    exchange.send(Reply(reply.body[: len(reply.body) // 2], content_type=reply.content_type))


@fault("html")
def html(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F08: a login page with 200."""
    exchange.send(Reply(LOGIN_PAGE, content_type="text/html;charset=UTF-8"))


@fault("redirect", "location")
def redirect(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F08, with 302: to ``location``, by default a login page elsewhere."""
    location = str(options.get("location", "http://login.invalid/sso/login"))
    exchange.send(Reply(b"", status=302, headers={"Location": location}))


@fault("empty")
def empty(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F09: 200 and nothing."""
    exchange.send(Reply(b""))


@fault("envelope")
def envelope(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F08, as JSON: 200 and well-formed JSON of another shape."""
    exchange.send(Reply(b'{"status":"ok","payload":{"list":[]}}'))


@fault("status", "status", "retry_after", "as_date")
def status(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F10, F11: any HTTP ``status`` (503); ``retry_after`` seconds, told as an HTTP date when ``as_date``."""
    headers = {}
    if (wait_s := options.get("retry_after")) is not None:
        moment = datetime.fromtimestamp(int(exchange.wire.now()), UTC) + timedelta(seconds=float(wait_s))
        headers["Retry-After"] = format_datetime(moment, usegmt=True) if options.get("as_date") else str(wait_s)
    exchange.send(Reply(b'{"error":"lab"}', status=int(options.get("status", 503)), headers=headers))


@fault("reply", "status", "body")
def reply(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F10, F11 in words of the source's own: this ``body`` (text), with this ``status``."""
    body = str(options.get("body", "")).encode(exchange.wire.encoding)
    exchange.send(Reply(body, status=int(options.get("status", 200))))


@fault("encoding", "encoding")
def encoding(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F28: the right answer in another encoding than promised: ``encoding``, by default the other one in use here."""
    reply, promised = exchange.answer(), exchange.wire.encoding
    other = str(options.get("encoding", "gb18030" if promised == "utf-8" else "utf-8"))
    exchange.send(Reply(reply.body.decode(promised).encode(other, errors="replace"), content_type=reply.content_type))


# F14 to F19: paging


@fault("repeat")
def repeat(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F14, F16: the last right answer again, whatever was asked: doubled once, for ever with ``times=None``."""
    exchange.send(exchange.last or exchange.answer())


@fault("reordered")
def reordered(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F15: the pages in the opposite order: asked for the first, the source gives the last."""
    exchange.send(exchange.answer(lambda chunk: replace(chunk, entries=chunk.cut(chunk.last + 1 - chunk.page))))


@fault("last_page")
def last_page(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F16: with ``times=None`` the last page for ever: it comes beyond the end, or leads on to itself."""
    with exchange.wire.habits(past_end="last"):
        exchange.send(exchange.answer(lambda chunk: replace(chunk, next=chunk.next or chunk.here)))


@fault("cycle")
def cycle(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F16, A-B-A: with ``times=None`` what follows the second page is the first."""

    def back(chunk: Chunk) -> Chunk:
        return replace(chunk, entries=chunk.entries or chunk.cut(1), next=chunk.start if chunk.page > 1 else chunk.next)

    with exchange.wire.habits(past_end="empty"):
        exchange.send(exchange.answer(back))


@fault("total", "by")
def total(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F17: the announced total is off by ``by`` (1)."""
    exchange.send(exchange.answer(lambda chunk: replace(chunk, total=max(0, chunk.total + int(options.get("by", 1))))))


@fault("moving", "change")
def moving(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F18: just before this answer ``change(rows)`` inserts, updates or deletes."""
    options["change"](exchange.wire.rows)
    exchange.send(exchange.answer())


@fault("page_size", "size")
def page_size(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F19: the source keeps to its own ``size`` of a page (3), whatever is asked for; set it with ``times=None``."""
    with exchange.wire.habits(own_size=int(options.get("size", 3))):
        exchange.send(exchange.answer())


@fault("foreign_link", "location")
def foreign_link(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """Attack 4.2: the link to the next page leads to another origin, ``location``. Only for wires that give links."""
    location = str(options.get("location", "http://elsewhere.invalid/next"))
    exchange.send(exchange.answer(lambda chunk: replace(chunk, next=location)))


# F20 to F23: clocks and credentials


@fault("skew", "seconds")
def skew(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F20: the source's clock is ``seconds`` (600) fast, or slow when negative."""
    with exchange.wire.habits(skew_s=float(options.get("seconds", 600))):
        exchange.send(exchange.answer())


@fault("token_dies")
def token_dies(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F21: every token dies just before this call. Only for wires that hand some out."""
    exchange.wire.expire()
    exchange.send(exchange.answer())


@fault("signing")
def signing(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F23: the rule of signing has changed: the source refuses the credentials, in its own words."""
    exchange.send(exchange.refusal())


# F24 to F30: rows. ``keys`` are the rows meant, all of the answer by default; ``value`` is one or made of the row.


def _changed(exchange: Exchange, options: Mapping[str, Any], change: Callable[[Row], Row]) -> None:
    wire, keys = exchange.wire, options.get("keys")
    meant = None if keys is None else {str(key) for key in keys}

    def each(entry: Entry) -> Entry:
        if meant is not None and str(entry.row.get(wire.key)) not in meant:
            return entry
        row = change(dict(entry.row))
        return replace(entry, row=row, encoded=wire.encode(row))

    exchange.send(exchange.answer(lambda chunk: replace(chunk, entries=[each(entry) for entry in chunk.entries])))


def _set(exchange: Exchange, options: Mapping[str, Any], name: str, value: Any) -> None:
    _changed(exchange, options, lambda row: row | {name: value(row) if callable(value) else value})


@fault("new_column", "keys", "field", "value")
def new_column(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F24: a column nobody knows: ``field`` (``newColumn``) with ``value``."""
    _set(exchange, options, str(options.get("field", "newColumn")), options.get("value", "新"))


@fault("missing_column", "keys", "field")
def missing_column(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F25: the column ``field`` is gone."""
    _changed(exchange, options, lambda row: {name: row[name] for name in row if name != options["field"]})


@fault("retyped_column", "keys", "field", "value")
def retyped_column(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F26: the column ``field`` is of another type: ``value``, by default a list around what it was."""
    field_name = str(options["field"])
    _set(exchange, options, field_name, options.get("value", lambda row: [row.get(field_name)]))


@fault("unknown_value", "keys", "field", "value")
def unknown_value(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F27: in ``field`` stands a ``value`` (``ZZ-UNKNOWN``) that no list has."""
    _set(exchange, options, str(options["field"]), options.get("value", "ZZ-UNKNOWN"))


@fault("same_time", "keys", "field", "value")
def same_time(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F29: the update time is the same, ``field`` holds something else: ``value``, by default a little more text."""
    field_name = str(options["field"])
    _set(exchange, options, field_name, options.get("value", lambda row: f"{row.get(field_name) or ''}（更正）"))


@fault("time_back", "keys", "field", "value")
def time_back(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """F30: the update time in ``field`` goes back, to ``value``."""
    _set(exchange, options, str(options["field"]), options["value"])
