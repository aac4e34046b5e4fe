"""Declarative reads: page by page, window by window, as `hub.wire.Request` says. No I/O: a fetch is handed in.

A read ends where its paging ends it, never because a page is short: sources ignore the size asked for. Whether what
came is all that was announced is the completeness ledger's to judge, not this module's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, Protocol

import orjson

from hub.contract import Item, Page
from hub.errors import ConfigError, PagingLoop, SourceReplyInvalid
from hub.sources.decode import MalformedError
from hub.sources.envelope import ABSENT, walk
from hub.wire import Keyset, NextLink, NextToken, Offset, PageNumber, Paging, Request, Scalar, Since, Window

PAGES_MAX: Final = 100_000
"""Pages one read may take; one that wants more goes round in a way nothing else notices."""

Params = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Reply:
    """A page and the ``rel="next"`` link of its HTTP header, empty when there was none."""

    page: Page
    link: str = ""


class Fetch(Protocol):
    """Gets one page, by parameters or by a link the source gave. A parameter that is None is left out."""

    def __call__(self, params: Params, window: str, /, *, link: str = "") -> Reply:
        """Get it. Raises SourceError."""
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """One window: its first and last day, both included, of the source's zone."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"


def read_pages(
    request: Request,
    since: datetime | None,
    *,
    fetch: Fetch,
    now: datetime,
    zone: tzinfo,
    history_from: str,
    size: int = 0,
    fixed: Params | None = None,
    pages_max: int = PAGES_MAX,
) -> Iterator[Page]:
    """Pages in the source's order, windows from the oldest to the one of the source's today.

    ``since`` and ``now`` are aware; ``size`` 0 keeps the declared one; ``fixed`` parameters go with each request. Each
    window gives its first page even when it is empty (unless that is a 404 which ends it); a page that repeats its
    predecessor past the end is not given. Raises what ``fetch`` raises, PagingLoop, SourceReplyInvalid, ConfigError.
    """
    start = {**(fixed or {}), **since_params(request, since, zone)}
    spans: list[Span | None] = [None]
    if request.window is not None:
        spans = [*windows(request.window, since, now=now, zone=zone, history_from=history_from)]
    pages = 0
    for span in spans:
        params = {**start, **window_params(request.window, span)} if request.window and span else start
        stretch = _Stretch(fetch, params, str(span or ""), size, begun=pages > 0)
        for page in stretch.pages(request.paging):
            pages += 1
            if pages > pages_max:
                raise PagingLoop(f"more than {pages_max} pages in one read", hint="set history_from to a later day")
            yield page


def windows(window: Window, since: datetime | None, *, now: datetime, zone: tzinfo, history_from: str) -> list[Span]:
    """The windows of a read, oldest first: from ``since`` less the look-back, or ``history_from``, to today there.

    Raises ConfigError.
    """
    try:
        oldest = date.fromisoformat(history_from)
    except ValueError:
        raise ConfigError("history_from is no day", hint="write it as YYYY-MM-DD") from None
    today = now.astimezone(zone).date()
    first = oldest
    if since is not None:
        first = max(oldest, min(since.astimezone(zone).date(), today) - timedelta(days=window.look_back))
    first = min(first, today)
    length = timedelta(days=max(1, window.days))
    begins = [first + index * length for index in range((today - first) // length + 1)]
    return [Span(begin, min(begin + length - timedelta(days=1), today)) for begin in begins]


def window_params(window: Window, span: Span) -> dict[str, Scalar]:
    """A window's two parameters. An inclusive end is the last second of its day, where the style shows a time."""
    begin = datetime.combine(span.first, time())
    end = datetime.combine(span.last + timedelta(days=1), time())
    if window.end_inclusive:
        end -= timedelta(seconds=1)
    return {window.begin: begin.strftime(window.style), window.end: end.strftime(window.style)}


def since_params(request: Request, since: datetime | None, zone: tzinfo) -> dict[str, Scalar]:
    """The parameter that asks for what changed since; none without ``since``. A keyset's default is its own time."""
    wanted = request.since
    if wanted is None and isinstance(request.paging, Keyset):
        wanted = Since(param=request.paging.after_time)
    if since is None or wanted is None:
        return {}
    if wanted.style in ("epoch_s", "epoch_ms"):
        return {wanted.param: int(since.timestamp() * (1000 if wanted.style == "epoch_ms" else 1))}
    return {wanted.param: since.astimezone(zone).strftime(wanted.style)}


class _Stretch:
    """The pages of one window, or of a read without windows."""

    def __init__(self, fetch: Fetch, params: Params, window: str, size: int, *, begun: bool) -> None:
        self._fetch, self._params, self._window, self._size = fetch, params, window, size
        self._begun = begun  # a 404 before the first page of a read is a wrong path, not an end
        self._seen: set[int] = set()
        self._last: Sequence[Item] = ()

    def pages(self, paging: Paging) -> Iterator[Page]:
        match paging:
            case PageNumber():
                return self._by_number(paging)
            case Offset():
                return self._by_offset(paging)
            case Keyset():
                return self._by_key(paging)
            case NextToken():
                return self._by_token(paging)
            case NextLink():
                return self._by_link(paging)

    def _by_number(self, paging: PageNumber) -> Iterator[Page]:
        number, rows, again = paging.first, 0, False
        while True:
            try:
                page = self._get({paging.page: number, **self._sized(paging.size, paging.rows)}).page
            except SourceReplyInvalid as error:
                if error.status == 404 and paging.not_found_ends and self._begun:
                    return
                raise
            known = _overlap(self._last, page.rows)
            came = self._repeats(page)
            if number > paging.first and (came or not page.rows):
                if again or not page.rows:
                    return
                again, number = True, number + 1
                continue
            self._onward(again)
            yield page
            rows += len(page.rows) - known
            if not page.rows or (page.total is not None and rows >= page.total):
                return
            number += 1

    def _by_offset(self, paging: Offset) -> Iterator[Page]:
        start, again = 0, False
        while True:
            page = self._get({paging.start: start, **self._sized(paging.size, paging.rows)}).page
            came = self._repeats(page)
            if start and (came or not page.rows):
                if again or not page.rows:
                    return
                again, start = True, start + len(page.rows)
                continue
            self._onward(again)
            yield page
            start += len(page.rows)  # what came, not what was asked for: a source may give less
            if not page.rows or (page.total is not None and start >= page.total):
                return

    def _by_key(self, paging: Keyset) -> Iterator[Page]:
        position: dict[str, Scalar] = {}
        while True:
            page = self._get({**position, **self._sized(paging.size, paging.rows)}).page
            beyond = _position(paging, page)
            if position and beyond in ({}, position):
                if len(page.rows) >= (self._size or paging.rows):
                    raise PagingLoop("a full page without a row after the position")
                return
            yield self._new(page)
            if not beyond:
                return
            position = beyond

    def _by_token(self, paging: NextToken) -> Iterator[Page]:
        params: dict[str, Scalar] = self._sized(paging.size, paging.rows)
        while True:
            page = self._get(params).page
            yield self._new(page)
            token = _found(page.body, paging.path)
            if token is None or token == "":
                return
            params[paging.param] = token

    def _by_link(self, paging: NextLink) -> Iterator[Page]:
        link = ""
        while True:
            reply = self._get({}, link=link)
            yield self._new(reply.page)
            link = str((_found(reply.page.body, paging.path) if paging.path else reply.link) or "")
            if not link:
                return

    def _get(self, params: Params, *, link: str = "") -> Reply:
        reply = self._fetch({**self._params, **params}, self._window, link=link)
        self._begun = True
        return reply

    def _sized(self, name: str, rows: int) -> dict[str, Scalar]:
        return {name: self._size or rows} if name else {}

    def _repeats(self, page: Page) -> bool:
        """Whether the rows are those of the page before. Raises PagingLoop for rows that came further back (A, B, A).

        Rows are compared, not bytes: many envelopes carry a clock or a number of their own.
        """
        if not page.rows:
            return False
        if page.rows == self._last:
            return True
        # Of pages further back only a hash of both ends is kept: to hash all rows would cost a third of decoding them.
        mark = hash(orjson.dumps((len(page.rows), page.rows[0], page.rows[-1])))
        if mark in self._seen:
            raise PagingLoop("the rows of an earlier page came again: the read goes in circles")
        self._seen.add(mark)
        self._last = page.rows
        return False

    @staticmethod
    def _onward(again: bool) -> None:
        """Past the end some page helpers answer the last page again, for ever; in the midst of a list a page that came
        twice stands where another should. One page further tells which. Raises PagingLoop."""
        if again:
            raise PagingLoop("a page came twice and the list went on: the rows between are missing")

    def _new(self, page: Page) -> Page:
        """The page, for paging in which none has any business to come twice. Raises PagingLoop."""
        if self._repeats(page):
            raise PagingLoop("the same page came again: the read does not move on")
        return page


def _overlap(before: Sequence[Item], rows: Sequence[Item]) -> int:
    """How many rows at the start of a page are those at the end of the page before: they count once."""
    if not rows:
        return 0
    first = rows[0]
    for many in range(1, min(len(before), len(rows)) + 1):
        if before[-many] == first and before[-many:] == rows[:many]:
            return many
    return 0


def _position(paging: Keyset, page: Page) -> dict[str, Scalar]:
    """The parameters that ask for what follows the page's last row; empty after an empty page."""
    if not page.rows:
        return {}
    last: Any = page.rows[-1]
    position = {
        parameter: last.get(name) if isinstance(last, Mapping) else None
        for parameter, name in ((paging.after_time, paging.time), (paging.after_key, paging.key))
    }
    if None in position.values():
        raise SourceReplyInvalid(f"the last row of a page has no {paging.time} or no {paging.key} to go on from")
    return position


def _found(body: Any, path: str) -> Any:
    try:
        value = walk(body, path)
    except MalformedError as why:
        raise SourceReplyInvalid(f"{why}, where the way to the next page was promised") from None
    return None if value is ABSENT else value
