"""Regions of Zhejiang: province, cities, counties and towns by code and name, abolished counties with their successors.

Codes are statistical codes of 12 digits in `town_region`, else as the table writes them: 6 digits down to the county
(GB/T 2260), 12 for a town (9 digits + ``000``). Source: ``schemas/taxonomy/SOURCES.md``, section Regions.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

TABLE = Path(__file__).with_name("regions_zhejiang.csv")

UNKNOWN = "000000"
"""Stands for the region of a place nothing is known of."""

Level = Literal["province", "city", "county", "town"]
_LEVELS: tuple[Level, ...] = ("province", "city", "county", "town")
_SUFFIX = re.compile("(省|市|畲族自治县|县|区|街道|镇|畲族乡|乡)$")


@dataclass(frozen=True, slots=True)
class Region:
    """One row of the table. A county abolished in the year ``abolished`` is not ``live``; ``successor`` leads on."""

    code: str
    name: str
    name_en: str
    level: Level
    parent: str
    live: bool = True
    abolished: int | None = None
    successor: str = ""

    @property
    def code12(self) -> str:
        """The 12-digit form."""
        return self.code.ljust(12, "0")


@cache
def _table() -> dict[str, Region]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            row["code"].ljust(12, "0"): Region(
                code=row["code"],
                name=row["name_zh"],
                name_en=row["name_en"],
                level=row["level"],  # type: ignore[arg-type]
                parent=row["parent_code"],
                live=row["status"] == "current",
                abolished=int(row["abolished_year"]) if row["abolished_year"] else None,
                successor=row["successor_code"],
            )
            for row in csv.DictReader(lines)
        }


@cache
def _by_name() -> dict[str, tuple[Region, ...]]:
    names: defaultdict[str, list[Region]] = defaultdict(list)
    for region in _table().values():
        names[region.name].append(region)
        short = _SUFFIX.sub("", region.name)
        if short != region.name and len(short) > 1:
            names[short].append(region)
    return {name: tuple(regions) for name, regions in names.items()}


@cache
def counties() -> tuple[Region, ...]:
    """Every county, district and county-level city of the table, abolished ones too."""
    return tuple(region for region in _table().values() if region.level == "county")


def region(code: str) -> Region | None:
    """Return the region of a code of 2, 4, 6, 9 or 12 digits, or of a longer one that begins with a town.

    A village code (12 digits) answers its town. None when unknown.
    """
    code = code.strip()
    if not (code.isascii() and code.isdecimal()) or not (len(code) in (2, 4, 6, 9) or len(code) >= 12):
        return None
    return _table().get(code[:12].ljust(12, "0")) or _table().get(code[:9].ljust(12, "0"))


def current_region(code: str) -> Region | None:
    """Return the region of a code, or its successor where it was abolished. None when unknown."""
    found = region(code)
    while found and not found.live:
        found = region(found.successor)
    return found


def finest_region(code: str) -> Region | None:
    """Return the finest region known for ``code``: its town, else its county, city or province.

    Abolished counties answer their successor. None when not even the province is in the table.
    """
    code = code.strip()
    for width in (12, 9, 6, 4, 2):
        if len(code) >= width and (found := current_region(code[:width])):
            return found
    return None


def town_region(code: str) -> str | None:
    """Return the 12-digit code of what `finest_region` answers."""
    found = finest_region(code)
    return found.code12 if found else None


def region_by_name(name: str, within: str | None = None) -> Region | None:
    """Return the region of that name, full (``西湖区``) or short (``西湖``), in the region ``within`` when given.

    Live regions stand before abolished ones, larger before smaller (西湖 is the district, not a street of that name); a
    name that two equals bear answers None.
    """
    found = _by_name().get(name.strip(), ())
    if within is not None:
        top = region(within)
        found = tuple(one for one in found if any(above is top for above in ancestors(one)))
    if not found:
        return None
    rank = min(map(_rank, found))
    best = [one for one in found if _rank(one) == rank]
    return best[0] if len(best) == 1 else None


def _rank(of: Region) -> tuple[bool, int]:
    return not of.live, _LEVELS.index(of.level)


def ancestors(of: Region) -> Iterator[Region]:
    """Yield the regions above one, nearest first."""
    above = region(of.parent) if of.parent else None
    while above:
        yield above
        above = region(above.parent) if above.parent else None
