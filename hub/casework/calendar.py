"""Days worked and days off, and how time is counted on them.

A term of days ends with the last second of its last day in China (``23:59:59+08:00``); the day it starts on is not
counted (Civil Code art. 201-203). A term of seconds, minutes or hours ends that long after its start. What is given
back is the last moment that is still in time: late is what comes after it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.casework.csv_rows import csv_rows
from schemas.deadlines import HOLIDAYS

ZONE = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_LAST = time(23, 59, 59)
_SATURDAY = 5

Pause = tuple[datetime, datetime]
"""From when to when a clock stood: aware, the second not included."""


class Unit(StrEnum):
    """What a term is counted in."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WORKING_DAY = "working_day"


_EXACT = {Unit.SECOND: timedelta(seconds=1), Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1)}


class Calendar:
    """Which days are worked: Monday to Friday but for the days ``off``, and the days ``worked`` instead of them.

    A year is known when its first of January is told of; in any other weekends alone are off.
    """

    def __init__(self, off: Iterable[date] = (), worked: Iterable[date] = ()) -> None:
        self.off, self.worked = frozenset(off), frozenset(worked)
        self.years = frozenset(day.year for day in self.off | self.worked if (day.month, day.day) == (1, 1))

    @classmethod
    def load(cls, file: Path | None = None) -> "Calendar":
        """The calendar of a file (first, last, works yes|no, name, basis), or the one that comes with the hub.

        Raises ConfigError with the line of a row that cannot be read.
        """
        return _ours() if file is None else _read(file)

    def is_working(self, day: date) -> bool:
        """Whether a day is worked."""
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.off)

    def knows(self, first: date, last: date) -> bool:
        """Whether the holidays of all years from one day to another are known."""
        return all(year in self.years for year in range(first.year, last.year + 1))

    def add(self, start: datetime, length: int, unit: Unit | str, pauses: Sequence[Pause] = ()) -> datetime:
        """The last moment of a term of ``length`` units that starts at ``start``: aware, UTC.

        A pause lengthens an exact term by the time it covers; a day is not counted when the clock stood at its end.
        Pauses may overlap and come in any order. Raises ValueError for a naive time or a negative length.
        """
        if start.tzinfo is None:
            raise ValueError("a time without a zone")
        if length < 0:
            raise ValueError("a term is not negative")
        unit = Unit(unit)
        merged = list(_merged(pauses))
        if step := _EXACT.get(unit):
            return _exactly(start, length * step, merged).astimezone(UTC)
        day = local_day(start)
        left = length
        while left:
            day += _DAY
            counts = unit is Unit.DAY or self.is_working(day)
            left -= counts and not (merged and _stood(end_of(day), merged))
        return end_of(day)

    def latest(self, now: datetime, length: int, unit: Unit | str) -> datetime:
        """The latest start whose term of ``length`` units is over before ``now`` (by `add`, without pauses): UTC.

        With it a whole table is asked at once which of its terms have ended.
        """
        unit = Unit(unit)
        if step := _EXACT.get(unit):
            return (now - length * step - timedelta(seconds=1)).astimezone(UTC)
        day = local_day(now) - _DAY  # the last day that has ended
        if unit is Unit.DAY:
            return end_of(day - length * _DAY)
        left = length
        while left:
            left -= self.is_working(day)
            day -= _DAY
        return end_of(day)

    def rolled(self, end: datetime) -> datetime:
        """The end of a term, put off to the end of the next day that is worked if its last day is not."""
        day = local_day(end)
        if self.is_working(day):
            return end
        while not self.is_working(day):
            day += _DAY
        return end_of(day)


def local_day(when: datetime) -> date:
    """The day in China an aware time falls on."""
    return when.astimezone(ZONE).date()


def end_of(day: date) -> datetime:
    """The last second of a day in China, in UTC."""
    return datetime.combine(day, _LAST, ZONE).astimezone(UTC)


def _exactly(start: datetime, length: timedelta, merged: Iterable[Pause]) -> datetime:
    end = start + length
    for since, until in merged:
        since = max(since, start)  # noqa: PLW2901 - only what falls into the term stands still
        if since > end:
            break
        end += max(until - since, timedelta())
    return end


def _merged(pauses: Iterable[Pause]) -> Iterator[Pause]:
    """The pauses in order, overlapping ones as one."""
    held: Pause | None = None
    for since, until in sorted(pauses):
        if until <= since:
            continue
        if held and since <= held[1]:
            held = (held[0], max(held[1], until))
            continue
        if held:
            yield held
        held = (since, until)
    if held:
        yield held


def _stood(moment: datetime, merged: Iterable[Pause]) -> bool:
    return any(since <= moment < until for since, until in merged)


@lru_cache(maxsize=1)
def _ours() -> Calendar:
    return _read(HOLIDAYS)


def _read(file: Path) -> Calendar:
    off: set[date] = set()
    worked: set[date] = set()
    for row in csv_rows(file, ("first", "last", "works", "name", "basis")):
        first, last = row.day("first"), row.day("last")
        if last < first:
            raise row.wrong("last", "comes before first")
        days = {first + _DAY * number for number in range((last - first).days + 1)}
        (worked if row.flag("works") else off).update(days)
    return Calendar(off, worked)
