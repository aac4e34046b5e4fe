"""Drafts of other kinds than record to entries: steps, papers, bodies, figures, rows. Pure, as `normalize` is.

What they have in common is read here alike; each kind then has a reader of its own fields.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import RecordRejected
from hub.mapping.numbers import fen, figure, people
from hub.mapping.parties import Codes, party
from hub.mapping.parts import (
    Notes,
    Told,
    filled,
    flag,
    instant,
    key_of,
    listed,
    order_of,
    read_again,
    read_number,
    references,
    texts,
)
from hub.mapping.places import region_code
from hub.mapping.text import half_width, line, name, said, text
from schemas.draft import (
    DraftDocument,
    DraftEntry,
    DraftEvent,
    DraftFigure,
    DraftMediator,
    DraftOrganisation,
    DraftParty,
    DraftRow,
)
from schemas.entry import ENTRIES
from schemas.plain import plain
from schemas.regions import UNKNOWN

MAX_TITLE = 500

_SOUND: Mapping[str, Callable[[Any], bool]] = {
    kind: plain(model).validator.isinstance_python for kind, model in ENTRIES.items()
}


class Entries:
    """Makes entries of one source instance's drafts. ``stages`` maps raw status codes to stages."""

    def __init__(self, *, source: str, zone: ZoneInfo, codes: Codes, stages: Mapping[str, str]) -> None:
        self.source, self._zone, self._codes, self._stages = source, zone, codes, stages
        self._readers: Mapping[type[DraftEntry], Callable[[Any, Notes], Told]] = {
            DraftEvent: self._event,
            DraftDocument: self._document,
            DraftOrganisation: self._organisation,
            DraftMediator: self._mediator,
            DraftFigure: self._figure,
            DraftRow: self._row,
        }

    def entry(self, draft: DraftEntry, *, stream: str, fetched: datetime) -> Told | Exception:
        """The entry of a draft as plain values, or what is wrong with it: `RecordRejected`, or the adapter's own bug.

        ``fetched`` is aware: when its page arrived.
        """
        told: Told = {}
        try:
            self._read(draft, told, Notes(fetched))
        except Exception as why:  # noqa: BLE001 - a draft holds whatever an adapter put there
            if isinstance(why, RecordRejected):
                why.key = told.get("key")
            return why
        told["source"], told["stream"] = self.source, stream
        return told if _SOUND[draft.kind](told) else read_again(told, ENTRIES[draft.kind])

    def _read(self, draft: DraftEntry, told: Told, note: Notes) -> None:
        reader = self._readers.get(type(draft))
        if reader is None:
            raise RecordRejected("draft.type", "draft", f"{type(draft).__name__} is none of the kinds of draft")
        told |= {"kind": draft.kind, "key": key_of(draft.key)}
        if flag(draft.deleted):
            told["deleted"] = True
        told |= filled(self._common(draft, note)) | filled(reader(draft, note))
        if note.found:
            told["notes"] = [{"code": code, "field": field} for code, field in note.found]

    def _common(self, draft: DraftEntry, note: Notes) -> Told:
        pairs = list(draft.references)
        if (of := getattr(draft, "of", None)) is not None:
            pairs.insert(0, of)
        extra = texts(draft.extra, note)
        region = None
        if written := said(draft.region, "region", note):
            region, problem = region_code(written)
            if problem:
                note(problem, "region")
            if region == UNKNOWN:
                region = None
                extra.setdefault("region", written)
        return {
            "revision": order_of(draft.revision, self._zone, note),
            "owner": name(draft.owner, "owner", note),
            "region": region,
            "status": said(draft.status, "status", note),
            "references": references(pairs, note) or None,
            "parties": self._parties(draft, note) or None,
            "extra": extra or None,
        }

    def _parties(self, draft: DraftEntry, note: Notes) -> list[Told]:
        note.part, found = "parties", []
        for note.at, each in enumerate(listed(draft.parties, DraftParty, "parties")):
            if told := party(each, self._codes, note, note.fetched.date()):
                found.append(told)
        note.part, note.at = "", -1
        return found

    def _event(self, draft: DraftEvent, note: Notes) -> Told:
        status = said(draft.status, "status", note)
        stage = self._stages.get(status) if status else None
        if status and self._stages and stage is None:
            note("status.unknown", "status")
        return {
            "at": self._time(draft.at, "at", note),
            "action": line(draft.action, "action", note),
            "body": name(draft.body, "body", note),
            "note": text(draft.note, "note", note),
            "stage": stage,
        }

    def _document(self, draft: DraftDocument, note: Notes) -> Told:
        title = line(draft.title, "title", note)
        if title is not None and len(title) > MAX_TITLE:
            note("text.cut", "title")
            title = title[:MAX_TITLE]
        return {
            "number": said(draft.number, "number", note),
            "form": said(draft.form, "form", note),
            "title": title,
            "issuer": name(draft.issuer, "issuer", note),
            "addressee": name(draft.addressee, "addressee", note),
            "issued": self._time(draft.issued, "issued", note),
            "due": self._time(draft.due, "due", note),
            "answered": self._time(draft.answered, "answered", note),
            "answer": text(draft.answer, "answer", note),
            "amount_fen": read_number(fen, draft.amount, "amount", note),
            "digest": _digest(draft.digest, note),
            "url": said(draft.url, "url", note),
        }

    def _organisation(self, draft: DraftOrganisation, note: Notes) -> Told:
        return {
            **_body(draft, note),
            "parent": said(draft.parent, "parent", note),
            "address": said(draft.address, "address", note),
        }

    def _mediator(self, draft: DraftMediator, note: Notes) -> Told:
        return {**_body(draft, note), "organisation": said(draft.organisation, "organisation", note)}

    def _figure(self, draft: DraftFigure, note: Notes) -> Told:
        unit = said(draft.unit, "unit", note)
        if unit is None and isinstance(draft.value, str) and half_width(draft.value).strip().endswith("%"):
            unit = "%"
        return {
            "name": _called(draft.name, "name", draft, note),
            "period": self._period(draft.period, note),
            "unit": unit,
            **{part: read_number(figure, getattr(draft, part), part, note)
               for part in ("value", "numerator", "denominator")},
        }  # fmt: skip

    def _row(self, draft: DraftRow, note: Notes) -> Told:
        return {
            "dataset": _called(draft.dataset, "dataset", draft, note),
            "purpose": said(draft.purpose, "purpose", note),
            "basis": said(draft.basis, "basis", note),
            "begins": self._day(draft.begins, "begins", note),
            "ends": self._day(draft.ends, "ends", note),
            "amount_fen": read_number(fen, draft.amount, "amount", note),
            "fields": texts(draft.fields, note, "fields") or None,
        }

    def _time(self, value: Any, field: str, note: Notes) -> str | None:
        at = instant(value, field, self._zone, note)
        if at is not None and at.grain != "second":
            note(f"time.{at.grain}_only", field)
        return at and at.text

    def _day(self, value: Any, field: str, note: Notes) -> str | None:
        at = instant(value, field, self._zone, note)
        if at is not None and at.grain == "month":
            note("time.month_only", field)
        return at and at.day

    def _period(self, value: Any, note: Notes) -> str | None:
        """``2026``, ``2026-03`` or ``2026-03-01``, as fine as it was told."""
        written = half_width(str(value)).strip().removesuffix("年") if isinstance(value, str | int) else ""
        if len(written) == 4 and written.isdecimal():
            return written
        at = instant(value, "period", self._zone, note)
        return at and (at.day[:7] if at.grain == "month" else at.day)


def _body(draft: DraftOrganisation | DraftMediator, note: Notes) -> Told:
    """What a body and a mediator have in common."""
    fields = [said(each, "fields", note) for each in listed(draft.fields, str, "fields")]
    return {
        "name": _called(name(draft.name, "name", note), "name", draft, note),
        "code": said(draft.code, "code", note),
        "fields": list(dict.fromkeys(each for each in fields if each)) or None,
        "capacity": read_number(people, draft.capacity, "capacity", note),
        "load": read_number(people, draft.load, "load", note),
        "phone": said(draft.phone, "phone", note),
    }


def _called(value: Any, field: str, draft: DraftEntry, note: Notes) -> str | None:
    """What an entry is called by; without it, unless it is a tombstone, under ``name.missing``."""
    called = said(value, field, note)
    if called is None and not draft.deleted:
        note("name.missing", field)
    return called


def _digest(value: Any, note: Notes) -> str | None:
    """A SHA-256 in lower case; another digest, or none, is left out under ``digest.invalid``."""
    written = said(value, "digest", note)
    if written is None:
        return None
    digits = written.lower().removeprefix("sha256:")
    if len(digits) == 64 and all(sign in "0123456789abcdef" for sign in digits):
        return digits
    note("digest.invalid", "digest")
    return None
