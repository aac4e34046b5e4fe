"""How a column tells when a row last changed, learnt from a few of its values: times, texts of some form, numbers.

Rows can be asked for "from then on" only in the column's own manner. A text column holds, in real tables, some values
of another manner (``2099-12-31 00:00;00``, ``\\N``), which no comparison finds: they are told apart, so that they can
be read every time instead of being lost.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, false, or_

_TEXT: Final = re.compile(
    r"\d{4}(?P<day>[-/.]?)\d\d(?P=day)\d\d"
    r"(?:(?P<gap>[ T]?)\d\d(?P<clock>:?)\d\d(?P=clock)\d\d(?:\.?\d+)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
_NUMBERS: Final = {8: "%Y%m%d", 10: "s", 13: "ms", 14: "%Y%m%d%H%M%S", 16: "us"}
"""Digits of a number and what it then counts or spells."""

_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000}


@dataclass(frozen=True, slots=True)
class Stamp:
    """One manner. ``kind``: ``naive``, ``aware`` and ``date`` are the driver's own values, ``text`` of strftime
    ``form`` and zone ``suffix``, ``number`` of ``digits`` and ``form``."""

    kind: str
    form: str = ""
    suffix: str = ""
    digits: int = 0

    def low(self, at: datetime, zone: tzinfo) -> Any:
        """The least value of a row changed at or after ``at`` (aware). ``zone`` is that of naive values."""
        match self.kind:
            case "aware":
                return at
            case "naive":
                return _wall(at, zone)
            case "date":
                return _wall(at, zone).date()
            case "text":
                local = at.astimezone(_zone(self.suffix)).replace(tzinfo=None) if self.suffix else _wall(at, zone)
                return local.strftime(self.form)
        if self.form in _PER_SECOND:
            return int(at.timestamp()) * _PER_SECOND[self.form]
        return int(_wall(at, zone).strftime(self.form))

    def odd(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """True of values that are not of this manner, and so cannot be compared. Null is for the caller."""
        if self.kind == "text":
            mask = re.sub("%[mdHMS]", "__", self.form.replace("%Y", "____"))
            return ~column.like(f"{mask}%{self.suffix}")
        if self.kind == "number":
            return or_(column < 10 ** (self.digits - 1), column >= 10**self.digits)
        return false()


def stamp_of(values: Iterable[Any]) -> Stamp | None:
    """The manner of most values; None when most are of none the hub knows. Values are not null, and at least one."""
    (manner, _), *_ = Counter(map(_manner, values)).most_common(1)
    return manner


def _manner(value: Any) -> Stamp | None:
    match value:
        case datetime():
            return Stamp("aware" if value.tzinfo else "naive")
        case date():
            return Stamp("date")
        case str():
            return _of_text(value)
        case bool():
            return None
        case int() | float() | Decimal():
            digits = len(str(abs(int(value))))
            return Stamp("number", _NUMBERS[digits], digits=digits) if digits in _NUMBERS else None
    return None


def _of_text(value: str) -> Stamp | None:
    found = _TEXT.fullmatch(value)
    if found is None:
        return None
    day, gap, clock = (found[name] for name in ("day", "gap", "clock"))
    form = f"%Y{day}%m{day}%d"
    if gap is not None:
        form += f"{gap}%H{clock}%M{clock}%S"
    return Stamp("text", form, suffix=found["zone"] or "")


def _wall(at: datetime, zone: tzinfo) -> datetime:
    """The least time a clock of that zone shows at or after ``at``: it may be about to be put back."""
    now, soon = at.astimezone(zone), (at.astimezone(UTC) + timedelta(hours=3)).astimezone(zone)
    back = (now.utcoffset() or timedelta()) - (soon.utcoffset() or timedelta())
    return now.replace(tzinfo=None) - max(back, timedelta())


def _zone(suffix: str) -> tzinfo:
    if suffix == "Z":
        return UTC
    hours, minutes = int(suffix[1:3]), int(suffix[-2:])
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if suffix[0] == "-" else 1))
