"""Replies opened by their declared envelope. Pure: the same bytes give the same rows, today and at a remap.

A reply that breaks its promise is `SourceReplyInvalid`, naming the path that leads nowhere and never the payload. A
failure told by the envelope (HTTP says 200 in nearly all of them) is what its code would be as a status: ``denied``
ones `SourceDenied`, ``throttled`` ones `SourceThrottled`, 500 to 599 `SourceUnavailable`, which is retried. Any other
is `SourceReplyInvalid`: asking the same again would get the same.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

from hub.contract import Item, Manifest, Page
from hub.errors import SourceDenied, SourceReplyInvalid, SourceThrottled, SourceUnavailable
from hub.sources.decode import MalformedError, looks_like_html, read_form, read_json, read_nested
from hub.sources.failures import Spot
from hub.sources.xml import parse_xml, read_xml
from hub.wire import Envelope, Scalar

ABSENT: Final = object()
"""What `walk` gives where a path leads nowhere. JSON null is not absent."""

_FORMATS: Final[Mapping[str, tuple[str, Callable[[bytes, str], Any]]]] = {
    "json": ("JSON", read_json),
    "xml": ("XML", read_xml),
    "form": ("a form", read_form),
}
_LEVELS: Final = 2  # JSON inside JSON, as deep as it is followed
_PLAIN_CODE: Final = re.compile(r"-?[A-Za-z0-9_.]{1,8}")  # may be told; anything longer could be somebody's number
_HINT: Final = "compare the reply with the envelope the adapter declares"


@dataclass(frozen=True, slots=True)
class Opened:
    """What an envelope says: decoded body, rows, announced total, the source's clock (aware, UTC), its success code."""

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
    """Open a reply of rows. ``zone`` is that of a naive clock; ``adapter`` and what follows say where errors happened.

    Rows come in the reply's order and as they are: one that is no mapping is left for its own rejection.
    Raises SourceReplyInvalid, SourceDenied, SourceThrottled, SourceUnavailable.
    """
    spot = Spot(adapter, method, path, status, attempt)
    try:
        body = _decode(content, envelope, encoding)
        code = _judge(body, envelope, spot)
        rows, total = _rows(body, envelope, spot)
        return Opened(body, rows, total, _clock(body, envelope, zone), code)
    except MalformedError as why:
        raise spot.error(SourceReplyInvalid, str(why), hint=_HINT) from None


def open_answer(content: bytes, envelope: Envelope, *, encoding: str, spot: Spot) -> Any:
    """Open a reply without rows, such as a login's: its body, once the envelope says success. Raises likewise."""
    try:
        body = _decode(content, envelope, encoding)
        _judge(body, envelope, spot)
    except MalformedError as why:
        raise spot.error(SourceReplyInvalid, str(why), hint=_HINT) from None
    return body


def reopen(content: bytes, manifest: Manifest, stream: str, fetched: datetime | None = None, window: str = "") -> Page:
    """The page that stored bytes were. Only a clock told by an HTTP header is lost. Raises as `open_reply`."""
    opened = open_reply(
        content,
        manifest.envelope_of(stream, window),
        encoding=manifest.encoding_of(window),
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


def walk(value: Any, path: str) -> Any:
    """The value at a dotted path, `ABSENT` where it leads nowhere; a number indexes a list.

    A text on the way is opened as JSON, two levels deep at the most; null or an empty text on the way is what the path
    gives. Raises MalformedError for a text that is not JSON.
    """
    levels = _LEVELS
    for step in path.split(".") if path else ():
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
    return value


def read_clock(value: Any, zone: tzinfo) -> datetime:
    """A source's clock, aware, in UTC: ISO text, ``yyyymmddHHMMSS``, or an epoch in seconds or milliseconds.

    A naive one is of ``zone``. Raises ValueError, and OverflowError or OSError for an epoch beyond the calendar.
    """
    text = _flag(value)
    if not text.isdecimal():
        at = datetime.fromisoformat(text.replace("/", "-"))
    elif len(text) == 14:
        at = datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone is put on below
    else:
        at = datetime.fromtimestamp(int(text) / (1000 if len(text) > 11 else 1), UTC)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _decode(content: bytes, envelope: Envelope, encoding: str) -> Any:
    if envelope.format == "none":
        if looks_like_html(content):
            raise MalformedError("a web page where nothing was promised, most likely a login page")
        return None
    promised, read = _FORMATS[envelope.format]
    try:
        return read(content, encoding)
    except MalformedError:
        if looks_like_html(content):
            raise MalformedError(f"a web page where {promised} was promised, most likely a login page") from None
        raise


def _judge(body: Any, envelope: Envelope, spot: Spot) -> str:
    """Hold the body against the envelope's flags; give its code. Raises what the code means, and MalformedError."""
    good = _texts(envelope.ok_values)
    flag = None if envelope.ok is None else _flag(walk(body, envelope.ok))
    if flag == "" and flag not in good:
        raise MalformedError(f"nothing at {envelope.ok}, where the source says whether it succeeded")
    code = (flag or "") if envelope.code is None else _flag(walk(body, envelope.code))
    told = f" (code {code})" if _PLAIN_CODE.fullmatch(code) else ""
    if code in _texts(envelope.denied):
        raise spot.error(SourceDenied, f"the source denies access{told}", hint="check the credentials of this source")
    if code in _texts(envelope.throttled):
        raise spot.error(SourceThrottled, f"the source asks to come back later{told}")
    if flag is None or flag in good:
        return code
    if re.fullmatch(r"5[0-9][0-9]", code):
        raise spot.error(SourceUnavailable, f"the source reports that it failed{told}")
    raise spot.error(SourceReplyInvalid, f"the source reports a failure{told}", hint="look it up in its documents")


def _rows(body: Any, envelope: Envelope, spot: Spot) -> tuple[Sequence[Item], int | None]:
    value, total = walk(body, envelope.items), _total(body, envelope)
    if isinstance(value, list) and envelope.inner is None:
        return value, total
    if _stands_for_empty(value, envelope):
        return (), total
    place = envelope.items or "the top of the reply"
    if envelope.inner is not None:
        if value is ABSENT or value is None or value == "":
            raise MalformedError(f"nothing at {place}, where an inner envelope was promised")
        inside = (
            parse_xml(value) if envelope.inner.format == "xml" and isinstance(value, str) else _opened(value, place)
        )
        _judge(inside, envelope.inner, spot)
        rows, announced = _rows(inside, envelope.inner, spot)
        return rows, total if announced is None else announced
    if envelope.format == "xml":
        return _elements(body, envelope.items, value), total
    value = _opened(value, place)
    if isinstance(value, list):
        return value, total
    if envelope.single and isinstance(value, Mapping):
        return [value], total
    found = "nothing" if value is ABSENT or value is None or value == "" else "no list"
    raise MalformedError(f"{found} at {place}, where rows were promised")


def _elements(body: Any, path: str, value: Any) -> list[Any]:
    """XML knows no empty list and no list of one: a container without the element is empty, one element is a row."""
    if value is ABSENT and walk(body, path.rpartition(".")[0]) is ABSENT:
        raise MalformedError(f"nothing at {path}, where rows were promised")
    return [] if value is ABSENT or value is None or value == "" else [value]


def _stands_for_empty(value: Any, envelope: Envelope) -> bool:
    return not isinstance(value, list | dict) and _flag(value) in _texts(envelope.empty_values)


def _opened(value: Any, place: str) -> Any:
    """A text opened as JSON, twice if it is text again."""
    for _ in range(_LEVELS):
        if isinstance(value, str) and value:
            value = _open(value, place)
    return value


def _open(text: str, place: str) -> Any:
    try:
        return read_nested(text)
    except MalformedError as why:
        raise MalformedError(f"{why}, at {place}") from None


def _total(body: Any, envelope: Envelope) -> int | None:
    """The announced total, often a text; None when the reply does not tell. A negative one means "unknown"."""
    value: Any = ABSENT if envelope.total is None else walk(body, envelope.total)
    if value is ABSENT or value is None or value == "":
        return None
    try:
        total = int(value)
    except (TypeError, ValueError):
        raise MalformedError(f"no number at {envelope.total}, where a total was promised") from None
    return total if total >= 0 else None


def _clock(body: Any, envelope: Envelope, zone: tzinfo) -> datetime | None:
    value = ABSENT if envelope.clock is None else walk(body, envelope.clock)
    if value is ABSENT or value is None or value == "":
        return None
    try:
        return read_clock(value, zone)
    except (ValueError, OverflowError, OSError):
        raise MalformedError(f"no time at {envelope.clock}, where the source's clock was promised") from None


def _flag(value: Any) -> str:
    """A value as text, to be compared: ``true``, ``0``, ``00``, empty for null. 200.0 is 200.

    Absent counts as null: gateways leave fields out that are null.
    """
    if value is ABSENT or value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _texts(values: tuple[Scalar, ...]) -> frozenset[str]:
    return _texts_of(values, *map(type, values))


@lru_cache(maxsize=512)
def _texts_of(values: tuple[Scalar, ...], *kinds: type) -> frozenset[str]:
    """Remembered by kinds, too: to Python ``(1,)`` and ``(True,)`` are the same tuple, to sources they are not."""
    return frozenset(map(_flag, values))
