"""Courts of Zhejiang by code (``浙0110``) and name. Source: ``schemas/taxonomy/SOURCES.md``, section Courts."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from schemas.regions import Region, ancestors, current_region, finest_region

TABLE = Path(__file__).with_name("courts_zhejiang.csv")


@dataclass(frozen=True, slots=True)
class Court:
    """One court. ``region`` is the 6-digit code of its seat; ``evidence`` tells how the code is known."""

    code: str
    name: str
    name_en: str
    level: Literal["high", "intermediate", "primary", "special"]
    region: str
    live: bool
    evidence: Literal["observed", "rule", "unverified"]

    @property
    def current_region(self) -> Region | None:
        """The region the court sits in today."""
        return current_region(self.region)


@cache
def _table() -> dict[str, Court]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        courts = [
            Court(
                code=row["code"],
                name=row["name_zh"],
                name_en=row["name_en"],
                level=row["level"],  # type: ignore[arg-type]
                region=row["region_code"],
                live=row["status"] == "current",
                evidence=row["evidence"],  # type: ignore[arg-type]
            )
            for row in csv.DictReader(lines)
        ]
    return {court.code: court for court in courts} | {court.name: court for court in courts}


def court(code_or_name: str) -> Court | None:
    """Return the court of a code (``浙1024``) or of a full name, with or without 浙江省 before it. None if unknown."""
    wanted = code_or_name.strip()
    return _table().get(wanted) or _table().get(wanted.removeprefix("浙江省"))


def court_of(region: str) -> Court | None:
    """Return the primary court of a region, of 6 digits or of a town, village or grid in it. None above the county, and
    for a region without a court of its own."""
    found = finest_region(region)
    within = {found.code, *(above.code for above in ancestors(found))} if found else set()
    return next((each for each in _seats() if each.region in within), None)


@cache
def _seats() -> tuple[Court, ...]:
    return tuple(each for code, each in _table().items() if code == each.code and each.live and each.level == "primary")
