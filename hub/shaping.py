"""Shaping: the worker's half of the straight line. Pages become batches of rows; no key of the vault is met here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import orjson
import zstandard

from hub.contract import Adapter, Item, Page
from hub.errors import AdapterBug, RecordRejected
from hub.mapping.normalize import Normalizer
from hub.mapping.parties import CITIZEN_CARD, OTHER_DOCUMENT
from hub.store import progress
from hub.store.write import Refusal, Row
from schemas.draft import Draft
from schemas.identity import mask_name, redact
from schemas.record import DisputeRecord

CHUNK = 1_000
"""Items in one transaction at the most; a larger page is committed in resumable chunks."""

_TIME_REVISION = 10**14  # µs: later than 1973; smaller revisions are counters and move no watermark
_DIGIT = re.compile(r"\d")
_to_json = DisputeRecord.__pydantic_serializer__.to_json


@dataclass(slots=True)
class Batch:
    """Up to `CHUNK` items of one page, shaped: everything the writer needs, nothing the adapter may not see.

    ``packed`` are the page's bytes, zstd-compressed; ``newest`` the latest revision in it that is a time not after the
    source's clock (µs, UTC). ``total`` is what the page announced for its window.
    """

    window: str
    fetched: str
    clock: str | None
    digest: bytes
    packed: bytes
    size: int
    page_items: int
    rows: list[Row]
    refusals: list[Refusal]
    newest: int | None
    total: int | None
    last: bool  # the last chunk of its page


class Shaper:
    """Makes batches of pages. What the adapter or ``normalizer`` cannot read becomes a refusal (law L6)."""

    def __init__(self, adapter: Adapter[Any], normalizer: Normalizer, *, stream: str) -> None:
        self.adapter, self.normalizer, self.stream = adapter, normalizer, stream
        self._pack = zstandard.ZstdCompressor(level=3).compress
        self._mapping = b'"mapping":' + orjson.dumps(normalizer.mapper.version)

    def batches(self, page: Page) -> Iterator[Batch]:
        """One or more batches for a page, in its order; an empty page gives one empty batch."""
        items = self.adapter.items(page)
        fetched = page.fetched or datetime.now(UTC)
        latest = int((page.clock or fetched).timestamp() * 1_000_000)
        digest = blake2b(page.content, digest_size=16).digest()
        packed = self._pack(page.content)
        starts = range(0, len(items), CHUNK) or (0,)
        for start in starts:
            part = items[start : start + CHUNK]
            rows, refusals = self.rows(part, fetched, start)
            yield Batch(
                window=page.window,
                fetched=progress.text(fetched),
                clock=progress.text(page.clock) if page.clock else None,
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
            )

    def rows(self, items: Sequence[Item], fetched: datetime, first: int = 0) -> tuple[list[Row], list[Refusal]]:
        """Rows and refusals of a page's items, each with its position counted from ``first``.

        Each step is done for all items before the next (see `Normalizer.records`).
        """
        refusals: list[Refusal] = []
        drafts: list[Draft] = []
        numbers: list[int] = []
        draft = self.adapter.draft
        for number, item in enumerate(items, first):
            try:
                drafts.append(draft(item))
                numbers.append(number)
            except Exception as error:  # noqa: BLE001 - adapter code: whatever it raises is this item's rejection
                refusals.append(_refusal(number, item, error))
        records: list[DisputeRecord] = []
        kept: list[int] = []
        for number, made in zip(
            numbers, self.normalizer.records(drafts, stream=self.stream, fetched=fetched), strict=True
        ):
            if isinstance(made, Exception):
                refusals.append(_refusal(number, items[number - first], made))
            else:
                records.append(made)
                kept.append(number)
        bodies = [_to_json(record, exclude_none=True) for record in records]
        # the mapping's version is no content: a new one that changes nothing must write nothing
        contents = [blake2b(body.replace(self._mapping, b""), digest_size=16).digest() for body in bodies]
        rows = [
            Row(number, record.key, record.revision, record.deleted, content, head(record), body, subjects(record))
            for number, record, content, body in zip(kept, records, contents, bodies, strict=True)
        ]
        refusals.sort(key=lambda refusal: refusal.item_no)
        return rows, refusals


def head(record: DisputeRecord) -> tuple[Any, ...]:
    """The open columns of a record (`hub.store.driver.HEAD`), with no personal data in them (law L8)."""
    found = record.classification
    return (
        open_title(record),
        found.item,
        found.category,
        found.method,
        found.confidence,
        found.evidence,
        found.mapping,
        found.code,
        found.label,
        found.edition,
        record.stage.value if record.stage else None,
        record.status,
        record.place.region,
        record.channel,
        record.opened,
        record.happened,
        record.due,
        record.closed,
        record.amount_fen,
        record.people,
        record.scale,
        len(record.parties),
        " ".join([f"{note.code}@{note.field}" for note in record.notes]),
    )


def open_title(record: DisputeRecord) -> str:
    """The title as anyone may read it: numbers and the names of natural persons masked."""
    title = redact(record.title) if _DIGIT.search(record.title) else record.title
    for party in record.parties:
        for name in (party.name if party.kind == "1" else None, party.agent):
            if name and name in title and len(name) > 1:
                title = title.replace(name, mask_name(name))
    return title


def subjects(record: DisputeRecord) -> tuple[tuple[str, str, str], ...]:
    """(kind, role, value) of all the record can be found by: valid identity numbers, phones, reference numbers.

    A number that failed its check bears a note that says so; the others stand in their normal form and are not checked
    again here. An unknown region fails no check.
    """
    failed = {note.field for note in record.notes if note.code.startswith("identity.") and "region" not in note.code}
    found: dict[tuple[str, str, str], None] = {}
    for at, party in enumerate(record.parties):
        number, phone = party.id_number, party.phone
        if number and not (failed and f"parties[{at}].id_number" in failed):
            if party.kind == "1" and party.id_type == CITIZEN_CARD:
                found["id", party.role, number] = None
            elif party.kind != "1" or party.id_type in (None, OTHER_DOCUMENT):
                found["credit", party.role, number] = None
        if phone and len(phone) == 11 and phone.isdecimal() and phone[0] == "1":  # a landline bears its area code's 0
            found["phone", party.role, phone] = None
    for reference in record.references:
        found["ref", "", reference.number] = None
    return tuple(found)


def _refusal(number: int, item: Item, error: Exception) -> Refusal:
    if isinstance(error, RecordRejected):
        return Refusal(number, _item_bytes(item), error.reject_code, error.field, error.reason)
    return Refusal(number, _item_bytes(item), AdapterBug.code, spot_of(error), type(error).__name__)


def _item_bytes(item: Item) -> bytes:
    """An item's bytes, to know it by when it comes again. The page keeps the item itself."""
    try:
        return orjson.dumps(item, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a number beyond 64 bits, a lone surrogate
        return repr(item).encode("utf-8", "backslashreplace")


def spot_of(error: BaseException) -> str:
    """The line of adapter code an exception came from: file name, line, function; no values."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "draft"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}"
