"""One more wire of the lab, told by ``conformance.toml`` and a recording instead of by a class."""

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from conformance.description import DetailSpec, WireSpec
from conformance.envelopes import asked_in_xml, flat, value_at, with_value
from conformance.lab.rows import Entry, Rank, Row
from conformance.lab.server import LOOPBACK
from conformance.lab.wire import Call as Request
from conformance.lab.wire import Chunk, Refusal, Reply, Tokens, Wire
from conformance.lending import Lender
from conformance.scenarios import Recording
from conformance.times import Times
from conformance.traffic import Traffic

TOKEN_LIFE_S = 1800
CURSOR = "cursor"  # the parameter a link leads on with


@dataclass(frozen=True, slots=True)
class Call:
    """One call for rows as it arrived: ``params`` as sent, wherever they travelled; header names in lower case.

    ``at`` is a reading of the monotonic clock in seconds.
    """

    method: str
    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic, compare=False)


class SimWire(Wire):
    """The source ``spec`` tells of. ``clock`` is its own, in epoch seconds."""

    def __init__(
        self,
        spec: WireSpec,
        recording: Recording,
        rows: Iterable[Row],
        *,
        times: Times,
        clock: Callable[[], float],
        traffic: Traffic,
    ) -> None:
        self.spec, self.recording, self.times = spec, recording, times
        self.name, self.key, self.prefix = "sim", spec.key, spec.prefix
        self.path, self.encoding = spec.prefix + spec.path, spec.encoding
        self.traffic = traffic
        self.calls: list[Call] = []
        self.details: list[Call] = []
        self._told: dict[str, Row] = {}  # rows by key, as the list last told them
        self.logins = 0
        self.past_end = spec.page.past_end
        self._lender: Lender | None = None
        if spec.login is not None:
            self.login_path = spec.prefix + spec.login.path
            self.tokens = Tokens(clock, TOKEN_LIFE_S)
            if spec.login.lending is not None:
                self._lender = Lender(spec.login.lending, self.tokens)
        self._since = Times(spec.since.style or spec.time_style, spec.zone) if spec.since else None
        self._window = Times(spec.window.style, spec.zone) if spec.window else None
        super().__init__(rows, clock=clock)

    def lets_in_as(self, other: "SimWire") -> None:
        """Let in whom another wire of the same source has given a token or lent a secret."""
        self.tokens, self._lender = other.tokens, other._lender

    def rank(self, row: Row) -> Rank:
        """Update time in UTC, as text of one length; then the key, numbers before texts."""
        at, key = self.times.read(row.get(self.spec.time)), str(row.get(self.key, ""))
        place = (0, int(key), "") if key.isascii() and key.isdecimal() else (1, 0, key)
        return (_text(at) if at else "", place)

    def note(self, call: Request) -> None:
        """Keep the call."""
        if self.is_login(call.path):
            self.logins += 1
            self.traffic.asked(call, {})
            return
        try:
            params = self.params(call)
        except (KeyError, ValueError):
            params = {}
        if self.spec.login is not None and self.spec.login.lending is not None:  # another one with each secret lent
            params = {name: value for name, value in params.items() if name != self.spec.login.lending.sign}
        kept = self.details if self.is_detail(call.path) else self.calls
        kept.append(Call(call.method, call.path, params, call.headers, call.body))
        self.traffic.asked(call, params)

    def sent(self, call: Request, reply: Reply) -> None:
        """Keep the reply beside its call."""
        self.traffic.answered(call, reply)

    def serves(self, call: Request) -> bool:
        """Rows at one path, the detail of each at one of its own, both by one method."""
        if self.spec.detail is not None and self.is_detail(call.path):
            return call.method == self.spec.detail.method
        return call.path == self.path and call.method == self.spec.method

    def is_detail(self, path: str) -> bool:
        """Where the detail of a row is told."""
        below, detail = path.removeprefix(self.spec.prefix), self.spec.detail
        return detail is not None and path != self.path and detail.asked(below) is not None

    def params(self, call: Request) -> Mapping[str, Any]:
        """The parameters of a call. Raises KeyError or ValueError when they are not where they belong."""
        spec = self.spec
        if spec.wrap:
            return dict(orjson.loads(call.form()[spec.wrap].replace("'", '"')))
        if spec.place == "query":
            return call.query
        if spec.place == "xml":
            return asked_in_xml(call.body)
        return flat(call.json()) if spec.place == "json" else call.form()

    def is_login(self, path: str) -> bool:
        """Where tokens are had, and where lent secrets are renewed."""
        lending = self.spec.login.lending if self.spec.login else None
        return super().is_login(path) or (lending is not None and path == self.spec.prefix + lending.renew)

    def login(self, call: Request) -> Reply:
        """The recorded answer with a new token. Only a renewal by a secret that was not lent is turned away."""
        spec, tokens = self.spec.login, self.tokens
        assert spec is not None
        assert tokens is not None
        values: Mapping[str, Any]
        if self._lender is None:
            values = {spec.token: tokens.issue()}
        elif call.path == self.login_path or self._lender.renews(call.query):
            values = self._lender.lend(spec.token, self.now())
        else:
            raise Refusal(self.refusal(call))
        answer = orjson.loads(self.recording.login or spec.answer)
        for path, value in values.items():
            answer = with_value(answer, path, value)
        return Reply(orjson.dumps(answer).decode().encode(self.encoding))

    def authorise(self, call: Request) -> None:
        """A living token, or a signature by a living secret, where there is a login; the headers ``requires`` lists."""
        if self._dead(call) or any(not call.headers.get(name.lower()) for name in self.spec.requires):
            raise Refusal(self.refusal(call))

    def _dead(self, call: Request) -> bool:
        login = self.spec.login
        if login is None or self.tokens is None:
            return False
        if self._lender is not None:
            return not self._lender.signed({**call.query, **self.params(call)})
        sent = call.headers.get(login.header.lower(), "")
        return not self.tokens.alive(sent.removeprefix(login.prefix))

    def refusal(self, call: Request) -> Reply:
        """What a call with wrong credentials gets."""
        denied = self.spec.denied
        return Reply(denied.body.encode(self.encoding), status=denied.status)

    def select(self, call: Request) -> Chunk:
        """Filter, order, cut. Raises KeyError, TypeError or ValueError for a question that makes no sense."""
        if self.spec.detail is not None and self.is_detail(call.path):
            return self._one(call, self.spec.detail)
        asked = {**self.params(call), **{name: value for name, value in call.query.items() if name == CURSOR}}
        found = self._ordered(self._filtered(asked))
        page = self.spec.page
        size = self.own_size or min(int(asked.get(page.size) or 0) or self.recording.per_page, page.largest)
        if size < 1:
            raise ValueError("a page has at least one row")
        match page.kind:
            case "none":
                return Chunk(found, len(found), 1, max(1, len(found)), found)
            case "number":
                return self._numbered(found, int(asked[page.page]) - page.first + 1, size)
            case "offset":
                start = int(asked.get(page.start) or 0)
                return Chunk(found[start : start + size], len(found), start // size + 1, size, found)
            case "keyset":
                start = self._beyond(found, asked.get(page.after_time), asked.get(page.after_key))
                return Chunk(found[start : start + size], len(found), start // size + 1, size, found)
        token = str(asked.get(page.param if page.kind == "token" else CURSOR) or "")
        start = self._resumed(found, token)
        entries = found[start : start + size]
        ways = (token_of(entries[-1].rank) if start + size < len(found) else "", token or START_TOKEN, START_TOKEN)
        return Chunk(entries, len(found), start // size + 1, size, found, *(self._way(call, way) for way in ways))

    def _one(self, call: Request, detail: DetailSpec) -> Chunk:
        """One row, as the list last told it: what a fault has made of it there is so here. Raises Refusal, KeyError."""
        key = detail.asked(call.path.removeprefix(self.spec.prefix))
        if detail.param:
            key = str((call.query if detail.method == "GET" else self.params(call))[detail.param])
        there = [entry for entry in self.rows.snapshot().entries if str(entry.row.get(self.key)) == key]
        if not there:
            raise Refusal(Reply(b'{"status":404,"error":"Not Found"}', status=404))
        row = self._told.get(str(key), there[-1].row)
        return Chunk([replace(there[-1], row=row)], 1)

    def _way(self, call: Request, token: str) -> str:
        """What leads to a token: itself, or a whole link."""
        if self.spec.page.kind == "token" or not token:
            return token
        kept = {name: value for name, value in call.query.items() if name != CURSOR}
        return f"http://{call.headers.get('host', LOOPBACK)}{self.path}?{urlencode({**kept, CURSOR: token})}"

    def _filtered(self, asked: Mapping[str, Any]) -> list[Entry]:
        low, high = "", "\uffff"
        since, window = self.spec.since, self.spec.window
        if since is not None and self._since is not None and asked.get(since.param) not in (None, ""):
            low = _text(self._since.parse(asked[since.param]))
        if window is not None and self._window is not None and asked.get(window.begin):
            low = max(low, _text(self._window.parse(asked[window.begin])))
            end = self._window.parse(asked[window.end])
            high = _text(end + self._window.step if window.end_inclusive else end)
        only = {self.spec.filters[name]: str(value) for name, value in asked.items() if name in self.spec.filters}
        return [
            entry
            for entry in self.rows.snapshot().entries
            if low <= entry.moment < high
            and all(value == str(value_at(entry.row, path)) for path, value in only.items() if value)
        ]

    def _ordered(self, entries: list[Entry]) -> list[Entry]:
        order = self.spec.order or ("time" if self.spec.page.kind == "keyset" else "key")
        if order == "key":
            return sorted(entries, key=lambda entry: entry.place)
        return entries if order == "time" else entries[::-1]

    def _numbered(self, found: list[Entry], number: int, size: int) -> Chunk:
        last = max(1, -(-len(found) // size))
        if number < 1:
            raise ValueError("no such page")
        if number > last and self.past_end == "404":
            raise Refusal(Reply(b'{"error":"no such page"}', status=404))
        if number > last and self.past_end == "last":
            number = last
        return Chunk(found[(number - 1) * size : number * size], len(found), number, size, found)

    def _beyond(self, found: list[Entry], after_time: Any, after_key: Any) -> int:
        if after_time in (None, ""):
            return 0
        rank = (_text(self.times.parse(after_time)), self.rank({self.key: after_key})[1])
        return sum(entry.rank <= rank for entry in found)

    def _resumed(self, found: list[Entry], token: str) -> int:
        """Where a token leads: behind the row it was made of, wherever that stands now."""
        if not token:
            return 0
        rank = read_token(token)
        if rank is None:
            return 0
        order = self.spec.order or "key"
        if order == "key":
            return sum(entry.place <= rank[1] for entry in found)
        return sum(entry.rank <= rank if order == "time" else entry.rank >= rank for entry in found)

    def wrap(self, call: Request, chunk: Chunk) -> Reply:
        """The recorded envelope around the rows: total, way on and clock are told anew."""
        spec, template = self.spec, self.recording.template
        rows = [entry.row for entry in chunk.entries]
        if spec.detail is not None and self.is_detail(call.path):
            shown = self.recording.detail
            names = {self.key, *spec.detail.fields, *(shown.rows[0] if shown else ())}
            rows = [{name: value for name, value in row.items() if name in names} for row in rows]
            if shown is not None:
                return Reply(shown.fill(rows, {}), content_type=shown.content_type)
        elif spec.detail is not None:
            self._told = {str(row[self.key]): row for row in sorted(rows, key=self.rank) if self.key in row}
            rows = [{name: value for name, value in row.items() if name not in spec.detail.fields} for row in rows]
        if spec.row:
            rows = [{**row, spec.row: number} for number, row in enumerate(rows, 1)]
        values: dict[str, Any] = {}
        if spec.total:
            values[spec.total] = chunk.total
        if spec.clock:
            clock = Times(spec.clock_style or spec.time_style, spec.zone)
            values[spec.clock] = clock.write(datetime.fromtimestamp(self.now(), UTC))
        headers = {}
        if spec.page.path:
            values[spec.page.path] = chunk.next or None
        elif chunk.next:
            headers["Link"] = f'<{chunk.next}>; rel="next"'
        return Reply(template.fill(rows, values), content_type=template.content_type, headers=headers)

    def complain(self, message: str) -> Reply:
        """HTTP 400."""
        return Reply(orjson.dumps({"error": message}), status=400)


START_TOKEN = base64.urlsafe_b64encode(b"null").decode()
"""A token that leads to the first page: what a cycle of tokens closes with."""


def token_of(rank: Rank) -> str:
    """A token that leads behind a row."""
    return base64.urlsafe_b64encode(orjson.dumps(rank)).decode()


def read_token(token: str) -> Rank | None:
    """The row a token leads behind; None for the start. Raises ValueError for one the source never gave."""
    rank = orjson.loads(base64.urlsafe_b64decode(token.encode()))
    return None if rank is None else (str(rank[0]), tuple(rank[1]))


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
