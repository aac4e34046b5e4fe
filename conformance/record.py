"""Take the recording ``two_pages`` from a live source: its first two pages with rows, everybody in them replaced.

Pages come through the real source, so that login, signature, paging and limits are those of a pull. Nothing but the
finished recording is ever written down.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import etree

from conformance.description import WireSpec
from conformance.envelopes import Template, with_value
from conformance.record_people import Disguise
from conformance.subject import Subject
from hub.api import AdapterConfig, FileDrop, Item, Page, Request, Source, TableView
from hub.testing import HttpSettings, SourceSettings, open_wire

PAGES = 2
PAGES_TRIED = 40
"""Pages looked through for two that have rows: a read by day windows may begin with empty days."""


_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")  # of an encoding that a recording no longer has


class NotRecorded(Exception):
    """Nothing was written; ``str()`` says why and holds no value of the source."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One reply: how it was asked for, and its text."""

    method: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording ready to be written. ``disguise`` tells what was replaced."""

    text: str
    pages: int
    rows: int
    disguise: Disguise


def take(
    subject: Subject, source: SourceSettings, http: HttpSettings, *, rows: int, since: datetime | None = None
) -> Recorded:
    """Read two pages of the first stream, of at most ``rows`` rows each, and replace everybody in them.

    Raises NotRecorded, SourceError, ConfigError.
    """
    if not issubclass(subject.kind.Config, AdapterConfig):
        raise NotRecorded("only what comes over HTTP is recorded; a folder or table is its own recording")
    return disguised(subject.wire, [*_heard(subject, source, http, since)], rows=rows)


def disguised(wire: WireSpec, replies: list[Heard], *, rows: int) -> Recorded:
    """The recording of these replies, each cut to ``rows`` rows. Raises NotRecorded."""
    try:
        pages = [(heard, Template(heard.text, wire)) for heard in replies]
    except (ValueError, etree.XMLSyntaxError) as why:
        raise NotRecorded(f"conformance.toml does not describe the reply: {why}") from None
    kept = [page.rows[:rows] for _, page in pages]
    if sum(map(len, kept)) < 2:
        raise NotRecorded("fewer than two rows came: there is nothing to prove an adapter with")
    disguise = Disguise(wire)
    disguise.learn(row for page in kept for row in page)
    lines = []
    for (heard, page), some in zip(pages, kept, strict=True):
        body = _refilled(page, [disguise.tree(row) for row in some], disguise)
        exchange = {
            "request": {"method": heard.method, "path": heard.path},
            "response": {"status": 200, "headers": {"Content-Type": page.content_type}, "body": body},
        }
        lines.append(json.dumps(exchange, ensure_ascii=False))
    text = "\n".join(lines) + "\n"
    if left := disguise.left_in(text):
        raise NotRecorded(f"{len(left)} values of people are still in it ({', '.join(sorted(set(left)))})")
    return Recorded(text, len(pages), sum(map(len, kept)), disguise)


def _refilled(page: Template, rows: list[Any], disguise: Disguise) -> str:
    """The reply with these rows; what stands around them is disguised as well."""
    if not page.is_xml:
        around = disguise.tree(with_value(page.body, page.wire.items, []), "reply")
        return json.dumps(with_value(around, page.wire.items, rows), ensure_ascii=False, separators=(",", ":"))
    root = etree.fromstring(page.fill([], {}))
    for element in root.iter():
        element.text = disguise.text(element.text) if element.text else element.text
    around_rows = Template(etree.tostring(root, encoding="unicode"), page.wire)
    return around_rows.fill(rows, {}).decode(page.wire.encoding)


def _heard(subject: Subject, source: SourceSettings, http: HttpSettings, since: datetime | None) -> Iterator[Heard]:
    encoding, found = subject.manifest.encoding, 0
    with open_wire(subject.kind, source, http=http) as (adapter, live):
        live.start_read(subject.stream or subject.manifest.streams[0].name)
        ear = _Ear(live, subject.wire)
        for page in islice(adapter.pages(ear, since), PAGES_TRIED):
            if adapter.items(page):
                yield Heard(ear.method, ear.path, _DECLARATION.sub("", page.content.decode(encoding)))
                found += 1
            if found == PAGES:
                return


class _Ear:
    """A source that remembers how it was last asked; parameters are not kept: they may hold anything."""

    def __init__(self, live: Source, wire: WireSpec) -> None:
        self._live, self.name, self.home, self.stream = live, live.name, live.home, live.stream
        self._wire, self.method, self.path = wire, "", ""

    def _heard(self, method: str, path: str) -> None:
        """Remember a call, but for one of a row's detail: its path bears a key."""
        detail = self._wire.detail
        if detail is None or path == self._wire.path or detail.asked(path) is None:
            self.method, self.path = method, path

    def get(self, path: str, /, *, window: str = "", **params: Any) -> Page:
        self._heard("GET", path)
        return self._live.get(path, window=window, **params)

    def post(
        self,
        path: str,
        /,
        *,
        window: str = "",
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        xml: str | None = None,
    ) -> Page:
        self._heard("POST", path)
        return self._live.post(path, window=window, params=params, json=json, form=form, xml=xml)

    def put(self, table: str, row: Mapping[str, Any], /, *, key: str) -> Item:
        return self._live.put(table, row, key=key)

    def read(self, request: Request | FileDrop | TableView, since: datetime | None) -> Iterator[Page]:
        if isinstance(request, Request):
            self.method, self.path = request.method, request.path
        return self._live.read(request, since)

    def now(self) -> datetime:
        return self._live.now()
