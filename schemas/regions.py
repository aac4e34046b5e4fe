"""Regions of Zhejiang: province, cities, counties and towns by code and name, abolished counties with their successors.

Codes are statistical codes of 12 digits in `town_region`, else as the table writes them: 6 digits down to the county
(GB/T 2260), 12 for a town (9 digits + ``000``). Source: ``schemas/taxonomy/SOURCES.md``, section Regions.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

TABLE = Path(__file__).parent / "taxonomy" / "regions_zhejiang.csv"
UNKNOWN = "000000"

Level = Literal["province", "city", "county", "town"]
_SUFFIXES = {"province": "省", "city": "市", "county": "市县区", "town": "街道镇乡"}


@dataclass(frozen=True, slots=True)
class Region:
    """One row of the table. ``live`` is False for a county that was abolished in ``abolished``, a year; ``successor`` leads on."""

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
        short = region.name.rstrip(_SUFFIXES[region.level]) if region.level != "town" else region.name
        if short != region.name and len(short) > 1:
            names[short].append(region)
    return {name: tuple(regions) for name, regions in names.items()}


@cache
def counties() -> tuple[Region, ...]:
    """Every county, district and county-level city of the table, abolished ones too."""
    return tuple(region for region in _table().values() if region.level == "county")


def region(code: str) -> Region | None:
    """Return the region of a 6-, 9- or 12-digit code (a longer organisation code is cut to its town). None when unknown."""
    code = code.strip()
    if not (code.isascii() and code.isdecimal()) or len(code) not in (2, 4, 6, 9, 12) and len(code) < 12:
        return None
    return _table().get(code[:12].ljust(12, "0")) or _table().get(code[:9].ljust(12, "0"))


def current_region(code: str) -> Region | None:
    """Return the region of a code, or its successor where it was abolished. None when unknown."""
    found = region(code)
    while found and not found.live:
        found = region(found.successor)
    return found


def town_region(code: str) -> str | None:
    """Return the 12-digit code of the finest region known for ``code``: its town, else its county, city or province.

    Abolished counties answer their successor. None when not even the province is in the table.
    """
    code = code.strip()
    for width in (12, 9, 6, 4, 2):
        if len(code) >= width and (found := current_region(code[:width])):
            return found.code12
    return None


def region_by_name(name: str, within: str | None = None) -> Region | None:
    """Return the only region of that name, full (``西湖区``) or short (``西湖``), in the region ``within`` when given.

    A name borne twice answers None, except that a live region stands before abolished ones.
    """
    found = _by_name().get(name.strip(), ())
    if within is not None and (top := region(within)) is not None:
        found = tuple(r for r in found if r is not top and any(up is top for up in ancestors(r)))
    live = tuple(r for r in found if r.live) or found
    return live[0] if len(live) == 1 else None


def ancestors(of: Region) -> Iterator[Region]:
    """Yield the regions above one, nearest first."""
    above = region(of.parent) if of.parent else None
    while above:
        yield above
        above = region(above.parent) if above.parent else None
