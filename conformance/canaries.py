"""Values planted to be looked for elsewhere: a secret in the settings, a person in the first row."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from conformance.description import PersonSpec
from conformance.envelopes import value_at, with_value
from conformance.lab.rows import Row
from schemas.identity import check_character

IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
NAME_FIELDS = ("name", "xm", "姓名", "当事人")


@dataclass(frozen=True, slots=True)
class Canaries:
    """The planted values. Identity number and phone are of no real person: region 99, number block 1380000."""

    secret: str
    identity: str
    phone: str
    name: str

    @classmethod
    def fresh(cls) -> "Canaries":
        """New values, alike in no two runs, so that an old file cannot be taken for a leak."""
        born = f"198{secrets.randbelow(10)}0{secrets.randbelow(9) + 1}1{secrets.randbelow(10)}"
        head = f"990101{born}{secrets.randbelow(900) + 100}"
        return cls(
            secret=f"canary-{secrets.token_hex(8)}",
            identity=head + check_character(head),
            phone=f"1380000{secrets.randbelow(9000) + 1000}",
            name="阚" + "".join(secrets.choice("昀翀珩曦骎晔") for _ in range(2)),
        )

    def found_in(self, text: str) -> list[str]:
        """Which of them stand in a text: ``secret``, ``identity``, ``phone``, ``name``."""
        return [each.name for each in fields(self) if getattr(self, each.name) in text]

    def plant(self, rows: Sequence[Row], spec: PersonSpec) -> list[Row]:
        """The rows, with this person for the one in the first of them, wherever that row tells of them.

        Where they stand is told by ``spec``, else found by its looks: an identity number, a phone, and in their
        neighbourhood a name.
        """
        if not rows:
            return []
        first: Any = dict(rows[0])
        for path, canary in ((spec.identity, self.identity), (spec.phone, self.phone), (spec.name, self.name)):
            known = value_at(first, path) if path else None
            if isinstance(known, str) and known:
                first = _replaced(first, known, canary)
            elif path:
                first = with_value(first, path, canary)
        if spec == PersonSpec():
            first = self._by_looks(first)
        return [first, *rows[1:]]

    def put(self, row: Row, *said: str) -> Any:
        """A copy of the row in which this person stands for the one of whom that is said, wherever it tells of them."""
        for text in said:
            number = self.identity if IDENTITY.fullmatch(text) else self.phone if PHONE.fullmatch(text) else ""
            row = _replaced(row, text, number or self.name)
        return row

    def _by_looks(self, row: Any) -> Any:
        person = _person(row)
        if person is None:
            return row
        for value in person.values():
            if isinstance(value, str) and IDENTITY.fullmatch(value):
                row = _replaced(row, value, self.identity)
            elif isinstance(value, str) and PHONE.fullmatch(value):
                row = _replaced(row, value, self.phone)
        for name, value in person.items():
            if name.lower() in NAME_FIELDS and isinstance(value, str) and _HAN_NAME.fullmatch(value):
                row = _replaced(row, value, self.name)
        return row


def _person(value: Any) -> Mapping[str, Any] | None:
    """The first mapping inside that holds an identity number or a phone."""
    if isinstance(value, Mapping):
        texts = [each for each in value.values() if isinstance(each, str)]
        if any(IDENTITY.fullmatch(each) or PHONE.fullmatch(each) for each in texts):
            return value
        return next((found for each in value.values() if (found := _person(each)) is not None), None)
    if isinstance(value, list):
        return next((found for each in value if (found := _person(each)) is not None), None)
    return None


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, Mapping):
        return {name: _replaced(each, old, new) for name, each in value.items()}
    return [_replaced(each, old, new) for each in value] if isinstance(value, list) else value
