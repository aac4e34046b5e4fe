"""Bodies of grassroots governance: six levels told by the width of their code, and what kinds of bodies there are.

Codes are those of the statistical divisions, down to the grid: 2 digits for the province, then 4, 6, 9, 12, and 15.
Shorter ones may be filled up with zeros (``330110000000`` is the county ``330110``).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Level(StrEnum):
    """From the province down to the grid."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"


WIDTHS: Final[Mapping[Level, int]] = MappingProxyType(dict(zip(Level, (2, 4, 6, 9, 12, 15), strict=True)))
"""Digits of a code of each level."""

WORDS: Final[Mapping[Level, str]] = MappingProxyType(
    dict(zip(Level, ("省", "市", "县（市、区）", "乡镇（街道）", "村（社区）", "网格"), strict=True))
)


class Sort(StrEnum):
    """What kind of body it is, as sources write it. A closed list: what is none of these is shown as unknown."""

    GOVERNANCE_CENTRE = "社会治理中心"
    DISPUTE_CENTRE = "矛盾纠纷调处化解中心"
    PEACE_CENTRE = "综治工作中心"
    TOWN_PLATFORM = "镇街综合治理平台"
    VILLAGE = "村社"
    GRID = "网格"
    DEPARTMENT = "部门"
    GOVERNMENT = "党委政府"


def level_of(code: str) -> Level | None:
    """The level a code is of; None for one that is none."""
    digits = _digits(code)
    return next((level for level, width in WIDTHS.items() if width == len(digits)), None) if digits else None


def line_of(code: str) -> dict[Level, str]:
    """The codes of the levels from the province down to a code's own; empty for one that is none."""
    digits = _digits(code)
    return {level: digits[:width] for level, width in WIDTHS.items() if width <= len(digits)} if level_of(code) else {}


def _digits(code: str) -> str:
    """A code without the zeros it is filled up with; empty for what is no code."""
    if not (code.isascii() and code.isdecimal()) or len(code) not in WIDTHS.values():
        return ""
    return next(code[:width] for width in WIDTHS.values() if width <= len(code) and not code[width:].strip("0"))
