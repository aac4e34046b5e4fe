"""Draft to record: shape becomes meaning. Pure: the same draft gives the same record in any order, process and TZ.

``fetched`` is the only clock. What could be repaired or had to be left out is a note on the record
(`schemas.record.Note`); only a draft that cannot be a record at all is rejected.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from hub.contract import Manifest
from hub.errors import RecordRejected
from hub.mapping.mapper import Mapper
from hub.mapping.numbers import NumberError, fen, people
from hub.mapping.parties import Codes, party
from hub.mapping.places import place
from hub.mapping.text import MAX_TEXT, Note, line, name, said, text
from hub.mapping.times import Moment, TimeError, moment, revision
from schemas.case_number import parse_case_number
from schemas.draft import Draft, DraftParty, DraftResolution, DraftStep
from schemas.record import DisputeRecord

T = TypeVar("T")

MAX_KEY = 200
MAX_TITLE = 500
TITLE_FROM_DETAIL = 60
"""Characters of a detail's first sentence that stand in for a missing title."""

FUTURE_S = 86_400
"""A revision later than the time of fetching by more seconds orders nothing (law L5: 9999-09-09 moves nothing)."""

_SENTENCE_END = re.compile(r"[。！？!?；;\n]")
_KEY_REFUSED = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffd]")
_KEY_MARGINS = " \t\r\n\u3000\xa0\ufeff\u200b"
_YES = frozenset(("1", "true", "True", "TRUE", "是", "成功", "Y", "y", "yes"))
_NO = frozenset(("0", "false", "False", "FALSE", "否", "不成功", "失败", "N", "n", "no"))

# what `model_validate` calls, without its own checks of arguments
_validate: Callable[[Any], DisputeRecord] = DisputeRecord.__pydantic_validator__.validate_python


class _Notes:
    """What was repaired or left out, each once; ``part`` and ``at`` (``parties``, 0) stand before the fields told."""

    __slots__ = ("at", "found", "part")

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], None] = {}
        self.part, self.at = "", -1

    def __call__(self, code: str, field: str) -> None:
        if self.part:
            field = f"{self.part}[{self.at}].{field}" if self.at >= 0 else f"{self.part}.{field}"
        self.found[code, field] = None


class Normalizer:
    """Makes records of one source instance's drafts. ``source`` is the instance's name, ``mapper`` finds the items."""

    def __init__(self, manifest: Manifest, *, source: str, mapper: Mapper) -> None:
        self.manifest, self.source, self.mapper = manifest, source, mapper
        self._zone = manifest.zone
        self._codes = Codes(mapper.taxonomy)
        self._stages = {str(code): stage.value for code, stage in manifest.stages.items()}

    def record(self, draft: Draft, *, stream: str, fetched: datetime) -> DisputeRecord:
        """Give one draft its meaning. ``fetched`` is aware: when its page arrived.

        Raises `RecordRejected`: ``key.missing``, ``key.type``, ``key.too_long``, ``key.characters``, ``draft.type``,
        ``text.too_long``, ``schema.<what>``.
        """
        (made,) = self.records([draft], stream=stream, fetched=fetched)
        if isinstance(made, Exception):
            raise made
        return made

    def records(self, drafts: Sequence[Draft], *, stream: str, fetched: datetime) -> list[DisputeRecord | Exception]:
        """Give drafts their meaning, each its record or the exception that `record` raises for it, in their order.

        Each step is done for all before the next: a loop over one step keeps its code and tables at hand, which is
        worth a quarter of the time.
        """
        shaped = [self._attempt(draft, stream, fetched) for draft in drafts]
        classify = self.mapper.classify
        for each in shaped:
            if isinstance(each, dict) and (asked := each.get("classification")):
                each["classification"] = classify(title=each["title"], detail=each["detail"], **asked)
        return [_valid(each) if isinstance(each, dict) else each for each in shaped]

    def _attempt(self, draft: Draft, stream: str, fetched: datetime) -> dict[str, Any] | Exception:
        """The fields of a record but for its item, which is still a question; or why there can be none."""
        given: object = draft
        if not isinstance(given, Draft):
            return RecordRejected("draft.type", "draft", f"a Draft was expected, not {type(given).__name__}")
        key = None
        try:
            key = _key(draft.key)
            notes = _Notes()
            told = self._told(draft, notes, fetched)
            told["source"], told["stream"], told["key"] = self.source, stream, key
            if notes.found:
                told["notes"] = [{"code": code, "field": field} for code, field in notes.found]
        except RecordRejected as why:
            why.key = key
            return why
        except Exception as bug:  # noqa: BLE001 - a draft holds whatever an adapter put there; its neighbours go on
            return bug
        return told

    def _told(self, draft: Draft, note: _Notes, fetched: datetime) -> dict[str, Any]:
        told: dict[str, Any] = {
            "deleted": _flag(draft.deleted),
            "revision": self._revision(draft.revision, note, fetched),
        }
        title, detail = line(draft.title, "title", note), text(draft.detail, "detail", note)
        if title is None and detail is not None:
            title = _SENTENCE_END.split(detail, maxsplit=1)[0].strip()[:TITLE_FROM_DETAIL]
        elif title is not None and len(title) > MAX_TITLE:
            note("text.cut", "title")
            title = title[:MAX_TITLE]
        told["title"], told["detail"] = title or "", detail or ""
        self._times(draft, told, note)
        self._status(draft, told, note)
        told["place"] = place(draft, note)
        if draft.amount is not None:
            told["amount_fen"] = _number(fen, draft.amount, "amount", note)
        if draft.people is not None:
            told["people"] = _number(people, draft.people, "people", note)
        if draft.scale is not None:
            told["scale"] = self._codes.code("event_scale", draft.scale, "scale", note)
        told["channel"] = (draft.channel and line(draft.channel, "channel", note)) or self.manifest.channel
        self._lists(draft, told, note, fetched)
        extra = _extra(draft.extra, note)
        if draft.region is not None and told["place"].get("region") == "000000":
            extra.setdefault("region", line(draft.region, "region", note) or "")
        if extra:
            told["extra"] = extra
        if not told["deleted"]:
            told["classification"] = {
                "code": line(draft.code, "code", note),
                "label": line(draft.label, "label", note),
                "edition": line(draft.edition, "edition", note),
            }
        return told

    def _times(self, draft: Draft, told: dict[str, Any], note: Note) -> None:
        for field, value in (("opened", draft.opened), ("due", draft.due), ("closed", draft.closed)):
            if value is not None and (at := self._moment(value, field, note)):
                if at.grain != "second":
                    note(f"time.{at.grain}_only", field)
                told[field] = at.text
        if draft.happened is not None and (at := self._moment(draft.happened, "happened", note)):
            if at.grain == "month":
                note("time.month_only", "happened")
            told["happened"] = at.day

    def _lists(self, draft: Draft, told: dict[str, Any], note: _Notes, fetched: datetime) -> None:
        if draft.parties:
            told["parties"] = parties = []
            day, note.part = fetched.date(), "parties"
            for note.at, each in enumerate(_listed(draft.parties, DraftParty, "parties")):
                if found := party(each, self._codes, note, day):
                    parties.append(found)
        if draft.steps:
            told["steps"] = steps = []
            note.part = "steps"
            for note.at, step in enumerate(_listed(draft.steps, DraftStep, "steps")):
                if taken := self._step(step, note):
                    steps.append(taken)
        if draft.resolution is not None:
            note.part, note.at = "resolution", -1
            told["resolution"] = self._resolution(draft.resolution, note)
        note.part = ""
        if draft.references:
            told["references"] = _references(draft.references, note)

    def _moment(self, value: Any, field: str, note: Note) -> Moment | None:
        try:
            at = moment(value, self._zone)
        except TimeError as problem:
            note(problem.code, field)
            return None
        if at is not None and at.repaired:
            note("time.repaired", field)
        return at

    def _revision(self, value: Any, note: Note, fetched: datetime) -> int | None:
        if value is None:
            return None
        try:
            order, at = revision(value, self._zone)
        except TimeError as problem:
            note("revision.invalid" if problem.code == "time.invalid" else problem.code, "revision")
            return None
        if at is None:
            return order
        if at.repaired:
            note("time.repaired", "revision")
        if order is not None and order > (fetched.timestamp() + FUTURE_S) * 1_000_000:
            note("revision.future", "revision")
            return None
        return order

    def _status(self, draft: Draft, told: dict[str, Any], note: Note) -> None:
        if draft.status is not None and (status := line(draft.status, "status", note)):
            told["status"] = status
            stage = self._stages.get(status)
            if stage is None:
                note("status.unknown", "status")
            told["stage"] = stage
        if draft.status_label is not None:
            told["status_label"] = line(draft.status_label, "status_label", note)

    def _step(self, step: DraftStep, note: Note) -> dict[str, Any] | None:
        when = self._moment(step.at, "at", note)
        told: dict[str, Any] = {
            "action": line(step.action, "action", note) or "",
            "body": line(step.body, "body", note) or "",
            "note": text(step.note, "note", note) or "",
            "key": line(step.key, "key", note) or "",
        }
        if when:
            told["at"] = when.text
        return told if any(told.values()) else None

    def _resolution(self, draft: DraftResolution, note: Note) -> dict[str, Any]:
        if not isinstance(draft, DraftResolution):
            raise RecordRejected(
                "draft.type", "resolution", f"a DraftResolution was expected, not {type(draft).__name__}"
            )
        told: dict[str, Any] = {
            "method": said(draft.method, "method", note),
            "organisation": name(draft.organisation, "organisation", note),
            "responsible": name(draft.responsible, "responsible", note),
            "contact": said(draft.contact, "contact", note),
            "success": _success(draft.success, note),
            "situation": text(draft.situation, "situation", note),
            "opinion": text(draft.opinion, "opinion", note),
        }
        if at := self._moment(draft.assessed, "assessed", note):
            told["assessed"] = at.day
        return told


def _valid(told: dict[str, Any]) -> DisputeRecord | RecordRejected:
    try:
        return _validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return RecordRejected(f"schema.{first['type']}", where, first["msg"], key=told["key"])


def _key(value: Any) -> str:
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


def _listed(values: Any, kind: type[T], field: str) -> Sequence[T]:
    """The same list, each of whose members is of the kind. Raises RecordRejected."""
    if not isinstance(values, (list, tuple)):
        raise RecordRejected("draft.type", field, f"a list was expected, not {type(values).__name__}")
    for at, each in enumerate(values):
        if not isinstance(each, kind):
            what = f"a {kind.__name__} was expected, not {type(each).__name__}"
            raise RecordRejected("draft.type", f"{field}[{at}]", what)
    return values


def _flag(value: Any) -> bool:
    """Only a plain yes deletes (law L4): the text ``"0"`` is true to Python."""
    if value is None or value is False or value is True:
        return value is True
    raise RecordRejected("draft.type", "deleted", f"a bool was expected, not {type(value).__name__}")


def _number(read: Callable[[Any], int | None], value: Any, field: str, note: Note) -> int | None:
    try:
        return read(value)
    except NumberError:
        note("number.invalid", field)
        return None


def _success(value: Any, note: Note) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    written = said(value, "success", note)
    if written is None:
        return None
    if written in _YES or written in _NO:
        return written in _YES
    note("code.unknown", "success")
    return None


def _references(pairs: Any, note: Note) -> list[dict[str, str]]:
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


def _extra(values: Any, note: Note) -> dict[str, str]:
    """Fields kept as text: nested ones as JSON, those that say nothing left out."""
    if not isinstance(values, Mapping):
        raise RecordRejected("draft.type", "extra", f"a mapping was expected, not {type(values).__name__}")
    kept: dict[str, str] = {}
    for key, value in values.items():
        under, field, repaired = _extra_name(key)
        for code in repaired:
            note(code, "extra")
        clean = text(value if value.__class__ is str else _as_text(value, field), field, note)
        if clean is not None:
            kept[under] = clean
    return kept


@lru_cache(maxsize=1_024, typed=True)
def _extra_name(key: Any) -> tuple[str, str, tuple[str, ...]]:
    """The name a field is kept under, that of its notes, and the notes on its name: few names, in every item."""
    notes = _Notes()
    under = line(key, "extra", notes) or ""
    return under, f"extra.{under[:100]}", tuple(code for code, _ in notes.found)


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
