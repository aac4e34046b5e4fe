"""Draft to record: shape becomes meaning. Pure: the same draft gives the same record in any order, process and TZ.

``fetched`` is the only clock. What could be repaired or had to be left out is a note on the record
(`schemas.record.Note`); only a draft that cannot be a record at all is rejected.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, get_args

from hub.contract import Manifest
from hub.errors import RecordRejected
from hub.mapping.entries import Entries
from hub.mapping.mapper import Mapper
from hub.mapping.numbers import fen, people
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
from hub.mapping.places import place
from hub.mapping.text import Note, line, name, said, text
from schemas.delivery import Docking
from schemas.draft import Draft, DraftEntry, DraftParty, DraftResolution, DraftStep
from schemas.plain import plain
from schemas.record import DisputeRecord
from schemas.regions import UNKNOWN

MAX_TITLE = 500
TITLE_FROM_DETAIL = 60
"""Characters of a detail's first sentence that stand in for a missing title."""

_SENTENCE_END = re.compile(r"[。！？!?；;\n]")
_DOCKINGS = frozenset(get_args(Docking))
_YES = frozenset(("1", "true", "True", "TRUE", "是", "成功", "Y", "y", "yes"))
_NO = frozenset(("0", "false", "False", "FALSE", "否", "不成功", "失败", "N", "n", "no"))

_sound: Callable[[Any], bool] = plain(DisputeRecord).validator.isinstance_python

_Step = Callable[[Draft, Told, Notes], None]


class Normalizer:
    """Makes records of one source instance's drafts. ``source`` is the instance's name, ``mapper`` finds the items."""

    def __init__(self, manifest: Manifest, *, source: str, mapper: Mapper) -> None:
        self.manifest, self.source, self.mapper = manifest, source, mapper
        self._zone = manifest.zone
        self._codes = Codes(mapper.taxonomy)
        self._stages = {str(code): stage.value for code, stage in manifest.stages.items()}
        self._entries = Entries(source=source, zone=self._zone, codes=self._codes, stages=self._stages)
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

    def records(
        self, drafts: Sequence[Draft | DraftEntry], *, stream: str, fetched: datetime
    ) -> list[Told | Exception]:
        """Give drafts their meaning, each its record or the exception that `record` raises for it, in their order.

        A draft of another kind becomes its entry (`hub.mapping.entries`).

        Each step is done for all before the next: a loop over one step keeps its code and tables at hand, which is
        worth a quarter of the time.
        """
        made: list[Told | Exception] = [
            self._entries.entry(draft, stream=stream, fetched=fetched) if isinstance(draft, DraftEntry) else {}
            for draft in drafts
        ]
        works: list[tuple[int, Draft, Told, Notes]] = [
            (number, draft, {}, Notes(fetched))
            for number, draft in enumerate(drafts)
            if not isinstance(draft, DraftEntry)
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
            made[number] = told if _sound(told) else read_again(told, DisputeRecord)
        return made

    def _identity(self, draft: Draft, told: Told, note: Notes) -> None:
        if not isinstance(draft, Draft):
            raise RecordRejected("draft.type", "draft", f"a Draft was expected, not {type(draft).__name__}")
        told["key"] = key_of(draft.key)
        if flag(draft.deleted):
            told["deleted"] = True
        if (revised := order_of(draft.revision, self._zone, note)) is not None:
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
        if draft.amount is not None and (amount := read_number(fen, draft.amount, "amount", note)) is not None:
            told["amount_fen"] = amount
        if draft.people is not None and (count := read_number(people, draft.people, "people", note)) is not None:
            told["people"] = count
        if draft.scale is not None and (scale := self._codes.code("event_scale", draft.scale, "scale", note)):
            told["scale"] = scale

    def _where(self, draft: Draft, told: Told, note: Note) -> None:
        where, extra = place(draft, note), texts(draft.extra, note)
        if where:
            told["place"] = where
        if draft.region is not None and where.get("region") == UNKNOWN:
            extra.setdefault("region", line(draft.region, "region", note) or "")
        if draft.grid is not None and (grid := line(draft.grid, "grid", note)):
            extra["grid"] = grid
        if (docking := extra.get("docking")) is not None and docking not in _DOCKINGS:
            note("code.unknown", "docking")  # kept as it was told; no route takes it for one of the five
        if extra:
            told["extra"] = extra

    def _classification(self, draft: Draft, told: Told, note: Note) -> None:
        code, label = line(draft.code, "code", note), line(draft.label, "label", note)
        edition = line(draft.edition, "edition", note)
        if "deleted" not in told:
            told["classification"] = self.mapper.find(code, label, edition, told["title"], told["detail"])

    def _times(self, draft: Draft, told: Told, note: Note) -> None:
        for field, value in (("opened", draft.opened), ("due", draft.due), ("closed", draft.closed)):
            if value is not None and (at := instant(value, field, self._zone, note)):
                if at.grain != "second":
                    note(f"time.{at.grain}_only", field)
                told[field] = at.text
        if draft.happened is not None and (at := instant(draft.happened, "happened", self._zone, note)):
            if at.grain == "month":
                note("time.month_only", "happened")
            told["happened"] = at.day

    def _parties(self, draft: Draft, told: Told, note: Notes) -> None:
        if draft.parties:
            told["parties"] = parties = []
            day, note.part = note.fetched.date(), "parties"
            for note.at, each in enumerate(listed(draft.parties, DraftParty, "parties")):
                if found := party(each, self._codes, note, day):
                    parties.append(found)
            note.part = ""

    def _handling(self, draft: Draft, told: Told, note: Notes) -> None:
        if draft.steps:
            told["steps"] = steps = []
            note.part = "steps"
            for note.at, step in enumerate(listed(draft.steps, DraftStep, "steps")):
                if taken := self._step(step, note):
                    steps.append(taken)
        if draft.resolution is not None:
            note.part, note.at = "resolution", -1
            told["resolution"] = self._resolution(draft.resolution, note)
        note.part = ""
        if draft.references:
            told["references"] = references(draft.references, note)

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
        if when := instant(step.at, "at", self._zone, note):
            told["at"] = when.text
        return filled(told) or None

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
        if at := instant(draft.assessed, "assessed", self._zone, note):
            told["assessed"] = at.day
        return filled(told)


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
