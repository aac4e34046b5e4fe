"""What of a record or entry may stand in open columns: nothing by which a person is known (law L8). And what is hashed
of it, so that it can be found.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hub.mapping.parties import CITIZEN_CARD, OTHER_DOCUMENT
from hub.mapping.parts import Told
from schemas.alias import normal, ties
from schemas.identity import mask_name, redact
from schemas.regions import UNKNOWN

_DIGIT = re.compile(r"\d")
_NATURAL = "1"  # party_type
_NOTHING: Told = {}
_NOT_ASKED: Told = {"method": "unmapped", "confidence": 0.0, "mapping": ""}  # of what is deleted


def head(record: Told) -> tuple[Any, ...]:
    """The open columns of a record (`hub.store.driver.HEAD`), with no personal data in them (law L8)."""
    found = record.get("classification") or _NOT_ASKED
    get, of_item = record.get, found.get
    return (
        open_title(record),
        of_item("item"),
        of_item("category"),
        found["method"],
        found["confidence"],
        of_item("evidence", ""),
        found["mapping"],
        of_item("code"),
        of_item("label"),
        of_item("edition"),
        get("stage"),
        get("status"),
        get("place", _NOTHING).get("region", UNKNOWN),
        record["channel"],
        get("opened"),
        get("happened"),
        get("due"),
        get("closed"),
        get("amount_fen"),
        get("people"),
        get("scale"),
        len(get("parties", ())),
        " ".join([f"{note['code']}@{note['field']}" for note in get("notes", ())]),
    )


def subjects(record: Told) -> tuple[tuple[str, str, str], ...]:
    """(kind, role, value) of all the record can be found by: valid identity numbers, phones, reference numbers.

    A number that failed its check bears a note that says so; the others stand in their normal form and are not checked
    again here. An unknown region fails no check.
    """
    failed = {
        note["field"]
        for note in record.get("notes", ())
        if note["code"].startswith("identity.") and "region" not in note["code"]
    }
    found: dict[tuple[str, str, str], None] = {}
    for at, party in enumerate(record.get("parties", ())):
        number, phone, role = party.get("id_number"), party.get("phone"), party["role"]
        if number and not (failed and f"parties[{at}].id_number" in failed):
            kind, id_type = party["kind"], party.get("id_type")
            if kind == _NATURAL and id_type == CITIZEN_CARD:
                found["id", role, number] = None
            elif kind != _NATURAL or id_type in (None, OTHER_DOCUMENT):
                found["credit", role, number] = None
        if phone and len(phone) == 11 and phone.isdecimal() and phone[0] == "1":  # a landline bears its area code's 0
            found["phone", role, phone] = None
    for reference in record.get("references", ()):
        number = reference["number"]
        if (reference["kind"] == "court_case" and number[0] == "（") or ties(number := normal(number)):
            found["ref", "", number] = None  # a court's stands in its normal form already
    if (number := record.get("number")) and ties(number := normal(number)):
        found["ref", "", number] = None  # a paper's own
    if (digest := record.get("digest")) and ties(digest := normal(digest)):
        found["ref", "", digest] = None  # by which a file is known as this paper
    return tuple(found)


def open_title(told: Mapping[str, Any]) -> str:
    """The title as anyone may read it: numbers and the names of natural persons masked."""
    return _opened(told["title"], told.get("parties", ()))


def _opened(text: str, parties: Iterable[Mapping[str, Any]]) -> str:
    if _DIGIT.search(text):
        text = redact(text)
    for party in parties:
        for name in (party.get("name") if party["kind"] == _NATURAL else None, party.get("agent")):
            if name and name in text and len(name) > 1:
                text = text.replace(name, mask_name(name))
    return text


def entry_head(told: Mapping[str, Any]) -> tuple[Any, ...]:
    """The open columns of an entry (`hub.store.entry_write.ENTRY_HEAD`)."""
    name, title = _CALLED[told["kind"]](told)
    get, parties = told.get, told.get("parties", ())
    owner = get("owner")
    return (
        name and _opened(name, parties),
        title and _opened(title, parties),
        owner and _opened(owner, parties),
        get("region"),
        get("status"),
        get("stage"),
        get("at", get("issued")),
        get("due"),
        get("answered"),
        get("period", get("begins")),
        " ".join(told["fields"]) if isinstance(get("fields"), list) else None,
        get("amount_fen"),
        _float(get("value")),
        _float(get("numerator", get("load"))),
        _float(get("denominator", get("capacity"))),
        " ".join([f"{note['code']}@{note['field']}" for note in get("notes", ())]),
    )


_Called = tuple[str | None, str]
_CALLED: Mapping[str, Callable[[Mapping[str, Any]], _Called]] = {
    "event": lambda told: (told.get("action"), ""),
    "document": lambda told: (told.get("form"), told.get("title", "")),
    "organisation": lambda told: (told.get("code"), told.get("name", "")),
    "mediator": lambda told: (told.get("code"), mask_name(told.get("name", ""))),
    "figure": lambda told: (told.get("name"), ""),
    "row": lambda told: (told.get("dataset"), told.get("purpose", "")),
}
"""What an entry is one of, and its title; of a row what it may be used for."""


def _float(value: str | int | None) -> float | None:
    return None if value is None else float(value)
