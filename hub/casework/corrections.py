"""A person's hand: what a source or the mapping has wrong is put right, kept by every later pull, and can be lifted.

A correction bears its author and reason, is audited, and marks its record to be linked, so that the linker sees it.
The value is read as the line reads a source's: a number that fails its check is refused here instead of noted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from hub.batch import Row
from hub.casework import journal
from hub.casework.discretion import openly
from hub.clock import utc_text
from hub.errors import RecordRejected, StoreError
from hub.mapping.heads import head, subjects
from hub.mapping.parties import Codes, party
from hub.mapping.places import region_code
from hub.mapping.text import said
from hub.nearest import did_you_mean
from hub.store import audit
from hub.store import corrections as kept
from hub.store.cases import placed, take_turn
from hub.store.corrections import CorrectionRow, Ref
from hub.store.driver import HEAD, Driver
from hub.store.show import open_version
from hub.store.store import Store
from hub.store.subjects import pack
from hub.store.tables import Record, Version, core
from schemas.draft import DraftParty
from schemas.life import Stage
from schemas.regions import UNKNOWN
from schemas.taxonomy import Taxonomy

METHOD = "person"
"""How an item was found that a person chose (`schemas.record.Method`)."""

_RECORD, _VERSION = core(Record), core(Version)
_PARTY = frozenset(each.name for each in fields(DraftParty))
_MILD = ("identity.region", "phone.several", "text.")
"""Notes of a party that do not refuse it: an unknown region within a number, a second phone, blanks taken out."""


@dataclass(frozen=True, slots=True)
class Value:
    """A field's new value, read and checked: what it is, and which columns and hashes it makes."""

    value: Any
    head: Mapping[str, Any]
    subjects: tuple[tuple[str, str, str], ...] = ()
    told: str = ""  # what may be told of it openly; empty for personal data


def read_value(field: str, given: Any, taxonomy: Taxonomy, now: datetime) -> Value:
    """Read a value as a person gave it: a code, a stage, a region's code or name, an address, a list of parties.

    Raises StoreError for one that cannot be, with the nearest that can; its text holds no personal data.
    """
    match field:
        case "item":
            return _item(str(given), taxonomy)
        case "stage":
            if given not in set(Stage):
                raise StoreError("no such stage", where="stage", hint=did_you_mean(str(given), list(Stage)))
            return Value(str(given), {"stage": str(given)}, told=str(given))
        case "region":
            code, problem = region_code(str(given))
            if code == UNKNOWN:
                raise StoreError("no such region", where="region", hint="a code such as 330106, or a name")
            if problem == "region.abolished":
                raise StoreError("that region was abolished", where="region", hint=f"its successor is {code}")
            return Value(code, {"region": code}, told=code)
        case "address":
            address = said(given, "address", lambda code, field: None)
            if address is None:
                raise StoreError("an address says something", where="address")
            return Value(address, {})
        case "parties":
            return _parties(given, taxonomy, now)
    raise StoreError(f'no field "{field}" to correct', where="record", hint=did_you_mean(field, kept.FIELDS))


def correct(
    connection: Connection, store: Store, record: Ref, field: str, value: Value, *, by: str, reason: str, now: datetime
) -> Ref:
    """Lay a correction over a live record; answers its number. In the caller's transaction, audited.

    ``by`` is ``person:NAME``; ``reason`` is kept as `hub.casework.discretion.openly` tells it. Raises
    StoreError for a deleted record, one that is not there, and for what it says already.
    """
    at = utc_text(now)
    take_turn(connection)
    row = _Current.of(connection, store, record)
    why = openly(connection, store, reason, records=[record])
    if row.deleted:
        raise StoreError(f"record {record[0]}-{record[1]} is deleted at its source", where="store")
    if any(patch.field == field and patch.value == value.value for patch in row.patches):
        raise StoreError(f"the {field} was corrected to that before", where="store", hint="hub record corrections")
    before = _told(field, row.laid)
    ref = kept.add(
        connection,
        store.keyring,
        record,
        field,
        value=value.value,
        head=value.head,
        subjects=value.subjects,
        by=by,
        why=why,
        at=at,
    )
    told = {"field": field, "correction": f"{ref[0]}-{ref[1]}", "before": before, "after": value.told}
    _followed(connection, store, record, "corrected", {name: each for name, each in told.items() if each}, by, why, at)
    return ref


def lift(connection: Connection, store: Store, ref: Ref, *, by: str, reason: str, now: datetime) -> CorrectionRow:
    """Take a correction away: what the mapping says now counts again. Answers the correction as it stood.

    Raises StoreError when it is not there, or does not stand any more.
    """
    at = utc_text(now)
    take_turn(connection)
    record = (ref[0], kept.one(connection, ref).record)
    why = openly(connection, store, reason, records=[record])
    row = kept.end(connection, ref, by=by, why=why, at=at)
    told = {"field": row.field, "correction": f"{ref[0]}-{ref[1]}"}
    _followed(connection, store, record, "lifted", told, by, why, at)
    return row


def _item(code: str, taxonomy: Taxonomy) -> Value:
    item = taxonomy.items.get(code)
    if item is None:
        raise StoreError(f'no item "{code}"', where="item", hint=did_you_mean(code, taxonomy.items))
    if not item.live:
        raise StoreError(
            f"the item {code} is retired", where="item", hint=item.replaced_by and f"now {item.replaced_by}"
        )
    columns = {"item": code, "category": item.category, "method": METHOD, "confidence": 1.0, "evidence": METHOD}
    return Value(code, columns, told=code)


def _parties(given: Any, taxonomy: Taxonomy, now: datetime) -> Value:
    """Raises StoreError for what is no list of parties, with the place of the first that is wrong."""
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise StoreError("parties are a list of at least one", where="parties")
    codes, read = Codes(taxonomy), []
    for at, each in enumerate(given):
        where = f"parties[{at}]"
        if not isinstance(each, Mapping):
            raise StoreError("a party is an object", where=where)
        read.append(_party(each, codes, where, now))
    return Value(read, {"parties": len(read)}, subjects({"parties": read}))


def _party(given: Mapping[str, Any], codes: Codes, where: str, now: datetime) -> dict[str, Any]:
    for name in sorted(map(str, given.keys() - _PARTY)):
        raise StoreError("no such field of a party", where=f"{where}.{name}", hint=did_you_mean(name, _PARTY))
    notes: list[tuple[str, str]] = []
    try:
        told = party(DraftParty(**given), codes, lambda code, field: notes.append((code, field)), now.date())
    except RecordRejected as why:
        raise StoreError(why.reason, where=f"{where}.{why.field}") from None
    for code, field in notes:
        if not code.startswith(_MILD):
            raise StoreError(f"it fails its check: {code}", where=f"{where}.{field}")
    if told is None:
        raise StoreError("a party says who it is", where=where)
    return told


@dataclass(frozen=True, slots=True)
class _Current:
    """A record as it stands: what the mapping says of it, and what lies over that."""

    version: int
    deleted: bool
    body: Mapping[str, Any]
    patches: Sequence[kept.Patch]

    @classmethod
    def of(cls, connection: Connection, store: Store, record: Ref) -> "_Current":
        columns = (_RECORD.c.version, _RECORD.c.deleted, _VERSION.c.key_id, _VERSION.c.body)
        of_record = (_RECORD.c.home == record[0], _RECORD.c.id == record[1])
        same = (
            (_VERSION.c.home == _RECORD.c.home)
            & (_VERSION.c.record == _RECORD.c.id)
            & (_VERSION.c.version == _RECORD.c.version)
        )
        row = connection.execute(select(*columns).join(_VERSION, same).where(*of_record)).first()
        if row is None:
            raise StoreError(f"no record {record[0]}-{record[1]}", where="store", hint="hub record list")
        body = open_version(store.keyring, (*record, row.version), row.key_id, bytes(row.body))
        patches = kept.overlay(connection, store.keyring, [record]).get(record, [])
        return cls(row.version, bool(row.deleted), body, patches)

    @property
    def laid(self) -> Mapping[str, Any]:
        """The content with its corrections."""
        return kept.laid(self.body, self.patches)


def _followed(
    connection: Connection, store: Store, record: Ref, what: str, told: Mapping[str, Any], by: str, why: str, at: str
) -> None:
    """Make the head anew, mark the record to be linked, tell its case, write the audit."""
    row = _Current.of(connection, store, record)
    told_by_mapping = dict(row.body)
    plain = Row(0, "", None, row.deleted, b"", head(told_by_mapping), b"", subjects(told_by_mapping))
    new = kept.laid_row(plain, row.patches)
    driver = Driver.of(connection)
    driver.lay("record", (*HEAD, "subjects"), [(*new.head, pack(new.subjects, store.keyring.hash), *record)])
    driver.mark_links([(*record, row.version)], 0)
    if place := placed(connection, [record]).get(record):
        journal.note(connection, store, place.code, kind=what, at=at, by=by, told={**told, "why": why}, record=record)
    entry = {"record": record[1], "version": row.version, "user": by.removeprefix("person:"), "reason": why, **told}
    audit.append(connection, home=record[0], writer=store.writer, action=f"record.{what}", entry=entry, at=at)


def _told(field: str, body: Mapping[str, Any]) -> str:
    """What a field says now, where that is no personal data."""
    match field:
        case "item":
            return (body.get("classification") or {}).get("item") or ""
        case "region":
            return (body.get("place") or {}).get("region") or ""
        case "stage":
            return body.get("stage") or ""
    return ""
