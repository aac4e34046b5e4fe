"""What a reader without special leave sees of a record: every field has a rule, a field without one is hidden.

Hiding is by field and by what the record itself tells: the names of its people, wherever they stand in its texts, and
all numbers that look like a person's. A name that stands in free text only is not known here and is not found.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from schemas.identity import IdentityError, credit_code, mask, mask_name, redact

HIDDEN = "***"
NATURAL = "1"  # party_type: natural person

Rule = Callable[[Any, "Masker"], Any]


class Masker:
    """Masks one record's content (JSON values, as `DisputeRecord` is written). The content given is not changed."""

    def __init__(self, *bodies: Mapping[str, Any]) -> None:
        """Masks by the names in all of these: what a person corrected was a name too."""
        self._names = sorted({name for body in bodies for name in _names(body)}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Free text without the numbers and the known names of people."""
        text = redact(text)
        for name in self._names:
            if name in text:
                text = text.replace(name, mask_name(name))
        return text

    def fields(self, told: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, Any]:
        """Each field by its rule; empty ones stay empty."""
        shown = {}
        for name, value in told.items():
            rule: Rule = rules.get(name, _hidden)
            shown[name] = value if value in (None, "", [], {}) else rule(value, self)
        return shown


def masked(body: Mapping[str, Any], beside: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A record's or entry's content as anyone may read it.

    ``beside`` is the same without its corrections: the names in it are masked in texts too.
    """
    return Masker(body, beside or body).fields(body, ENTRY[body["kind"]] if "kind" in body else RECORD)


def _names(body: Mapping[str, Any]) -> Iterable[str]:
    for party in body.get("parties") or ():
        if party.get("kind", NATURAL) == NATURAL:
            yield party.get("name") or ""
        yield party.get("agent") or ""
    yield (body.get("resolution") or {}).get("responsible") or ""
    if body.get("kind") == "mediator":
        yield body.get("name") or ""


def _open(value: Any, _: Masker) -> Any:
    return value


def _hidden(_: Any, __: Masker) -> str:
    return HIDDEN


def _text(value: str, masker: Masker) -> str:
    return masker.text(value)


def _name(value: str, _: Masker) -> str:
    return mask_name(value)


def _number(value: str, _: Masker) -> str:
    return mask(value)


def _address(value: str, _: Masker) -> str:
    return value[: min(6, len(value) // 2)] + HIDDEN  # as far as the county, in most


def _degrees(value: float, _: Masker) -> float:
    return round(value, 2)  # about a kilometre


def _values(value: Mapping[str, Any], _: Masker) -> dict[str, str]:
    return dict.fromkeys(value, HIDDEN)  # which of the source's own fields are personal is not known here


def _extra(value: Mapping[str, Any], masker: Masker) -> dict[str, str]:
    """Of a source's own fields those that are known to hold a code or a colour; the others are hidden."""
    shown = {}
    for name, told in value.items():
        rule: Rule = CODED.get(name, _hidden)
        shown[name] = rule(told, masker)
    return shown


def _one(rules: Mapping[str, Rule]) -> Rule:
    return lambda value, masker: masker.fields(value, rules)


def _each(rules: Mapping[str, Rule]) -> Rule:
    return lambda values, masker: [masker.fields(value, rules) for value in values]


def _party(value: Mapping[str, Any], masker: Masker) -> dict[str, Any]:
    """An organisation's name and credit code are public."""
    shown = masker.fields(value, PARTY)
    if value.get("kind") in ("2", "3"):
        shown["name"] = masker.text(value.get("name") or "") or None
        if _is_credit_code(value.get("id_number") or ""):
            shown["id_number"] = value["id_number"]
    return shown


def _is_credit_code(text: str) -> bool:
    try:
        return credit_code(text) == text
    except IdentityError:
        return False


def _parties(values: Iterable[Mapping[str, Any]], masker: Masker) -> list[dict[str, Any]]:
    return [_party(value, masker) for value in values]


PARTY: Mapping[str, Rule] = {
    "name": _name,
    "role": _open,
    "kind": _open,
    "id_type": _open,
    "id_number": _number,
    "phone": _number,
    "gender": _hidden,
    "ethnicity": _hidden,
    "education": _hidden,
    "person_class": _hidden,
    "address": _address,
    "agent": _name,
}
STEP: Mapping[str, Rule] = {"at": _open, "action": _text, "body": _text, "note": _text, "key": _open}
PLACE: Mapping[str, Rule] = {
    "address": _address,
    "region": _open,
    "org_path": _open,
    "lng": _degrees,
    "lat": _degrees,
    "datum": _open,
}
RESOLUTION: Mapping[str, Rule] = {
    "method": _open,
    "organisation": _text,
    "responsible": _name,
    "contact": _number,
    "success": _open,
    "situation": _text,
    "assessed": _open,
    "opinion": _text,
}
CODED: Mapping[str, Rule] = {
    "codeColor": _text,  # of a dispute code
    "docking": _text,
    "grid": _text,
    "gridWorker": _text,  # their number
    "receiverCode": _text,
    "windowName": _text,
    "seats": _text,  # bodies in a session, their parts and votes
    "votes": _text,
    "orgcode": _open,  # of a village or grid: 15 digits, in the shape of an old identity number
}
"""Fields of ``extra`` that anyone may see."""

RECORD: Mapping[str, Rule] = {
    "source": _open,
    "stream": _open,
    "key": _open,
    "revision": _open,
    "deleted": _open,
    "title": _text,
    "detail": _text,
    "opened": _open,
    "happened": _open,
    "due": _open,
    "closed": _open,
    "stage": _open,
    "status": _open,
    "status_label": _open,
    "place": _one(PLACE),
    "amount_fen": _open,
    "people": _open,
    "scale": _open,
    "channel": _open,
    "parties": _parties,
    "steps": _each(STEP),
    "references": _open,  # numbers of matters: some have the shape of an identity number, and must stay whole
    "resolution": _one(RESOLUTION),
    "classification": _open,
    "notes": _open,
    "extra": _extra,
}

_ANY_ENTRY: dict[str, Rule] = {
    "source": _open,
    "stream": _open,
    "kind": _open,
    "key": _open,
    "revision": _open,
    "deleted": _open,
    "owner": _text,
    "region": _open,
    "status": _open,
    "references": _open,
    "parties": _parties,
    "notes": _open,
    "extra": _extra,
}
_BODY: dict[str, Rule] = {
    "code": _open,
    "fields": _open,
    "capacity": _open,
    "load": _open,
    "phone": _number,
}
ENTRY: Mapping[str, Mapping[str, Rule]] = {
    "event": _ANY_ENTRY | {"at": _open, "action": _text, "body": _text, "note": _text, "stage": _open},
    "document": _ANY_ENTRY
    | dict.fromkeys(("number", "form", "issued", "due", "answered", "amount_fen", "digest"), _open)
    | dict.fromkeys(("title", "issuer", "addressee", "answer"), _text)
    | {"url": _hidden},  # an address may hold what opens it
    "organisation": _ANY_ENTRY | _BODY | {"name": _text, "parent": _open, "address": _address},
    "mediator": _ANY_ENTRY | _BODY | {"name": _name, "organisation": _open},
    "figure": _ANY_ENTRY | dict.fromkeys(("name", "period", "value", "unit", "numerator", "denominator"), _open),
    "row": _ANY_ENTRY
    | dict.fromkeys(("dataset", "purpose", "basis", "begins", "ends", "amount_fen"), _open)
    | {"fields": _values},
}
"""Of an entry, by its kind."""
