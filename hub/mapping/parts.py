"""What records and entries are read by alike: keys, times, numbers, references, further fields. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel, ValidationError

from hub.errors import RecordRejected
from hub.mapping.numbers import NumberError
from hub.mapping.text import MAX_TEXT, Note, line, said, text
from hub.mapping.times import Moment, TimeError, moment, revision
from schemas.case_number import parse_case_number

T = TypeVar("T")

MAX_KEY = 200

FUTURE_S = 86_400
"""A revision later than the time of fetching by more seconds orders nothing (law L5: 9999-09-09 moves nothing)."""

_KEY_REFUSED = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffd]")
_KEY_MARGINS = " \t\r\n\u3000\xa0\ufeff\u200b"

Told = dict[str, Any]
"""A record or entry as plain values: the fields of its model that say something, as they are written to JSON."""


class Notes:
    """What was repaired or left out, each once; ``part`` and ``at`` (``parties``, 0) stand before the fields told.

    ``fetched`` is when the page arrived: the one clock of a draft.
    """

    __slots__ = ("at", "fetched", "found", "part")

    def __init__(self, fetched: datetime) -> None:
        self.fetched = fetched
        self.found: dict[tuple[str, str], None] = {}
        self.part, self.at = "", -1

    def __call__(self, code: str, field: str) -> None:
        """Note that ``code`` befell ``field``."""
        if self.part:
            field = f"{self.part}[{self.at}].{field}" if self.at >= 0 else f"{self.part}.{field}"
        self.found[code, field] = None


def instant(value: Any, field: str, zone: ZoneInfo, note: Note) -> Moment | None:
    """A time in any style; None for nothing, and under its note for what is no time."""
    try:
        at = moment(value, zone)
    except TimeError as problem:
        note(problem.code, field)
        return None
    if at is not None and at.repaired:
        note("time.repaired", field)
    return at


def order_of(value: Any, zone: ZoneInfo, note: Notes) -> int | None:
    """A revision as an integer; None, under its note, for one that orders nothing."""
    if value is None:
        return None
    try:
        order, at = revision(value, zone)
    except TimeError as problem:
        note("revision.invalid" if problem.code == "time.invalid" else problem.code, "revision")
        return None
    if at is None:
        return order
    if at.repaired:
        note("time.repaired", "revision")
    if order is not None and order > (note.fetched.timestamp() + FUTURE_S) * 1_000_000:
        note("revision.future", "revision")
        return None
    return order


def filled(told: Told) -> Told:
    """The fields that say something: a body must not change because a source writes nothing in another way."""
    return {name: value for name, value in told.items() if value is not None}


def key_of(value: Any) -> str:
    """The key as text. It is the record's identity: nothing but its margins is repaired. Raises RecordRejected."""
    if value is None:
        raise RecordRejected("key.missing", "key", "the item has no key")
    if isinstance(value, (bool, float)) or not isinstance(value, (str, int)):
        raise RecordRejected("key.type", "key", f"a key is a text or a whole number, not {type(value).__name__}")
    if isinstance(value, int) and abs(value) >= 10**MAX_KEY:
        raise RecordRejected("key.too_long", "key", f"the key has more than {MAX_KEY} digits")
    key = str(value).strip(_KEY_MARGINS)
    if not key or key in ("null", "NULL", "None", "\\N"):
        raise RecordRejected("key.missing", "key", "the item's key is blank")
    if len(key) > MAX_KEY:
        raise RecordRejected("key.too_long", "key", f"the key has more than {MAX_KEY} characters")
    if not key.isprintable() and _KEY_REFUSED.search(key):
        raise RecordRejected("key.characters", "key", "the key holds control signs or broken characters")
    return key


def listed(values: Any, kind: type[T], field: str) -> Sequence[T]:
    """The same list, each of whose members is of the kind. Raises RecordRejected."""
    if not isinstance(values, (list, tuple)):
        raise RecordRejected("draft.type", field, f"a list was expected, not {type(values).__name__}")
    for at, each in enumerate(values):
        if not isinstance(each, kind):
            what = f"a {kind.__name__} was expected, not {type(each).__name__}"
            raise RecordRejected("draft.type", f"{field}[{at}]", what)
    return values


def flag(value: Any) -> bool:
    """Only a plain yes deletes (law L4): the text ``"0"`` is true to Python."""
    if value is None or value is False or value is True:
        return value is True
    raise RecordRejected("draft.type", "deleted", f"a bool was expected, not {type(value).__name__}")


def read_again(told: Told, model: type[BaseModel]) -> Told | RecordRejected:
    """Why plain values are no ``model``, in its own words; or the values, where it can read them after all."""
    try:
        return model.model_validate(told).model_dump(mode="json", exclude_none=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return RecordRejected(f"schema.{first['type']}", where, first["msg"], key=told["key"])


def read_number(read: Callable[[Any], T | None], value: Any, field: str, note: Note) -> T | None:
    """What ``read`` reads; None, under ``number.invalid``, for what is no such number."""
    try:
        return read(value)
    except NumberError:
        note("number.invalid", field)
        return None


def references(pairs: Any, note: Note) -> list[dict[str, str]]:
    """References, each once, court case numbers in their normal form (``reference.case_number`` when they are none)."""
    found: dict[tuple[str, str], None] = {}
    if not isinstance(pairs, (list, tuple)):
        raise RecordRejected("draft.type", "references", f"a list was expected, not {type(pairs).__name__}")
    for at, pair in enumerate(pairs):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise RecordRejected("draft.type", f"references[{at}]", "a pair of kind and number was expected")
        field = f"references[{at}]"
        kind, number = line(pair[0], field, note), said(pair[1], field, note)
        if not kind or not number:
            continue
        if kind == "court_case":
            case = parse_case_number(number)
            if case is None:
                note("reference.case_number", field)
            else:
                number = case.normal
        found[kind, number] = None
    return [{"kind": kind, "number": number} for kind, number in found]


def texts(values: Any, note: Note, part: str = "extra") -> dict[str, str]:
    """Fields kept as text: nested ones as JSON, those that say nothing left out."""
    if not isinstance(values, Mapping):
        raise RecordRejected("draft.type", part, f"a mapping was expected, not {type(values).__name__}")
    kept: dict[str, str] = {}
    for key, value in values.items():
        under, field, repaired = _name_of(key, part)
        for code in repaired:
            note(code, part)
        if value.__class__ is not str:
            value = _as_text(value, field)  # noqa: PLW2901 - the same field, as text
        if value is not None and (clean := text(value, field, note)) is not None:
            kept[under] = clean
    return kept


@lru_cache(maxsize=1_024, typed=True)
def _name_of(key: Any, part: str) -> tuple[str, str, tuple[str, ...]]:
    """The name a field is kept under, that of its notes, and the notes on its name: few names, in every item."""
    notes: dict[str, None] = {}
    under = line(key, part, lambda code, _: notes.setdefault(code)) or ""
    return under, f"{part}.{under[:100]}", tuple(notes)


def _as_text(value: Any, field: str) -> str | None:
    if value is None:
        return None
    try:
        json = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError, RecursionError):
        raise RecordRejected("schema.extra", field, "a value that is no JSON") from None
    if len(json) > MAX_TEXT:
        raise RecordRejected("text.too_long", field, f"more than {MAX_TEXT} characters")
    return json
