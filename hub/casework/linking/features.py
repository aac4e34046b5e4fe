"""What of a record the linker compares, taken out of its body once. Personal data: it lives in memory alone."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from hub.casework.linking.address import NOWHERE, Address, inside, parse_address
from hub.casework.linking.names import MASK, firm_name, is_firm, person_name
from hub.mapping.parties import CITIZEN_CARD
from hub.store.subjects import Mark
from schemas.alias import SHORTEST, normal, ties
from schemas.case_number import search_case_numbers
from schemas.identity import KeyedHash
from schemas.regions import UNKNOWN

Ref = tuple[str, int]
"""(home, record id)."""

APPLICANTS, RESPONDENTS = 3, 2
"""Parties of a side that are compared; of a longer side those that sort first, the same ones in every source."""

_NATURAL = "1"
_SIDES = {"1": 0, "2": 1}
_SUM = re.compile(r"(\d{1,9}(?:,\d{3})*(?:\.\d{1,2})?)\s*(万)?\s*(?:余|多)?元")
_DATE = re.compile(r"((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日")
_FIRM = re.compile("[\u4e00-\u9fff]{4,24}?(?:有限责任|股份有限|有限)公司")
_BEFORE = re.compile("^.*[我在被与由诉跟给了请求要]")
_INSIDE = re.compile("室|幢|栋|号楼|单元")
_MASKS = str.maketrans(dict.fromkeys("×xX●•█#?＊", MASK))
_ID, _PHONE = 18, 11


class Who(NamedTuple):
    """One party. ``name`` is its `person_name` or `firm_name`; numbers may hold `MASK`.

    ``valid``: ``id`` is whole and has passed its check, so that two that differ are two people; ``paper``: it is that
    of a paper whose numbers have no check, a passport's. Of neither, it may be what fills a form. ``seen``: how many
    records bear its name, ``called``: how many its phone (0: nobody counted).
    """

    name: str = ""
    natural: bool = True
    id: str = ""
    valid: bool = False
    phone: str = ""
    seen: int = 0
    called: int = 0
    paper: bool = False

    def __repr__(self) -> str:
        return "Who()"  # personal data must not reach a log through an f-string


@dataclass(frozen=True, slots=True, repr=False)
class Features:
    """What is compared of one record.

    ``opened`` and ``happened`` are days since 0001-01-01 (0: not told), ``dates`` those its text names, ``amounts``
    fen, the largest first. ``numbers`` are the matter's own and those it cites, each with its kind before it, in their
    one form (`schemas.alias`), ``own`` the record's key in its source and ``mentions`` the court's numbers in its text.
    ``open_sides``: 1 for applicants, 2 for respondents of whom not all are known: there are more than are kept, or only
    the text names one.
    """

    ref: Ref
    source: str
    marks: tuple[Mark, ...] = ()
    applicants: tuple[Who, ...] = ()
    respondents: tuple[Who, ...] = ()
    open_sides: int = 0
    place: Address = NOWHERE
    home: Address = NOWHERE  # of the first applicant, where the place is not told
    text: str = ""
    opened: int = 0
    happened: int = 0
    dates: tuple[int, ...] = ()
    amounts: tuple[int, ...] = ()
    people: int = 0
    item: str | None = None
    category: str | None = None
    numbers: tuple[tuple[str, str], ...] = ()
    own: str = ""
    mentions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Features({self.ref[0]}-{self.ref[1]})"

    __str__ = __repr__


def features_of(ref: Ref, source: str, body: Mapping[str, Any], marks: Sequence[Mark]) -> Features:
    """The features of a record: ``body`` is a `DisputeRecord` as JSON values, its defaults left out or not."""
    get = body.get
    failed = _failed(get("notes") or ())
    sides: tuple[list[Who], list[Who]] = ([], [])
    home = ""
    for at, party in enumerate(get("parties") or ()):
        side = _SIDES.get(party.get("role") or "1")
        if side is None:
            continue
        sides[side].append(_who(party, f"parties[{at}].id_number" in failed if failed else False))
        if not side and not home:
            home = party.get("address") or ""
    detail = get("detail") or ""
    told = bool(sides[1])
    if not told and "公司" in detail and (firm := _FIRM.search(detail)):
        sides[1].append(Who(firm_name(_BEFORE.sub("", firm[0])), natural=False))
    applicants, respondents = _leading(sides[0], APPLICANTS), _leading(sides[1], RESPONDENTS)
    found = get("classification") or {}
    where = get("place") or {}
    place = parse_address(where.get("address") or "", where.get("region") or UNKNOWN)
    if not place.rooms and _INSIDE.search(detail):
        building, rooms = inside(detail)
        place = place._replace(building=place.building or building, rooms=rooms)
    amount = get("amount_fen")
    key = normal(get("key") or "")
    numbers = [(each["kind"], number) for each in get("references") or () if ties(number := normal(each["number"]))]
    item = found.get("item")
    return Features(
        ref, source, tuple(marks), applicants, respondents,
        (len(sides[0]) > APPLICANTS) | (not told or len(sides[1]) > RESPONDENTS) << 1,
        place, parse_address(home) if home and not place.told else NOWHERE,
        f"{get('title') or ''} {detail}",
        _day(get("opened")), _day(get("happened")), _dates(detail) if "年" in detail else (),
        (amount,) if amount else _sums(detail),
        get("people") or 0,
        item, found.get("category") or (item[:3] if item else None),
        tuple(dict.fromkeys(numbers)),
        key if ties(key) else "",
        tuple(search_case_numbers(detail)) if "号" in detail and "20" in detail else (),
    )  # fmt: skip


def who_key(who: Who, keyed: KeyedHash) -> bytes:
    """The key a party is counted by: its name's, since every source tells that; empty for a masked one.

    The same as one of `hub.casework.linking.keys.block_keys`.
    """
    if who.name and MASK not in who.name:
        return b"n" + keyed("name", who.name)
    return b""


def phone_key(who: Who, keyed: KeyedHash) -> bytes:
    """The key a party's phone is counted by, as `who_key`: a desk's own phone is that of all who came to it."""
    if who.phone and MASK not in who.phone:
        return b"p" + keyed("phone", who.phone)
    return b""


def seen_in(features: Features, keyed: KeyedHash, count: Callable[[bytes], int]) -> Features:
    """The same features with its parties counted: ``count`` says how many records stand under a key of the index.

    So a bank that is in hundreds of matters tells little, a common name less than a rare one, and the phone of a desk
    nothing.
    """

    def counted(side: Iterable[Who]) -> tuple[Who, ...]:
        return tuple(
            who._replace(seen=count(name) if name else who.seen, called=count(phone) if phone else who.called)
            for who, name, phone in ((who, who_key(who, keyed), phone_key(who, keyed)) for who in side)
        )

    return replace(features, applicants=counted(features.applicants), respondents=counted(features.respondents))


def _who(party: Mapping[str, Any], failed: bool) -> Who:
    get = party.get
    written = get("name") or ""
    natural = (get("kind") or _NATURAL) == _NATURAL and not is_firm(written)
    name = (person_name(written) if natural else firm_name(written)) if written else ""
    number = get("id_number") or ""
    if (number and len(number) != _ID) or MASK in number or "×" in number:
        number = _unmasked(number, _ID)
    phone = get("phone") or ""
    if phone and not (len(phone) == _PHONE and phone.isdecimal()):
        phone = _unmasked(phone, _PHONE)
    if number and _stands_for_none(number):
        number = ""
    if phone and _stands_for_none(phone):
        phone = ""
    whole = bool(number) and not failed and MASK not in number
    paper = whole and len(number) > SHORTEST and get("id_type") not in (None, CITIZEN_CARD)
    return Who(name, natural, number, whole and len(number) == _ID, phone, paper=paper)


def _stands_for_none(number: str) -> bool:
    """Whether it is what forms hold where there is no number: ``0``, ``000000``, one sign over and over."""
    return len(number) < SHORTEST or number.count(number[0]) == len(number)


def _unmasked(number: str, width: int) -> str:
    """A number with its hidden middle as long as it must be: ``3301****123X`` has 18 signs. Others stay as they are."""
    shown = number.translate(_MASKS) if number[-1:] not in "xX" else number[:-1].translate(_MASKS) + "X"
    first, last = shown.find(MASK), shown.rfind(MASK)
    if first < 0:
        return shown[-width:] if shown.isascii() else ""  # the end of a landline's is what tells it from others
    before, after = shown[:first], shown[last + 1 :]
    if len(before) + len(after) >= width or not shown.isascii():
        return ""
    return before + MASK * (width - len(before) - len(after)) + after


def _leading(side: list[Who], most: int) -> tuple[Who, ...]:
    return tuple(side) if len(side) <= most else tuple(sorted(side)[:most])


def _failed(notes: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Fields whose identity number failed its check, as `hub.shaping.subjects` reads the notes."""
    return frozenset(
        note["field"] for note in notes if note["code"].startswith("identity.") and "region" not in note["code"]
    )


def _sums(text: str) -> tuple[int, ...]:
    """The two largest sums of money a text tells, in fen."""
    if "元" not in text:
        return ()
    found = {
        round(float(figure.replace(",", "")) * (1_000_000 if ten_thousand else 100))
        for figure, ten_thousand in _SUM.findall(text)
    }
    return tuple(sorted(found, reverse=True)[:2])


def _dates(text: str) -> tuple[int, ...]:
    days = [_day_of(f"{year}-{month:0>2}-{day:0>2}") for year, month, day in _DATE.findall(text)]
    return tuple(dict.fromkeys(day for day in days if day))


@lru_cache(maxsize=16_384)
def _day_of(day: str) -> int:
    try:
        return date.fromisoformat(day).toordinal()
    except ValueError:  # a body of an older version is taken as it is
        return 0


def _day(told: str | None) -> int:
    return _day_of(told[:10]) if told else 0
