"""Replies opened by their declared envelope. Pure: the same bytes give the same page, today and at a remap.

A reply that breaks its promise is `SourceReplyInvalid`, naming the path that leads nowhere and never the payload. A failure
the envelope tells (HTTP says 200 in nearly all of them) maps as its status would: ``denied`` codes to `SourceDenied`,
``throttled`` ones to `SourceThrottled`, 500 to 599 to `SourceUnavailable`, which is retried; any other is
`SourceReplyInvalid`, since asking the same again would get the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, Final, NoReturn

from hub.contract import Item, Manifest, Page
from hub.errors import SourceDenied, SourceReplyInvalid, SourceThrottled, SourceUnavailable
from hub.sources.decode import Malformed, looks_like_html, read_json, read_nested
from hub.sources.failures import Spot
from hub.sources.xml import read_xml
from hub.wire import Envelope, Scalar

ABSENT: Final = object()
"""What `walk` gives where a path leads nowhere. JSON null is not absent."""

_NESTED_LEVELS: Final = 2
_PLAIN_CODE: Final = re.compile(r"-?[A-Za-z0-9_.]{1,8}")


@dataclass(frozen=True, slots=True)
class Opened:
    """What an envelope says: the decoded body, the rows, the announced total, the source's clock (aware, UTC), its code."""

    body: Any
    rows: Sequence[Item]
    total: int | None
    clock: datetime | None
    message_code: str


def open_reply(
    content: bytes,
    envelope: Envelope,
    *,
    encoding: str = "utf-8",
    zone: tzinfo = UTC,
    adapter: str = "",
    method: str = "",
    path: str = "",
    status: int | None = 200,
    attempt: int = 1,
) -> Opened:
    """Open a reply of rows. ``zone`` is the zone of a naive clock; the last five only say where an error happened.

    Rows come in the reply's order and as they are: one that is no mapping is left for the adapter to reject.
    Raises SourceReplyInvalid, SourceDenied, SourceThrottled, SourceUnavailable.
    """
    spot = Spot(adapter, method, path, status, attempt)
    try:
        body = decode(content, envelope, encoding)
        code = judge(body, envelope, spot)
        rows, total = _rows(body, envelope, spot)
        clock = _clock(body, envelope, zone)
    except Malformed as why:
        _refuse(spot, str(why))
    return Opened(body, rows, total, clock, code)


def open_answer(content: bytes, envelope: Envelope, *, encoding: str, spot: Spot) -> Any:
    """Open a reply that holds no rows, such as a login's: the decoded body, once its envelope says success. Raises as `open_reply`."""
    try:
        body = decode(content, envelope, encoding)
        judge(body, envelope, spot)
    except Malformed as why:
        _refuse(spot, str(why))
    return body


def reopen(content: bytes, manifest: Manifest, stream: str, fetched: datetime | None = None, window: str = "") -> Page:
    """The page that stored bytes were, for mapping them again. Only the time an HTTP header told is lost. Raises as `open_reply`."""
    opened = open_reply(
        content,
        manifest.stream(stream).envelope or manifest.envelope,
        encoding=manifest.encoding,
        zone=manifest.zone,
        adapter=manifest.name,
        path=f"stored page of {stream}",
        status=None,
    )
    return Page(
        content,
        stream=stream,
        window=window,
        fetched=fetched,
        clock=opened.clock,
        body=opened.body,
        rows=opened.rows,
        total=opened.total,
    )


def decode(content: bytes, envelope: Envelope, encoding: str) -> Any:
    """The body as values. Raises Malformed."""
    if envelope.format == "json":
        try:
            return read_json(content, encoding)
        except Malformed:
            if looks_like_html(content):
                raise Malformed("a web page where JSON was promised, most likely a login page") from None
            raise
    if looks_like_html(content):
        raise Malformed("a web page where XML was promised, most likely a login page")
    return read_xml(content, encoding)


def judge(body: Any, envelope: Envelope, spot: Spot) -> str:
    """Hold the body against the envelope's flags; give its code as text. Raises the error the code means, and Malformed."""
    flag = _text(walk(body, envelope.ok)) if envelope.ok is not None else None
    if envelope.ok is not None and flag is None:
        raise Malformed(f"no {envelope.ok or 'value'} in the reply")
    code = (_text(walk(body, envelope.code)) if envelope.code is not None else flag) or ""
    told = f" (code {code})" if _PLAIN_CODE.fullmatch(code) else ""
    if code in _texts(envelope.denied):
        raise spot.error(SourceDenied, f"the source denies access{told}", hint="check the credentials of this source")
    if code in _texts(envelope.throttled):
        raise spot.error(SourceThrottled, f"the source asks to come back later{told}")
    if flag is None or flag in _texts(envelope.ok_values):
        return code
    if re.fullmatch(r"5[0-9][0-9]", code):
        raise spot.error(SourceUnavailable, f"the source failed{told}")
    raise spot.error(
        SourceReplyInvalid, f"the source reports a failure{told}", hint="look the code up in its documents"
    )


def walk(value: Any, path: str) -> Any:
    """The value at a dotted path, `ABSENT` where it leads nowhere; digits index lists.

    A text on the way is opened as JSON, two levels deep at the most; null or an empty text on the way is what the path
    gives. Raises Malformed for a text that is no JSON.
    """
    if not path:
        return value
    levels = _NESTED_LEVELS
    for step in path.split("."):
        while isinstance(value, str) and value and levels:
            value, levels = _open(value, path), levels - 1
        if value is None or value == "":
            return value
        if isinstance(value, Mapping):
            value = value.get(step, ABSENT)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
        if value is ABSENT:
            return ABSENT
    return value


def _open(text: str, path: str) -> Any:
    try:
        return read_nested(text)
    except Malformed as why:
        raise Malformed(f"at {path}: {why}") from None


def _rows(body: Any, envelope: Envelope, spot: Spot) -> tuple[Sequence[Item], int | None]:
    value, total = walk(body, envelope.items), _total(body, envelope)
    empties = _texts(envelope.empty_values)
    # A gateway that leaves null fields out means null: absent counts as null, where null is declared as empty.
    if envelope.empty_values and (_text(value) or "") in (
        empties | {""} if "null" in empties and value is ABSENT else empties
    ):
        return (), total
    spot_name = envelope.items or "the body"
    for _ in range(_NESTED_LEVELS):
        if isinstance(value, str) and value and envelope.format == "json":
            value = _open(value, spot_name)
    if envelope.inner is not None:
        if value is ABSENT or value is None or value == "":
            raise Malformed(f"nothing at {spot_name}, where an inner envelope was promised")
        judge(value, envelope.inner, spot)
        rows, inner_total = _rows(value, envelope.inner, spot)
        return rows, total if inner_total is None else inner_total
    if isinstance(value, list):
        return value, total
    if envelope.format == "xml":
        return _elements(body, envelope.items, value), total
    what = "nothing" if value is ABSENT or value is None else f"no list ({type(value).__name__})"
    raise Malformed(f"{what} at {spot_name}, where rows were promised")


def _elements(body: Any, path: str, value: Any) -> list[Any]:
    """XML has no empty list and no list of one: a container without the element is empty, a lone element one row."""
    if value is ABSENT and walk(body, path.rpartition(".")[0]) is ABSENT:
        raise Malformed(f"nothing at {path}, where rows were promised")
    return [] if value is ABSENT or value is None or value == "" else [value]


def _total(body: Any, envelope: Envelope) -> int | None:
    """The announced total, often a text; None when the reply does not tell. A negative one means that the source does not know."""
    if envelope.total is None:
        return None
    value = walk(body, envelope.total)
    if value is ABSENT or value is None or value == "":
        return None
    try:
        total = int(value)
    except (TypeError, ValueError):
        raise Malformed(f"no number at {envelope.total}, where a total was promised") from None
    return total if total >= 0 else None


def _clock(body: Any, envelope: Envelope, zone: tzinfo) -> datetime | None:
    if envelope.clock is None:
        return None
    value = walk(body, envelope.clock)
    if value is ABSENT or value is None or value == "":
        return None
    try:
        return read_clock(value, zone)
    except (ValueError, OverflowError, OSError):
        raise Malformed(f"no time at {envelope.clock}, where the source's clock was promised") from None


def read_clock(value: Any, zone: tzinfo) -> datetime:
    """A source's clock as an aware time in UTC: ISO text, ``yyyymmddHHMMSS``, or an epoch in seconds or milliseconds.

    Raises ValueError, and OverflowError for an epoch no calendar holds.
    """
    text = _text(value) or ""
    if text.isdecimal() and len(text) == 14:
        at = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=zone)
    elif text.isdecimal():
        at = datetime.fromtimestamp(int(text) / (1000 if len(text) > 11 else 1), UTC)
    else:
        at = datetime.fromisoformat(text.replace("/", "-"))
        at = at if at.tzinfo else at.replace(tzinfo=zone)
    return at.astimezone(UTC)


def _text(value: Any) -> str | None:
    """A flag as text: ``true``, ``null``, ``0``; None when absent. 200 and 200.0 and "200" are one."""
    if value is ABSENT:
        return None
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


@lru_cache(maxsize=512)
def _texts(values: tuple[Scalar, ...]) -> frozenset[str | None]:
    return frozenset(map(_text, values))


def _refuse(spot: Spot, what: str) -> NoReturn:
    raise spot.error(SourceReplyInvalid, what, hint="see what came with: hub source check") from None
