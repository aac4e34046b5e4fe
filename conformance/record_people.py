"""Invented people in the place of real ones: one person, one stranger, wherever the person turns up.

Personal fields are found by path (``person`` in ``conformance.toml``), by their names (``xm``, ``sjhm``, 姓名) and by
the shape of what they hold. Free text loses every number a person can be told by and the names met in fields. A name
that stands in free text alone is not found: somebody has to read what is recorded.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.description import WireSpec
from conformance.envelopes import value_at
from conformance.lab.rows import Row
from conformance.record_strangers import PERSON, What, invented
from schemas.identity import (
    IdentityError,
    citizen_number,
    citizen_region_note,
    mobile_number,
    redact,
)

_FIELDS: Mapping[What, str] = {
    "identity": "idcard idno idnumber idnum identityno zjhm sfzh sfzhm cardno certno 身份证 身份证号 证件号 证件号码",
    "phone": "phone mobile tel telephone sjhm sjh lxdh dhhm bjdh lxfs callnumber 电话 手机 手机号 联系方式",
    "name": "xm xingming realname truename fullname personname partyname username contactname applicantname agent "
    "respondentname contact contacts linkman agentname mediator mediatorname handler operator sourceperson lxr sqr "
    "bsqr xfr bjr jbr cbr blr hfry tjy 姓名 联系人 经办人 当事人 申请人 被申请人 负责人 调解员",
    "address": "address addr dz zz 住址 地址",
}
WORDS: Mapping[What, frozenset[str]] = {what: frozenset(words.split()) for what, words in _FIELDS.items()}
"""Names of personal fields, and ends of such names, in lower case without signs. Pinyin initials are common."""

BARE = "name"
"""A field that may name a person or a thing: a person when its value looks so, or an identity or phone is beside it."""

_SIGNS = re.compile(r"[^0-9a-z\u4e00-\u9fff]")
_CITIZEN = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15})(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![0-9A-Za-z])")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_JOINT = re.compile(r"([、,，;；/])")
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}


@dataclass(slots=True)
class Touched:
    """What was done to one field: how often in which way, and a value as it stands now."""

    how: Counter[str] = field(default_factory=Counter)
    sample: str = ""


class Disguise:
    """Strangers for the people of one source. `learn` everything first, then `tree` and `text` put them in place.

    ``touched`` tells of every field by its path, ``replaced`` how many values are other ones now.
    """

    def __init__(self, wire: WireSpec) -> None:
        self.wire = wire
        self.touched: dict[str, Touched] = {}
        self._fixed = {wire.key, wire.time, wire.code, wire.label} - {""}  # the matter's own: only numbers go there
        self._strangers: dict[str, str] = {}
        self._known: dict[str, What] = {}
        self._made: Counter[str] = Counter()
        self._spoken: tuple[tuple[str, str], ...] | None = None

    @property
    def replaced(self) -> int:
        """How many values are other ones now."""
        return sum(sum(each.how.values()) - each.how["kept"] for each in self.touched.values())

    @property
    def people(self) -> Counter[str]:
        """How many different names, identity numbers, phones and addresses were met."""
        return Counter(self._known.values())

    def learn(self, rows: Iterable[Row]) -> None:
        """Note everybody the rows tell of, so that nobody invented bears the name or number of one of them."""
        person = self.wire.person
        told: tuple[tuple[What, str], ...] = (
            ("name", person.name), ("identity", person.identity), ("phone", person.phone),
        )  # fmt: skip
        for row in rows:
            for what, path in told:
                if path and (value := value_at(row, path)) not in (None, ""):
                    self._note(what, str(value))
            self._walk(row, "", {}, self._learn)

    def tree(self, value: Any, path: str = "") -> Any:
        """A copy of a row, or of what stands at ``path`` of a JSON reply, with strangers in it."""
        return self._walk(value, path, {}, self._put)

    def text(self, text: str) -> str:
        """A text outside the rows with strangers in it."""
        return self._freed(text)

    def left_in(self, text: str) -> list[What]:
        """What of the people met still stands in a text, as kinds; and numbers there that may be somebody's."""
        found: dict[str, What] = {
            known: what for known, what in self._known.items()
            if what != "address" and (len(known) > 1 or what != "name") and known in text
        }  # fmt: skip
        mine = set(self._strangers.values())
        found |= {number: "phone" for number in _MOBILE.findall(text) if number not in mine and number[3:7] != "0000"}
        found |= {number: "identity" for number in _CITIZEN.findall(text) if number not in mine and _anybodys(number)}
        return sorted(found.values())

    def _walk(
        self, value: Any, path: str, beside: Mapping[str, Any], act: Callable[[What | None, str, str], str]
    ) -> Any:
        """A copy with ``act(what, text, path)`` for every text and whole number; ``beside`` is the object around it."""
        match value:
            case Mapping():
                return {
                    name: self._walk(inner, f"{path}.{name}".lstrip("."), value, act) for name, inner in value.items()
                }
            case list():
                return [self._walk(inner, f"{path}[]", beside, act) for inner in value]
            case str() if value[:1] in ("{", "[") and (inner := _json(value)) is not None:
                return json.dumps(self._walk(inner, path, beside, act), ensure_ascii=False, separators=(",", ":"))
            case str() if value:
                return act(self._what(path, value, beside), value, path)
            case int() if not isinstance(value, bool):
                told = act(self._what(path, str(value), beside), str(value), path)
                return value if told == str(value) else int(told) if told.isdecimal() else told
        return value

    def _what(self, path: str, value: str, beside: Mapping[str, Any]) -> What | None:
        """What a field tells of a person, by its name; by its shape for a whole number."""
        if path in self._fixed:
            return None
        name = path.rpartition(".")[2].rstrip("[]")
        what = of_name(name)
        if what is None and _SIGNS.sub("", name.lower()) == BARE:
            personal = any(of_name(other) in ("identity", "phone") for other in beside)
            return "name" if personal or PERSON.fullmatch(value) else None
        if what == "phone" and sum(map(str.isdigit, value)) < 5:
            return None
        return what

    def _learn(self, what: What | None, text: str, path: str) -> str:
        if what == "name":
            for name in _JOINT.split(text)[::2]:
                self._note("name", name.strip())
        elif what is not None:
            self._note(what, text)
        else:
            for kind, number in self._numbers(text.translate(_FULL_WIDTH), strict=path in self._fixed):
                self._note(kind, number)
        return text

    def _note(self, what: What, text: str) -> None:
        if text and text not in self._known:
            self._known[text] = what
            self._spoken = None

    def _put(self, what: What | None, text: str, path: str) -> str:
        if path in self._fixed:
            new = self._swapped(text, numbers_only=True)
        elif what == "name":
            new = "".join(
                part if _JOINT.fullmatch(part) else self._stranger("name", part) for part in _JOINT.split(text)
            )
        elif what is not None:
            new = self._stranger(what, text)
        elif text in self._known:
            new = self._stranger(self._known[text], text)
        else:
            new = self._freed(text)
        touched = self.touched.setdefault(path, Touched(sample=new))
        touched.how["kept" if new == text else what or "text"] += 1
        if new != text:
            touched.sample = new
        return new

    def _freed(self, text: str) -> str:
        """Free text: known people are swapped, then whatever else looks like a person's number or address is hidden."""
        text = self._swapped(text.translate(_FULL_WIDTH))
        mine = "|".join(map(re.escape, self._strangers.values()))
        parts = re.split(f"({mine})", text) if mine else [text]  # a mask would take our strangers for people, too
        for at in range(0, len(parts), 2):
            parts[at] = redact(_EMAIL.sub("someone@example.org", parts[at]))
        return "".join(parts)

    def _swapped(self, text: str, *, numbers_only: bool = False) -> str:
        if self._spoken is None:
            spoken = sorted((known for known, what in self._known.items() if what != "address"), key=len, reverse=True)
            self._spoken = tuple(
                (known, self._stranger(self._known[known], known)) for known in spoken if len(known) > 1
            )
        for known, stranger in self._spoken:
            if known in text and not (numbers_only and self._known[known] == "name"):
                text = text.replace(known, stranger)
        return text

    def _numbers(self, text: str, *, strict: bool) -> Iterable[tuple[What, str]]:
        """Numbers of people by their shape; ``strict`` takes an identity number only if its check digit fits."""
        for number in _CITIZEN.findall(text):
            if _is_citizen(number) or (not strict and redact(number) != number):
                yield "identity", number
        for number in _MOBILE.findall(text):
            yield "phone", number

    def _stranger(self, what: What, text: str) -> str:
        """Who stands for somebody: always the same for one, and never the name or number of another who was met."""
        known = _plain(what, text)
        if not known or known in self._strangers.values():
            return text
        while known not in self._strangers:
            self._made[what] += 1
            new = invented(what, known, self._made[what])
            if new not in self._known:
                self._strangers[known] = new
        return self._strangers[known]


def of_name(name: str) -> What | None:
    """What a field of that name tells of a person; None for any other field."""
    plain = _SIGNS.sub("", name.lower())
    for what, words in WORDS.items():
        if plain in words or any(plain.endswith(word) and len(word) > 1 for word in _ends(words)):
            return what
    return None


def _ends(words: Collection[str]) -> Iterable[str]:
    """Words that also count at the end of a longer name; two letters would be met by chance, except 姓名's initials."""
    return (word for word in words if len(word) > 3 or word in ("xm", "tel", "dz") or not word.isascii())


def _plain(what: What, text: str) -> str:
    """One way to write what sources write in several: a number without gaps, a mobile without its country."""
    if what in ("name", "address"):
        return text.strip()
    try:
        return mobile_number(text)
    except IdentityError:
        return "".join(text.split()).upper()


def _is_citizen(text: str) -> bool:
    try:
        return bool(citizen_number(text))
    except IdentityError:
        return False


def _anybodys(text: str) -> bool:
    """Whether an identity number can be somebody's: it is sound and of a region that there is."""
    return _is_citizen(text) and citizen_region_note(citizen_number(text)) != "region_unknown"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
