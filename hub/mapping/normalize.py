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
from schemas.plain import plain
from schemas.record import DisputeRecord
from schemas.regions import UNKNOWN

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

Told = dict[str, Any]
"""A record as plain values: the fields of `DisputeRecord` that say something, as they are written to JSON."""

_sound: Callable[[Any], bool] = plain(DisputeRecord).validator.isinstance_python


class _Notes:
    """What was repaired or left out, each once; ``part`` and ``at`` (``parties``, 0) stand before the fields told.

    ``fetched`` is when the page arrived: the one clock of a draft.
    """

    __slots__ = ("at", "fetched", "found", "part")

    def __init__(self, fetched: datetime) -> None:
        self.fetched = fetched
        self.found: dict[tuple[str, str], None] = {}
        self.part, self.at = "", -1

    def __call__(self, code: str, field: str) -> None:
        if self.part:
            field = f"{self.part}[{self.at}].{field}" if self.at >= 0 else f"{self.part}.{field}"
        self.found[code, field] = None


_Step = Callable[[Draft, Told, _Notes], None]


class Normalizer:
    """Makes records of one source instance's drafts. ``source`` is the instance's name, ``mapper`` finds the items."""

    def __init__(self, manifest: Manifest, *, source: str, mapper: Mapper) -> None:
        self.manifest, self.source, self.mapper = manifest, source, mapper
        self._zone = manifest.zone
        self._codes = Codes(mapper.taxonomy)
        self._stages = {str(code): stage.value for code, stage in manifest.stages.items()}
        self._steps: tuple[_Step, ...] = (
            self._identity, self._texts, self._times, self._status, self._figures, self._where, self._parties,
            self._handling, self._classification,
        )  # fmt: skip

    def record(self, draft: Draft, *, stream: str, fetched: datetime) -> DisputeRecord:
        """Give one draft its meaning. ``fetched`` is aware: when its page arrived.

        Raises `RecordRejected`: ``key.missing``, ``key.type``, ``key.too_long``, ``key.characters``, ``draft.type``,
        ``text.too_long``, ``schema.<what>``.
        """
        (made,) = self.records([draft], stream=stream, fetched=fetched)
        if isinstance(made, Exception):
            raise made
        return DisputeRecord.model_validate(made)

    def records(self, drafts: Sequence[Draft], *, stream: str, fetched: datetime) -> list[Told | Exception]:
        """Give drafts their meaning, each its record or the exception that `record` raises for it, in their order.

        Each step is done for all before the next: a loop over one step keeps its code and tables at hand, which is
        worth a quarter of the time.
        """
        made: list[Told | Exception] = [{} for _ in drafts]
        works: list[tuple[int, Draft, Told, _Notes]] = [
            (number, draft, {}, _Notes(fetched)) for number, draft in enumerate(drafts)
        ]
        for step in self._steps:
            sound = True
            for number, draft, told, note in works:
                try:
                    step(draft, told, note)
                except Exception as why:  # noqa: BLE001 - a draft holds whatever an adapter put there; the rest go on
                    sound, made[number] = False, why
                    if isinstance(why, RecordRejected):
                        why.key = told.get("key")
            if not sound:
                works = [work for work in works if not isinstance(made[work[0]], Exception)]
        for number, _, told, note in works:
            told["source"], told["stream"] = self.source, stream
            if note.found:
                told["notes"] = [{"code": code, "field": field} for code, field in note.found]
            made[number] = told if _sound(told) else _why(told)
        return made

    def _identity(self, draft: Draft, told: Told, note: _Notes) -> None:
        if not isinstance(draft, Draft):
            raise RecordRejected("draft.type", "draft", f"a Draft was expected, not {type(draft).__name__}")
        told["key"] = _key(draft.key)
        if _flag(draft.deleted):
            told["deleted"] = True
        if (revised := self._revision(draft.revision, note, note.fetched)) is not None:
            told["revision"] = revised

    def _texts(self, draft: Draft, told: Told, note: Note) -> None:
        title, detail = line(draft.title, "title", note), text(draft.detail, "detail", note)
        if title is None and detail is not None:
            title = _SENTENCE_END.split(detail, maxsplit=1)[0].strip()[:TITLE_FROM_DETAIL]
        elif title is not None and len(title) > MAX_TITLE:
            note("text.cut", "title")
            title = title[:MAX_TITLE]
        told["title"], told["detail"] = title or "", detail or ""
        told["channel"] = (draft.channel and line(draft.channel, "channel", note)) or self.manifest.channel

    def _figures(self, draft: Draft, told: Told, note: Note) -> None:
        if draft.amount is not None and (amount := _number(fen, draft.amount, "amount", note)) is not None:
            told["amount_fen"] = amount
        if draft.people is not None and (count := _number(people, draft.people, "people", note)) is not None:
            told["people"] = count
        if draft.scale is not None and (scale := self._codes.code("event_scale", draft.scale, "scale", note)):
            told["scale"] = scale

    def _where(self, draft: Draft, told: Told, note: Note) -> None:
        where, extra = place(draft, note), _extra(draft.extra, note)
        if where:
            told["place"] = where
        if draft.region is not None and where.get("region") == UNKNOWN:
            extra.setdefault("region", line(draft.region, "region", note) or "")
        if extra:
            told["extra"] = extra

    def _classification(self, draft: Draft, told: Told, note: Note) -> None:
        code, label = line(draft.code, "code", note), line(draft.label, "label", note)
        edition = line(draft.edition, "edition", note)
        if "deleted" not in told:
            told["classification"] = self.mapper.find(code, label, edition, told["title"], told["detail"])

    def _times(self, draft: Draft, told: Told, note: Note) -> None:
        for field, value in (("opened", draft.opened), ("due", draft.due), ("closed", draft.closed)):
            if value is not None and (at := self._moment(value, field, note)):
                if at.grain != "second":
                    note(f"time.{at.grain}_only", field)
                told[field] = at.text
        if draft.happened is not None and (at := self._moment(draft.happened, "happened", note)):
            if at.grain == "month":
                note("time.month_only", "happened")
            told["happened"] = at.day

    def _parties(self, draft: Draft, told: Told, note: _Notes) -> None:
        if draft.parties:
            told["parties"] = parties = []
            day, note.part = note.fetched.date(), "parties"
            for note.at, each in enumerate(_listed(draft.parties, DraftParty, "parties")):
                if found := party(each, self._codes, note, day):
                    parties.append(found)
            note.part = ""

    def _handling(self, draft: Draft, told: Told, note: _Notes) -> None:
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

    def _status(self, draft: Draft, told: Told, note: Note) -> None:
        if draft.status is not None and (status := line(draft.status, "status", note)):
            told["status"] = status
            if stage := self._stages.get(status):
                told["stage"] = stage
            else:
                note("status.unknown", "status")
        if draft.status_label is not None and (label := line(draft.status_label, "status_label", note)) is not None:
            told["status_label"] = label

    def _step(self, step: DraftStep, note: Note) -> Told | None:
        told: Told = {
            "action": line(step.action, "action", note),
            "body": line(step.body, "body", note),
            "note": text(step.note, "note", note),
            "key": line(step.key, "key", note),
        }
        if when := self._moment(step.at, "at", note):
            told["at"] = when.text
        return _filled(told) or None

    def _resolution(self, draft: DraftResolution, note: Note) -> Told:
        if not isinstance(draft, DraftResolution):
            raise RecordRejected(
                "draft.type", "resolution", f"a DraftResolution was expected, not {type(draft).__name__}"
            )
        told: Told = {
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
        return _filled(told)


def _filled(told: Told) -> Told:
    """The fields that say something: a body must not change because a source writes nothing in another way."""
    return {name: value for name, value in told.items() if value is not None}


def _why(told: Told) -> Told | RecordRejected:
    """Why plain values are no record, in the model's words; or the record, where the model can read them after all."""
    try:
        return DisputeRecord.model_validate(told).model_dump(mode="json", exclude_none=True)
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
        if value.__class__ is not str:
            value = _as_text(value, field)  # noqa: PLW2901 - the same field, as text
        if value is not None and (clean := text(value, field, note)) is not None:
            kept[under] = clean
    return kept


@lru_cache(maxsize=1_024, typed=True)
def _extra_name(key: Any) -> tuple[str, str, tuple[str, ...]]:
    """The name a field is kept under, that of its notes, and the notes on its name: few names, in every item."""
    notes: dict[str, None] = {}
    under = line(key, "extra", lambda code, _: notes.setdefault(code)) or ""
    return under, f"extra.{under[:100]}", tuple(notes)


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
