"""Where a row tells of people: where ``[wire.person]`` says, in each place of that kind, and by their looks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.canaries import IDENTITY, NAME_FIELDS, PHONE
from conformance.description import PersonSpec
from conformance.leaves import Spot, leaves, told

_NAME = re.compile(r"[\u4e00-\u9fff]{2,3}")


@dataclass(frozen=True, slots=True)
class Person:
    """The spots of one person in a row, of the name and of the numbers that are told, and what they say."""

    said: tuple[str, ...]
    name: Spot
    identity: Spot = ()
    phone: Spot = ()


def people_of(row: Mapping[str, Any], spec: PersonSpec) -> Iterator[Person]:
    """Everybody with a name of two or three characters, which is of no company or matter.

    Numbers stand beside the name: in fields whose names begin with the name's (``contact``, ``contact_tel``), or
    whatever numbers there are where one name stands alone.
    """
    texts = {spot: value for spot, value in leaves(row) if isinstance(value, str)}
    for spot, value in texts.items():
        beside = {each: text for each, text in texts.items() if each[:-1] == spot[:-1] and _is_number(text)}
        own = {each for each in beside if str(each[-1]).startswith(str(spot[-1]))}
        is_name = told(spot) == _anywhere(spec.name) or own or (beside and str(spot[-1]).lower() in NAME_FIELDS)
        if is_name and _NAME.fullmatch(value):
            mine = sorted(own or beside, key=str)
            yield Person(
                (value, *(texts[each] for each in mine)),
                spot,
                identity=next((each for each in mine if IDENTITY.fullmatch(texts[each])), ()),
                phone=next((each for each in mine if PHONE.fullmatch(texts[each])), ()),
            )


def _is_number(text: str) -> bool:
    return bool(IDENTITY.fullmatch(text) or PHONE.fullmatch(text))


def _anywhere(path: str) -> str:
    """A path of the wire as `told` tells it: whatever the position in a list."""
    return re.sub(r"\.\d+(?=\.|$)", "[]", path)
