"""Shaping: the worker's half of the straight line. Pages become batches of rows; no key of the vault is met here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
import zstandard

from hub.batch import Batch, Fields, Refusal, Row, spot_of
from hub.clock import utc_text
from hub.contract import Adapter, Item, Page
from hub.errors import AdapterBug, RecordRejected
from hub.mapping.heads import entry_head, head, subjects
from hub.mapping.normalize import Normalizer
from hub.mapping.parts import Told
from hub.wire import LINE_FIELD, UNREAD_FIELD, FileDrop, TableView
from schemas.draft import Draft, DraftEntry

CHUNK = 1_000
"""Items in one transaction at the most; a larger page is committed in resumable chunks."""

UNREADABLE = "row.unreadable"
"""Code of the rejection of a row that could not be read out of its file or table."""

_TIME_REVISION = 10**14  # µs: later than 1973; smaller revisions are counters and move no watermark
_OURS = frozenset((LINE_FIELD, UNREAD_FIELD))


class Shaper:
    """Makes batches of pages. What the adapter or ``normalizer`` cannot read becomes a refusal (law L6)."""

    def __init__(self, adapter: Adapter[Any], normalizer: Normalizer, *, stream: str) -> None:
        self.adapter, self.normalizer, self.stream = adapter, normalizer, stream
        request = adapter.manifest.stream(stream).request
        self._lined = isinstance(request, FileDrop | TableView)  # items bear their line, or why they could not be read
        self._draft = adapter.draft_of(stream)
        self._pack = zstandard.ZstdCompressor(level=3).compress
        self._mapping = b'"mapping":' + orjson.dumps(normalizer.mapper.version)

    def batches(self, page: Page) -> Iterator[Batch]:
        """One or more batches for a page, in its order; an empty page gives one empty batch."""
        items = self.adapter.items(page)
        fetched = page.fetched or datetime.now(UTC)
        latest = int((page.clock or fetched).timestamp() * 1_000_000)
        digest = sha256(page.content).digest()
        packed = self._pack(page.content)
        starts = range(0, len(items), CHUNK) or (0,)
        for start in starts:
            part = items[start : start + CHUNK]
            rows, refusals = self.rows(part, fetched, start)
            yield Batch(
                window=page.window,
                fetched=utc_text(fetched),
                clock=utc_text(page.clock) if page.clock else None,
                digest=digest,
                packed=packed,
                size=len(page.content),
                page_items=len(items),
                rows=rows,
                refusals=refusals,
                newest=max(
                    (row.revision for row in rows if row.revision and _TIME_REVISION < row.revision <= latest),
                    default=None,
                ),
                total=page.total,
                last=start + CHUNK >= len(items),
                fields=fields_of(part),
            )

    def rows(self, items: Sequence[Item], fetched: datetime, first: int = 0) -> tuple[list[Row], list[Refusal]]:
        """Rows and refusals of a page's items, each with its position counted from ``first``.

        Each step is done for all items before the next (see `Normalizer.records`).
        """
        refusals: list[Refusal] = []
        drafts: list[Draft | DraftEntry] = []
        numbers: list[int] = []
        draft = self._drafted if self._lined else self._draft
        for number, item in enumerate(items, first):
            try:
                drafts.append(draft(item))
                numbers.append(number)
            except Exception as error:  # noqa: BLE001 - adapter code: whatever it raises is this item's rejection
                refusals.append(_refusal(number, item, error))
        records: list[Told] = []
        kept: list[int] = []
        for number, made in zip(
            numbers, self.normalizer.records(drafts, stream=self.stream, fetched=fetched), strict=True
        ):
            if isinstance(made, Exception):
                refusals.append(_refusal(number, items[number - first], made))
            else:
                records.append(made)
                kept.append(number)
        bodies = [orjson.dumps(record) for record in records]
        # the mapping's version is no content: a new one that changes nothing must write nothing
        contents = [sha256(body.replace(self._mapping, b"")).digest() for body in bodies]
        rows = [
            Row(number, told["key"], told.get("revision"), told.get("deleted", False), content,
                entry_head(told) if "kind" in told else head(told), body, subjects(told), told.get("kind", ""))
            for number, told, content, body in zip(kept, records, contents, bodies, strict=True)
        ]  # fmt: skip
        refusals.sort(key=lambda refusal: refusal.item_no)
        if self._lined:
            refusals = [_with_line(refusal, items[refusal.item_no - first]) for refusal in refusals]
        return rows, refusals

    def _drafted(self, item: Item) -> Draft | DraftEntry:
        """The draft of a row out of a file or table. Raises RecordRejected for one that could not be read there."""
        if UNREAD_FIELD in item:
            raise RecordRejected(UNREADABLE, f"line {item.get(LINE_FIELD)}", str(item[UNREAD_FIELD]))
        return self._draft(item)


def fields_of(items: Sequence[Any]) -> Fields | None:
    """The names of the fields items came with; None where they have none. Marks of ours (a line's number) are none."""
    seen: set[str] = set()
    each: set[str] | None = None
    last: object = None
    for item in items:
        if item.__class__ is not dict and not isinstance(item, Mapping):
            continue
        names = item.keys()
        if names == last:  # most pages have one shape
            continue
        last = names
        seen.update(names)
        each = set(names) if each is None else each.intersection(names)
    told = frozenset(name for name in seen if isinstance(name, str)) - _OURS
    return Fields(told, told.intersection(each or ())) if told else None


def _refusal(number: int, item: Item, error: Exception) -> Refusal:
    if isinstance(error, RecordRejected):
        return Refusal(number, _item_bytes(item), error.reject_code, error.field, error.reason)
    return Refusal(number, _item_bytes(item), AdapterBug.code, spot_of(error), type(error).__name__)


def _with_line(refusal: Refusal, item: Item) -> Refusal:
    """The refusal with the line its item stands at in its file, where that is known and not told yet."""
    line = item.get(LINE_FIELD) if isinstance(item, Mapping) else None
    if line is None or refusal.code == UNREADABLE:
        return refusal
    return refusal._replace(reason=f"line {line}: {refusal.reason}")


def _item_bytes(item: Item) -> bytes:
    """An item's bytes, to know it by when it comes again. The page keeps the item itself."""
    try:
        return orjson.dumps(item, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a number beyond 64 bits, a lone surrogate
        return repr(item).encode("utf-8", "backslashreplace")
