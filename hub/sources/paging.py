"""Declarative reads: page by page, window by window, as `hub.wire.Request` says. No I/O: a fetch is handed in.

A read ends where its paging ends it, never because a page is short: sources ignore the size asked for. Whether what came
is all that was announced is the completeness ledger's to judge, not this module's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Protocol

import orjson

from hub.contract import Page
from hub.errors import ConfigError, PagingLoop, SourceReplyInvalid
from hub.sources.envelope import ABSENT, walk
from hub.wire import Keyset, NextLink, NextToken, Offset, PageNumber, Paging, Request, Scalar, Since, Window

PAGES_MAX: Final = 100_000
"""Pages one read may take; a read that wants more goes in circles in a way nothing else notices."""

Params = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Reply:
    """A page and the ``rel="next"`` link of its HTTP header, empty when there was none."""

    page: Page
    link: str = ""


class Fetch(Protocol):
    """Gets one page: by parameters laid out as the request says, or by a link the source gave. None leaves a parameter out."""

    def __call__(self, params: Params, window: str, /, *, link: str = "") -> Reply: ...


@dataclass(frozen=True, slots=True)
class Span:
    """One window of days, both ends included, in the source's zone."""

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
    """Pages of a read in the source's order, windows from the oldest day to the source's today.

    ``since`` is aware or None; ``size`` 0 keeps the declared one; ``fixed`` are parameters sent with each request. Each window
    gives its first page even when it is empty. A page that repeats its predecessor past the end is not given.
    Raises what ``fetch`` raises, PagingLoop, SourceReplyInvalid, ConfigError.
    """
    start = {**(fixed or {}), **since_params(request, since, zone)}
    window = request.window
    spans = windows(window, since, now=now, zone=zone, history_from=history_from) if window else [None]
    left = pages_max
    got = False
    for span in spans:
        params = {**start, **window_params(window, span)} if window and span else start
        reading = _Reading(fetch, params, str(span or ""), size, got)
        for page in reading.pages(request.paging):
            if not left:
                raise PagingLoop(f"more than {pages_max} pages in one read")
            left -= 1
            got = True
            yield page


def windows(window: Window, since: datetime | None, *, now: datetime, zone: tzinfo, history_from: str) -> list[Span]:
    """The windows of a read: from ``since`` (or ``history_from``) less the look-back, to the source's today."""
    today = now.astimezone(zone).date()
    try:
        oldest = date.fromisoformat(history_from)
    except ValueError:
        raise ConfigError("history_from is not a day", hint="write it as YYYY-MM-DD") from None
    first = oldest
    if since is not None:
        first = max(oldest, min(since.astimezone(zone).date(), today) - timedelta(days=window.look_back))
    first = min(first, today)
    days = max(1, window.days)
    count = (today - first).days // days + 1
    starts = [first + timedelta(days=days * index) for index in range(count)]
    return [Span(begin, min(begin + timedelta(days=days - 1), today)) for begin in starts]


def window_params(window: Window, span: Span) -> dict[str, Scalar]:
    """A window's two parameters. An inclusive end is the last second of its day, for sources that want a time."""
    end = datetime.combine(span.last, time(23, 59, 59))
    if not window.end_inclusive:
        end = datetime.combine(span.last + timedelta(days=1), time())
    begin = datetime.combine(span.first, time())
    return {window.begin: begin.strftime(window.style), window.end: end.strftime(window.style)}


def since_params(request: Request, since: datetime | None, zone: tzinfo) -> dict[str, Scalar]:
    """The parameter that asks for what changed since; for a keyset without one of its own, its time. None without ``since``."""
    wanted = request.since
    if wanted is None and isinstance(request.paging, Keyset):
        wanted = Since(param=request.paging.after_time)
    if since is None or wanted is None:
        return {}
    if wanted.style in ("epoch_s", "epoch_ms"):
        return {wanted.param: int(since.timestamp() * (1000 if wanted.style == "epoch_ms" else 1))}
    return {wanted.param: since.astimezone(zone).strftime(wanted.style)}


class _Reading:
    """One window's pages. Remembers hashes of rows, not rows: a read may take hours."""

    def __init__(self, fetch: Fetch, params: Params, window: str, size: int, got: bool) -> None:
        self._fetch, self._params, self._window, self._size = fetch, params, window, size
        self._got = got  # whether this read has had a page: a 404 before that is a wrong path, not the end
        self._seen: set[int] = set()
        self._last = 0

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

    def _get(self, params: Params, *, link: str = "") -> Reply:
        reply = self._fetch({**self._params, **params}, self._window, link=link)
        self._got = True
        return reply

    def _repeats(self, page: Page) -> bool:
        """Whether the page's rows are those of its predecessor. Raises PagingLoop for rows that came further back.

        Rows, not bytes, are compared: many envelopes carry a clock of their own.
        """
        if not page.rows:
            return False
        mark = hash(orjson.dumps(page.rows))
        if mark == self._last:
            return True
        if mark in self._seen:
            raise PagingLoop("rows of an earlier page came again: the read goes in circles")
        self._seen.add(mark)
        self._last = mark
        return False

    def _new(self, page: Page) -> Page:
        """The page, unless it came before: for paging that has no business to repeat."""
        if self._repeats(page):
            raise PagingLoop("the same page came again: the read does not move on")
        return page

    def _by_number(self, paging: PageNumber) -> Iterator[Page]:
        number, rows = paging.first, 0
        while True:
            try:
                page = self._get({paging.page: number, **self._sized(paging.size, paging.rows)}).page
            except SourceReplyInvalid as error:
                if error.status == 404 and paging.not_found_ends and self._got:
                    return
                raise
            # Page helpers in "reasonable" mode answer the last page again for ever.
            if number > paging.first and (not page.rows or self._repeats(page)):
                return
            self._repeats(page)
            yield page
            rows += len(page.rows)
            if not page.rows or (page.total is not None and rows >= page.total):
                return
            number += 1

    def _by_offset(self, paging: Offset) -> Iterator[Page]:
        start = 0
        while True:
            page = self._get({paging.start: start, **self._sized(paging.size, paging.rows)}).page
            if start and (not page.rows or self._repeats(page)):
                return
            self._repeats(page)
            yield page
            start += len(page.rows)  # what came, not what was asked for: a source may give less
            if not page.rows or (page.total is not None and start >= page.total):
                return

    def _by_key(self, paging: Keyset) -> Iterator[Page]:
        position: dict[str, Scalar] = {}
        size = self._sized(paging.size, paging.rows)
        first = True
        while True:
            page = self._get({**position, **size}).page
            after = _position(paging, page)
            if not first and after in ({}, position):
                if len(page.rows) >= (self._size or paging.rows):
                    raise PagingLoop("a full page with no row after the position")
                return
            yield self._new(page)
            if not after:
                return
            position, first = after, False

    def _by_token(self, paging: NextToken) -> Iterator[Page]:
        params: dict[str, Scalar] = self._sized(paging.size, paging.rows)
        while True:
            page = self._get(params).page
            yield self._new(page)
            token = walk(page.body, paging.path)
            if token is ABSENT or token is None or token == "":
                return
            params = {**params, paging.param: token}

    def _by_link(self, paging: NextLink) -> Iterator[Page]:
        link = ""
        while True:
            reply = self._get({}, link=link)
            yield self._new(reply.page)
            found = walk(reply.page.body, paging.path) if paging.path else reply.link
            if found is ABSENT or not found:
                return
            link = str(found)

    def _sized(self, name: str, rows: int) -> dict[str, Scalar]:
        return {name: self._size or rows} if name else {}


def _position(paging: Keyset, page: Page) -> dict[str, Scalar]:
    """The parameters that ask for what follows the page's last row; empty after an empty page."""
    if not page.rows:
        return {}
    row = page.rows[-1]
    try:
        return {paging.after_time: row[paging.time], paging.after_key: row[paging.key]}
    except (KeyError, TypeError):
        raise SourceReplyInvalid(f"the last row has no {paging.time} or no {paging.key} to read on from") from None
