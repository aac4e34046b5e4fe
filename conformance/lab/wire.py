"""A wire of the lab: how one kind of source is asked, whom it lets in, what it selects and how it wraps its answer.

``answer`` is the same for all: parse, authorise, select, wrap. A wire only says how. Faults are laid around it by the
server (`conformance.lab.faults`), so that a new fault needs no wire and a new wire no fault.
"""

import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

import orjson

from conformance.lab.rows import Entry, Rank, RawRow, Row, Rows

JSON = "application/json;charset=UTF-8"
LARGEST_PAGE = 1000  # rows; a larger size is silently served as this one, as most sources do
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived. Header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises ValueError when it is none."""
        body = orjson.loads(self.body)
        if not isinstance(body, dict):
            raise ValueError("the body is not an object")  # noqa: TRY004 - what a caller sends is a value, not a type
        return body

    def form(self) -> dict[str, str]:
        """The body as form fields. Raises ValueError when it is not UTF-8."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; ``headers`` go beside Content-Type, Content-Length and Date."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The source says no; ``reply`` is how it says it."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a call selects: the entries of one page, and how many there are in all.

    ``found`` are all entries the pages are cut from. Where tokens or links lead from page to page, ``next`` leads on,
    ``here`` to this page and ``start`` to the first.
    """

    entries: Sequence[Entry]
    total: int
    page: int = 1
    size: int = 0
    found: Sequence[Entry] = ()
    next: str = ""
    here: str = ""
    start: str = ""

    @property
    def last(self) -> int:
        """Number of the last page."""
        return max(1, -(-len(self.found) // self.size)) if self.size else 1

    def cut(self, number: int) -> Sequence[Entry]:
        """The entries of another page of the same selection, from 1."""
        return self.found[(number - 1) * self.size : number * self.size]

    @property
    def joined(self) -> bytes:
        """The encoded rows, separated by commas."""
        return b",".join([entry.encoded for entry in self.entries])


Alter = Callable[[Chunk], Chunk]


class Tokens:
    """Tokens with an idle life in seconds: each use starts it anew."""

    def __init__(self, clock: Clock, idle_s: float) -> None:
        self._clock, self._idle_s = clock, idle_s
        self._seen: dict[str, float] = {}

    def issue(self, text: str | None = None) -> str:
        """A new token, of the given text or a random one."""
        token = text or secrets.token_hex(16)
        self._seen[token] = self._clock()
        return token

    def alive(self, token: str) -> bool:
        """Whether the token may still be used; using it keeps it alive."""
        now, seen = self._clock(), self._seen.get(token)
        if seen is None or now - seen > self._idle_s:
            return False
        self._seen[token] = now
        return True

    def kill(self) -> None:
        """Let every token die now."""
        self._seen.clear()


class Wire(ABC):
    """One simulated source. Subclass it, name it, and say how it is asked, how it selects and how it wraps."""

    name: str
    key: str  # field that identifies a row
    path: str  # where rows are read
    login_path: str = ""
    prefix: str = ""  # path part of the base URL
    encoding: str = "utf-8"  # of its replies

    # Habits, which a fault may change for one answer.
    own_size: int | None = None  # rows on a page, whatever is asked for (F19)
    past_end: str = "empty"  # what comes beyond the last page; "last": that page again (F16)
    skew_s: float = 0.0  # by how much its clock is fast (F20)

    tokens: Tokens | None = None  # what a login hands out, for wires that have one

    def __init__(self, rows: Iterable[Row], *, clock: Clock = time.time) -> None:
        self.clock = clock
        self.rows = Rows(rows, key=self.key, rank=self.rank, encode=self.encode)

    def note(self, call: Call) -> None:  # noqa: B027 - most wires keep no account
        """Told of every call as it arrives, before any fault. A wire that keeps an account keeps it here."""

    def sent(self, call: Call, reply: Reply) -> None:  # noqa: B027 - as above
        """Told of every reply as far as it has left, a fault's too."""

    def answer(self, call: Call, alter: Alter | None = None) -> Reply:
        """Answer one call as the source would; ``alter`` is what a fault makes of the rows it selects."""
        try:
            if self.is_login(call.path):
                return self.login(call)
            if not self.serves(call):
                return Reply(b'{"status":404,"error":"Not Found"}', status=404)
            self.authorise(call)
            chunk = self.select(call)
            return self.wrap(call, alter(chunk) if alter else chunk)
        except Refusal as refusal:
            return refusal.reply
        except (KeyError, ValueError):
            return self.complain("请求参数错误")

    def now(self) -> float:
        """The source's own clock, in epoch seconds."""
        return self.clock() + self.skew_s

    @contextmanager
    def habits(self, **habits: Any) -> Iterator[None]:
        """Other habits in the block: ``own_size``, ``past_end``, ``skew_s``. One reader at a time is told apart."""
        before = {name: getattr(self, name) for name in habits}
        try:
            for name, value in habits.items():
                setattr(self, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(self, name, value)

    def refusal(self, call: Call) -> Reply:
        """What this call would get with wrong credentials: with none at all, by default."""
        try:
            self.authorise(replace(call, headers={}))
        except Refusal as refusal:
            return refusal.reply
        return Reply(b'{"error":"denied"}', status=401)

    def serves(self, call: Call) -> bool:
        """Whether there is anything at that path."""
        return call.path == self.path

    def is_login(self, path: str) -> bool:
        """Whether tokens are had at a path."""
        return bool(self.login_path) and path == self.login_path

    def is_detail(self, path: str) -> bool:
        """Whether what stands at a path is the detail of a row: faults and counts are of lists."""
        return False

    def login(self, call: Call) -> Reply:
        """Answer a login. Only for wires that have a ``login_path``."""
        raise NotImplementedError(self.name)

    def expire(self) -> None:
        """Let every token die now. Raises ValueError for a wire that hands out none."""
        if self.tokens is None:
            raise ValueError(f"{self.name} hands out no tokens")
        self.tokens.kill()

    def encode(self, row: Row) -> bytes:
        """A row as it stands inside the envelope."""
        return row.raw if isinstance(row, RawRow) else orjson.dumps(row)

    def credentials(self) -> dict[str, str]:
        """The settings a hub needs to be let in."""
        return {}

    def first_day(self) -> str:
        """The day before which no row was updated, ``YYYY-MM-DD``: a first read need not ask for more."""
        days = (day_of(entry.moment) for entry in self.rows.snapshot().entries)
        return min((day for day in days if day), default="2020-01-01")

    @abstractmethod
    def rank(self, row: Row) -> Rank:
        """A row's (update time, key), comparable as they are."""

    @abstractmethod
    def authorise(self, call: Call) -> None:
        """Let the call in, or raise `Refusal`."""

    @abstractmethod
    def select(self, call: Call) -> Chunk:
        """The rows asked for. Raises KeyError or ValueError when the question makes no sense."""

    @abstractmethod
    def wrap(self, call: Call, chunk: Chunk) -> Reply:
        """The envelope around them."""

    @abstractmethod
    def complain(self, message: str) -> Reply:
        """How the source says that a question made no sense."""


def day_of(moment: str) -> str:
    """The day of an update time in any of the wires' styles, ``YYYY-MM-DD``; empty when there is none."""
    digits = moment.replace("-", "")[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if digits.isdigit() and len(digits) == 8 else ""


def page_of(wire: Wire, entries: Sequence[Entry], page: object, size: object) -> Chunk:
    """Cut a page by its number, from 1. ``past_end`` ``last`` is the trap: beyond the end the last page comes again."""
    number, rows = int(str(page)), wire.own_size or min(int(str(size)), LARGEST_PAGE)
    if number < 1 or rows < 1:
        raise ValueError("page and size begin at 1")
    last = max(1, -(-len(entries) // rows))
    if wire.past_end == "last":
        number = min(number, last)
    start = (number - 1) * rows
    return Chunk(entries[start : start + rows], len(entries), number, rows, entries)
