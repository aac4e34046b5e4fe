"""How far two records agree, comparison by comparison: the level each pair of rows reaches, for many pairs at once.

Level 0 of every comparison says that one of the two tells nothing; it weighs nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from hub.casework.linking.narrative import SHORTEST, likeness
from hub.casework.linking.rows import AMOUNTS, KIND_BITS, NAME, NUMBERS, OWN, OWN_TOO, Rows

Levels = NDArray[np.int8]
Mask = NDArray[np.bool_]

_WHO = (
    *("unknown", "same_numbers", "same_number", "same_phone_name", "near_number", "masked_number", "same_name"),
    *("like_phone", "same_sound", "half_name", "same_phone", "other_phone", "like_name", "masked_name"),
    *("other_number", "other_name", "other_person"),
)

COMPARISONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "applicants": (*_WHO, "joint"),
    "respondents": _WHO,
    "sides": ("unknown", "straight", "crossed", "nobody"),
    "place": ("unknown", "same_room", "same_building", "same_house", "same_road", "same_town", "same_county",
              "other_place", "other_town", "other_county", "other_house", "other_building", "other_room", "moved"),
    "text": ("unknown", "same", "near", "like", "akin", "other", "template"),
    "opened": ("unknown", "days", "month", "season", "year", "years", "far"),
    "happened": ("unknown", "same_day", "week", "season", "other"),
    "amount": ("unknown", "same", "same_round", "near", "akin", "other"),
    "item": ("unknown", "same", "category", "other"),
    "people": ("unknown", "same", "near", "other"),
    "source": ("unknown", "other", "same"),
    "number": ("unknown", "shared", "mentioned"),
})  # fmt: skip
"""The levels of each comparison. In ``applicants`` and ``respondents`` an earlier one counts before a later one, where
several parties can be compared; ``joint`` is other people filing one matter together, ``template`` a text that other
people use too, ``like_phone`` a name that is only alike and the same phone, ``other_phone`` one phone of two people,
``nobody`` a pair of which no party can be compared with one."""


def level(comparison: str, name: str) -> int:
    """The number of a level."""
    return COMPARISONS[comparison].index(name)


(SAME_NUMBERS, SAME_NUMBER, SAME_PHONE_NAME, NEAR_NUMBER, MASKED_NUMBER, SAME_NAME, LIKE_PHONE, SAME_SOUND, HALF_NAME,
 SAME_PHONE, OTHER_PHONE, LIKE_NAME, MASKED_NAME, OTHER_NUMBER, OTHER_NAME, OTHER_PERSON, JOINT,
 ) = range(1, 18)  # fmt: skip
NUMBER_SHARED = level("number", "shared")
COMMON_PHONE = 4
"""Records that may bear a phone before it says nothing, unless one name is on most of them: a desk's, a lodging's."""
_WORST = 99

_MANY_CALLS = 32
_HAN = 0x250  # signs below are Latin letters
_KIND, _KINDS = np.uint64(KIND_BITS), np.uint64((1 << KIND_BITS) - 1)
_SHOWN = 6  # digits two masked numbers must both show to say anything
_MASK = ord("*")
_LIKE_FIRM, _LIKE_LATIN = 80, 60
_TEXT = (0.75, 0.45, 0.27, 0.14)
_HELD, _BRIEF = (0.6, 0.35), 40  # shares of the shorter text; pairs
_OPENED = (3, 31, 122, 366, 1096)
_HAPPENED = (0, 7, 92)
_ROUND = 500_000  # fen: sums of whole 5,000 yuan are many
_NEAR_AMOUNT, _AKIN_AMOUNT = 0.03, 0.34
JOINT_DAYS = 31
_JOINT_TEXT = 2  # levels of text and place up to which people file together
_JOINT_PLACE, _HOUSE = level("place", "same_town"), level("place", "same_house")


def compared(one: Rows, other: Rows) -> dict[str, Levels]:
    """The level of every comparison for each pair of rows."""
    text = _text(one, other)
    place = _place(one, other)
    opened = _gap(one["opened"], other["opened"], _OPENED)
    applicants, respondents, sides = _parties(one, other)
    apart = _differs(applicants) | _differs(respondents)
    joint = _joint(one, other, applicants, respondents, text, place)
    applicants[joint] = JOINT
    text[apart & ~joint & (text >= 1) & (text <= 3)] = level("text", "template")
    return {
        "applicants": applicants,
        "respondents": respondents,
        "sides": sides,
        "place": place,
        "text": text,
        "opened": opened,
        "happened": _happened(one, other),
        "amount": _amount(one["amounts"], other["amounts"]),
        "item": _item(one, other),
        "people": _people(one["people"], other["people"]),
        "source": np.where(one["source"] == other["source"], 2, 1).astype(np.int8),
        "number": _number(one, other),
    }


def _joint(one: Rows, other: Rows, applicants: Levels, respondents: Levels, text: Levels, place: Levels) -> Mask:
    """Other people with the same respondent, a near-equal text, near days and one place: one matter, many parties.

    Where one of them does not name who is complained of it must be the very house, and none of flats: two leaks in one
    house are two matters.
    """
    days = np.abs(one["opened"] - other["opened"])
    near = (one["opened"] > 0) & (other["opened"] > 0) & (days <= JOINT_DAYS) & (text >= 1) & (text <= _JOINT_TEXT)
    named = (respondents >= SAME_NUMBERS) & (respondents <= SAME_NAME) & (place >= 1) & (place <= _JOINT_PLACE)
    flats = (one["place"]["rooms"][:, 0] | one["place"]["estate"] | other["place"]["rooms"][:, 0]
             | other["place"]["estate"]) > 0  # fmt: skip
    nameless = (respondents == 0) & (place >= 1) & (place <= _HOUSE) & ~flats
    found: Mask = _differs(applicants) & near & (named | nameless)
    return found


def _differs(levels: Levels) -> Mask:
    differing: Mask = (levels >= OTHER_NUMBER) | (levels == OTHER_PHONE)
    return differing


def _parties(one: Rows, other: Rows) -> tuple[Levels, Levels, Levels]:
    """Levels of applicants and respondents, the way round that tells more (both sides complain of one another)."""
    a, b = one["applicants"], other["applicants"]
    x, y = one["respondents"], other["respondents"]
    open_a, open_b = one["open_sides"], other["open_sides"]
    applicants = _side(a, b, (open_a | open_b) & 1)
    respondents = _side(x, y, (open_a | open_b) & 2)
    sides = np.ones(len(one), dtype=np.int8)
    doubt = np.flatnonzero(~_agrees(applicants) & ~_agrees(respondents))
    if len(doubt):
        forth = _side(a[doubt], y[doubt], open_a[doubt] & 1 | open_b[doubt] & 2)
        back = _side(x[doubt], b[doubt], open_a[doubt] & 2 | open_b[doubt] & 1)
        better = _agrees(forth) & (_agrees(back) | (back == 0)) | _agrees(back) & (forth == 0)
        turned = doubt[better]
        applicants[turned], respondents[turned], sides[turned] = forth[better], back[better], 2
    sides[(applicants == 0) & (respondents == 0)] = 3
    return applicants, respondents, sides


def _agrees(levels: Levels) -> Mask:
    agreeing: Mask = (levels >= SAME_NUMBERS) & (levels <= SAME_SOUND)
    return agreeing


def _side(one: Rows, other: Rows, open_sides: NDArray[Any]) -> Levels:
    """The best level any party of one side reaches with any of the other's; both are (n, parties)."""
    best = np.full(len(one), _WORST, dtype=np.int8)
    there, there_too = one["natural"] > 0, other["natural"] > 0
    for mine in range(one.shape[1]):
        for theirs in range(other.shape[1]):
            both = np.flatnonzero(there[:, mine] & there_too[:, theirs])
            if len(both):
                found = _who(one[both, mine], other[both, theirs])
                best[both] = np.minimum(best[both], np.where(found == 0, _WORST, found))
    best[best == _WORST] = 0
    best[(open_sides > 0) & (best >= OTHER_NUMBER)] = 0  # one of those who are not compared may be the same
    return best


def _who(a: Rows, b: Rows) -> Levels:
    """The level of one party with another; 0 where names and numbers of either are missing."""
    id_same, id_near, id_masked, id_other = _numbers(a["id"], b["id"], a["valid"] & b["valid"])
    valid = (a["valid"] & b["valid"]) > 0
    paper = (a["paper"] & b["paper"]) > 0
    phone_same, _, phone_masked, _ = _numbers(a["phone"], b["phone"], np.zeros(len(a), dtype=np.uint8))
    called, seen = np.maximum(a["called"], b["called"]), np.maximum(a["seen"], b["seen"])
    phone_same &= (called <= COMMON_PHONE) | (called <= np.minimum(seen * 2, _MANY_CALLS))
    name_told = (a["whole"] > 0) & (b["whole"] > 0)
    hidden = (a["hidden"] | b["hidden"]) > 0
    name_same = name_told & (a["whole"] == b["whole"]) & ~hidden
    name_sound = name_told & ~name_same & (a["sound"] == b["sound"]) & (a["sound"] > 0) & ~hidden
    fitting = np.where(hidden & name_told, _fitting(a["name"], b["name"]), 0)
    name_masked, name_half = fitting > 0, fitting > 1
    name_like = np.zeros(len(a), dtype=bool)
    rest = np.flatnonzero(name_told & ~name_same & ~name_sound & ~hidden & (a["natural"] == b["natural"]))
    if len(rest):
        name_like[rest] = _like(a[rest], b[rest])
    agreeing = name_same | name_sound | name_masked | name_like
    plainly = name_same | name_sound | name_half | (name_like & ((a["natural"] == 2) | (a["name"][:, 0] < _HAN)))
    differing = name_told & ~agreeing
    found = np.zeros(len(a), dtype=np.int8)
    # from the weakest to the strongest: a later line overrules an earlier one
    found[id_other] = OTHER_NUMBER
    found[differing] = OTHER_NAME
    found[differing & id_other] = OTHER_PERSON
    found[name_masked] = MASKED_NAME
    found[name_half] = HALF_NAME
    found[name_like] = LIKE_NAME
    found[name_sound] = SAME_SOUND
    found[phone_same] = SAME_PHONE
    found[phone_same & differing] = OTHER_PHONE
    found[phone_same & agreeing & ~plainly] = LIKE_PHONE
    found[name_same] = SAME_NAME
    found[(id_masked | phone_masked) & agreeing] = MASKED_NUMBER
    found[id_masked & ~name_told] = MASKED_NUMBER
    found[id_other & agreeing] = OTHER_NUMBER
    found[id_near & agreeing] = NEAR_NUMBER
    found[id_near & (~name_told | phone_same)] = NEAR_NUMBER
    found[phone_same & plainly & ~id_other] = SAME_PHONE_NAME
    known = id_same & (valid | paper | agreeing)  # what has passed no check may stand on any form
    found[known] = SAME_NUMBER
    found[known & phone_same] = SAME_NUMBERS
    return found


def _numbers(a: NDArray[np.uint8], b: NDArray[np.uint8], valid: NDArray[np.uint8]) -> tuple[Mask, Mask, Mask, Mask]:
    """Whether two numbers are the same, one slip apart, the same as far as masks show, or surely two."""
    told = (a[:, 0] > 0) & (b[:, 0] > 0)
    none = np.zeros(len(a), dtype=bool)
    same, near, masked, others = none.copy(), none.copy(), none.copy(), none
    at = np.flatnonzero(told)
    if len(at) == 0:
        return same, near, masked, others
    a, b = a[at], b[at]
    hidden = (a == _MASK) | (b == _MASK)
    differs = (a != b) & ~hidden
    slips = differs.sum(axis=1)
    shown = ((a > 0) & (b > 0) & ~hidden).sum(axis=1)
    covered = hidden.any(axis=1)
    same[at] = (slips == 0) & ~covered
    masked[at] = (slips == 0) & covered & (shown >= _SHOWN)
    swapped = (slips == 2) & (differs[:, 1:] & differs[:, :-1] & (a[:, 1:] == b[:, :-1]) & (a[:, :-1] == b[:, 1:])).any(
        axis=1
    )
    near[at] = ((slips == 1) | swapped) & ~covered
    plainly = np.zeros(len(told), dtype=bool)
    plainly[at] = (slips > 2) & ~covered
    return same, near, masked, plainly & (valid > 0)


def _fitting(a: NDArray[np.uint16], b: NDArray[np.uint16]) -> NDArray[np.int64]:
    """How many signs names with masks have in common, 0 when they cannot be one: a sign that both show differs, or the
    first is hidden."""
    both = (a != _MASK) & (b != _MASK) & (a > 0) & (b > 0)
    fits = ~(both & (a != b)).any(axis=1) & both[:, 0]
    return np.where(fits, both.sum(axis=1), 0)


def _like(a: Rows, b: Rows) -> Mask:
    """Whether names are alike: of firms by most of their characters, or one holding the other; of people with three
    characters by two of them in place; of people with Latin letters by their words."""
    left, right = _strings(a["name"]), _strings(b["name"])
    natural = a["natural"] == 1
    latin = natural & (a["name"][:, 0] < _HAN)
    like = np.zeros(len(a), dtype=bool)
    for mask, scorer, bound in (
        (latin, fuzz.token_set_ratio, _LIKE_LATIN),
        (~natural, fuzz.ratio, _LIKE_FIRM),
    ):
        at = np.flatnonzero(mask)
        if len(at):
            like[at] = process.cpdist([left[i] for i in at], [right[i] for i in at], scorer=scorer) >= bound
    at = np.flatnonzero(~natural & ~like)
    like[at] = [_holds(left[i], right[i]) for i in at]
    han = natural & ~latin
    equal = ((a["name"] == b["name"]) & (a["name"] > 0)).sum(axis=1)
    length = np.maximum((a["name"] > 0).sum(axis=1), (b["name"] > 0).sum(axis=1))
    same_length = (a["name"] > 0).sum(axis=1) == (b["name"] > 0).sum(axis=1)
    like |= han & same_length & (length >= 3) & (equal == length - 1)
    return like


def _holds(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and short in long


def _strings(names: NDArray[np.uint16]) -> list[str]:
    wide = np.ascontiguousarray(names.astype("<u4"))
    strings: list[str] = wide.view(f"<U{NAME}").ravel().tolist()
    return strings


def _place(one: Rows, other: Rows) -> Levels:
    a, a_home = _where(one)
    b, b_home = _where(other)
    both = {part: (a[part] > 0) & (b[part] > 0) for part in ("region", "village", "road", "number", "estate",
                                                             "building")}  # fmt: skip
    same = {part: both[part] & (a[part] == b[part]) for part in both}
    rooms = (a["rooms"][:, 0] > 0) & (b["rooms"][:, 0] > 0)
    room = (
        rooms[:, None, None] & (a["rooms"][:, :, None] == b["rooms"][:, None, :]) & (a["rooms"][:, :, None] > 0)
    ).any(axis=(1, 2))
    county, b_county = a["region"] // 1_000_000, b["region"] // 1_000_000
    town, b_town = a["region"] // 1_000 % 1_000, b["region"] // 1_000 % 1_000
    counties = (county % 100 > 0) & (b_county % 100 > 0)
    towns = (town > 0) & (b_town > 0) & (county == b_county)
    numbered = (same["road"] | same["village"]) & same["number"]
    house = (same["estate"] & ~(both["road"] & ~same["road"] & both["number"] & ~same["number"])) | numbered
    street = same["road"] | same["village"]
    named = ((a["road"] > 0) | (a["village"] > 0) | (a["estate"] > 0)) & (
        (b["road"] > 0) | (b["village"] > 0) | (b["estate"] > 0)
    )
    clash = (both["road"] & ~same["road"]) | (both["village"] & ~same["village"]) | (both["estate"] & ~same["estate"])
    names = COMPARISONS["place"].index
    found = np.zeros(len(one), dtype=np.int8)
    found[counties & (county == b_county)] = names("same_county")
    found[towns & (town != b_town)] = names("other_town")
    found[towns & (town == b_town)] = names("same_town")
    found[named & clash & ~street & ~house] = names("other_place")
    found[street] = names("same_road")
    found[street & both["number"] & ~same["number"] & ~same["estate"]] = names("other_house")
    found[house] = names("same_house")
    found[house & same["building"]] = names("same_building")
    found[house & both["building"] & ~same["building"]] = names("other_building")
    found[house & rooms & room & ~(both["building"] & ~same["building"])] = names("same_room")
    found[house & rooms & ~room] = names("other_room")
    found[~house & rooms & ~room & (found > 0) & (found <= names("same_county"))] = names("other_room")
    found[counties & (county != b_county)] = names("other_county")
    found[(a_home | b_home) & (found >= names("other_place"))] = names("moved")
    return found


def _where(rows: Rows) -> tuple[Rows, Mask]:
    """Where it happened; where that is not told beyond the town, where the first applicant lives."""
    place, home = rows["place"], rows["home"]
    told = (place["road"] | place["village"] | place["estate"] | place["rooms"][:, 0]) > 0
    use_home = ~told & ((home["road"] | home["village"] | home["estate"]) > 0)
    if not use_home.any():
        return place, use_home
    merged = np.where(use_home, home, place)
    merged["region"] = np.where(place["region"] > 0, place["region"], merged["region"])
    return merged, use_home


def _text(one: Rows, other: Rows) -> Levels:
    """By the likeness of two texts, or by how much of the shorter one the longer one holds: a note of one line is no
    match for a page, and no proof of another matter either."""
    few, many = np.minimum(one["pairs"], other["pairs"]), np.maximum(one["pairs"], other["pairs"])
    like = likeness(one["text"], other["text"])
    held = like * (few + many.astype(np.float32)) / ((1 + like) * np.maximum(few, 1))
    found = np.full(len(one), 5, dtype=np.int8)
    found[few < _BRIEF] = 0
    found[held >= _HELD[1]] = 4
    found[held >= _HELD[0]] = 3
    for number, bound in reversed(list(enumerate(_TEXT, 1))):
        at = like >= bound
        found[at] = np.minimum(np.where(found[at] == 0, 5, found[at]), number)
    found[few < SHORTEST] = 0
    return found


def _gap(one: NDArray[Any], other: NDArray[Any], bounds: tuple[int, ...]) -> Levels:
    days = np.abs(one - other)
    found: Levels = (np.searchsorted(np.array(bounds), days, side="left") + 1).astype(np.int8)
    found[(one == 0) | (other == 0)] = 0
    return found


def _happened(one: Rows, other: Rows) -> Levels:
    """The day it happened; of the days that texts name, whether one is the same."""
    found = _gap(one["happened"], other["happened"], _HAPPENED)
    mine = np.column_stack((one["happened"], one["dates"]))
    theirs = np.column_stack((other["happened"], other["dates"]))
    found[_meet(mine, theirs)] = 1
    return found


def _meet(one: NDArray[Any], other: NDArray[Any]) -> Mask:
    """Whether any of one's values, but 0, is among the other's."""
    met: Mask = ((one[:, :, None] == other[:, None, :]) & (one[:, :, None] > 0)).any(axis=(1, 2))
    return met


def _amount(one: NDArray[np.int64], other: NDArray[np.int64]) -> Levels:
    best = np.full(len(one), 9, dtype=np.int8)
    for mine in range(AMOUNTS):
        for theirs in range(AMOUNTS):
            a, b = one[:, mine], other[:, theirs]
            told = (a > 0) & (b > 0)
            off = np.abs(a - b) / np.maximum(np.maximum(a, b), 1)
            found = np.full(len(a), 5, dtype=np.int8)
            found[off <= _AKIN_AMOUNT] = 4
            found[off <= _NEAR_AMOUNT] = 3
            found[off == 0] = np.where(a[off == 0] % _ROUND, 1, 2)
            best = np.where(told, np.minimum(best, found), best)
    best[best == 9] = 0
    return best


def _item(one: Rows, other: Rows) -> Levels:
    told = (one["category"] > 0) & (other["category"] > 0)
    found = np.full(len(one), 3, dtype=np.int8)
    found[one["category"] == other["category"]] = 2
    found[(one["item"] == other["item"]) & (one["item"] > 0)] = 1
    found[~told] = 0
    return found


def _people(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> Levels:
    small, large = np.minimum(one, other).astype(np.float64), np.maximum(one, other).astype(np.float64)
    found = np.full(len(one), 3, dtype=np.int8)
    found[large <= small * 2] = 2
    found[large == small] = 1
    found[(small == 0) | (large <= 2)] = 0
    return found


def _number(one: Rows, other: Rows) -> Levels:
    """A number that both tell under one kind, or in one source, is shared. What each has as its own key are two
    serials: they are shared in one source alone, and only if told as a reference of one kind; of two sources they are
    mentioned at the most. So is all else that is equal.
    """
    mine, theirs = (np.column_stack((rows["numbers"], rows["own"], rows["mentions"])) for rows in (one, other))
    found = np.zeros(len(one), dtype=np.int8)
    at = np.flatnonzero(_meet(mine >> _KIND, theirs >> _KIND))
    if len(at) == 0:
        return found
    source = (one["source"][at] == other["source"][at])[:, None, None]
    mine, theirs = mine[at], theirs[at]
    own, other_own = (side[:, NUMBERS, None] >> _KIND == side >> _KIND for side in (mine, theirs))
    theirs[:, NUMBERS] ^= np.where(theirs[:, NUMBERS] & _KINDS == OWN, OWN ^ OWN_TOO, 0).astype(np.uint64)
    same = (mine[:, :, None] >> _KIND == theirs[:, None, :] >> _KIND) & (mine[:, :, None] > 0)
    kind = mine[:, :, None] == theirs[:, None, :]
    formed = (mine & _KINDS == 0)[:, :, None]
    both_own = own[:, :, None] & other_own[:, None, :] & ~formed
    told = np.ones(same.shape[1:], dtype=bool)
    told[NUMBERS + 1 :] = told[:, NUMBERS + 1 :] = False  # what only the text tells is mentioned
    shared = same & told & np.where(both_own, kind & source, kind | source)
    found[at[(same & (kind | ~both_own)).any(axis=(1, 2))]] = 2
    found[at[shared.any(axis=(1, 2))]] = 1
    return found
