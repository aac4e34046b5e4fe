"""The values of a row by their paths: to look at, to change one at a time, and to read as times.

Rows are JSON objects of any depth. A path is a tuple of names and list positions, told as ``party.name`` or
``people[].phone`` (positions do not matter to who reads it).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from conformance.lab.rows import Row

Spot = tuple[str | int, ...]

NOTHING = ("\\N", "null", "NULL", "None", "nan", "(null)")
"""Texts that say nothing, as exports write them."""


def leaves(value: Any, at: Spot = ()) -> Iterator[tuple[Spot, Any]]:
    """Every scalar in a row with its path, in order. Empty lists and objects have none."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, (*at, name))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*at, number))
    else:
        yield at, value


def copied(value: Any) -> Any:
    """What `copy.deepcopy` gives; of rows, which are JSON, at a fraction of the work."""
    if (kind := type(value)) is dict:
        return {name: copied(inner) for name, inner in value.items()}
    if kind is list:
        return [*map(copied, value)]
    return value if kind is str else deepcopy(value)


def with_leaf(row: Mapping[str, Any], spot: Spot, value: Any) -> Row:
    """A copy of the row with another value at that path."""
    copy: Row = copied(dict(row))
    _holder(copy, spot)[spot[-1]] = value
    return copy


def without_leaf(row: Mapping[str, Any], spot: Spot) -> Row:
    """A copy of the row that lacks what stands at that path."""
    copy: Row = copied(dict(row))
    del _holder(copy, spot)[spot[-1]]
    return copy


def told(spot: Spot) -> str:
    """A path as people read it."""
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in spot).lstrip(".")


def other(value: Any) -> list[Any]:
    """Values of the same kind that differ from a leaf's; none for what is empty."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    if not isinstance(value, str) or value.strip() in ("", *NOTHING):
        return []
    digits = [at for at, sign in enumerate(value) if sign.isascii() and sign.isdigit()]
    turned = [f"{value[:at]}{(int(value[at]) + 1) % 10}{value[at + 1 :]}" for at in digits[-1:]]
    return [*turned, f"{value}甲"]


@dataclass(frozen=True, slots=True)
class TimeStyle:
    """One way sources write a time; ``style`` is a strftime form, ``epoch_s`` or ``epoch_ms``."""

    style: str

    @property
    def is_day(self) -> bool:
        """Whether it tells a day only."""
        return "%H" not in self.style and not self.style.startswith("epoch")

    def write(self, local: datetime) -> str | int:
        """An aware time as the source writes it."""
        if self.style.startswith("epoch"):
            return int(local.timestamp()) * (1000 if self.style == "epoch_ms" else 1)
        return local.strftime(self.style)


_STYLES = tuple(
    f"{day}{clock}"
    for day, gaps in (
        ("%Y-%m-%d", (" %H:%M:%S", "T%H:%M:%S")),
        ("%Y/%m/%d", (" %H:%M:%S",)),
        ("%Y%m%d", ("%H%M%S",)),
        ("%Y年%m月%d日", (" %H:%M:%S",)),
    )
    for clock in ("", *(f"{gap}{rest}" for gap in gaps for rest in ("", ".%f", "%z", ".%f%z")))
)


def stands_in(text: str, row: Mapping[str, Any]) -> bool:
    """Whether a text is a value of the row, or a part of one that other signs than letters and digits set apart."""
    part = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    return any(str(value).strip() == text or part.search(str(value)) for _, value in leaves(row))


def time_style(value: Any) -> TimeStyle | None:
    """How a leaf tells a time, if it does: one of the last or next years, so that other numbers are not mistaken."""
    if isinstance(value, int) and not isinstance(value, bool):
        for style, unit in (("epoch_s", 1), ("epoch_ms", 1000)):
            if 946_684_800 * unit <= value < 2_524_608_000 * unit:
                return TimeStyle(style)
        return None
    if not isinstance(value, str) or not 8 <= len(value) <= 32:
        return None
    for style in _STYLES:
        try:
            at = datetime.strptime(value, style)  # noqa: DTZ007 - only the form is looked at
        except ValueError:
            continue
        if 1990 <= at.year < 2050:
            return TimeStyle(style)
    return None


def midnight(day: date, zone: ZoneInfo) -> str:
    """The first moment of a day in a zone, as a record tells times: UTC text to the second."""
    return utc_text(datetime(day.year, day.month, day.day, tzinfo=zone))


def utc_text(at: datetime) -> str:
    """An aware time as a record tells it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def numbered(key: Any, number: int) -> Any:
    """Another key in the style of one: a number stays one, digits at the end of a text are counted on."""
    if isinstance(key, int):
        return key + 1000 * number
    text = str(key)
    stem = text.rstrip("0123456789")
    digits = text[len(stem) :]
    return f"{stem}{int(digits) + 1000 * number:0{len(digits)}d}" if digits else f"{text} {number}"


def masked(key: object) -> str:
    """A key as a report may show it."""
    return f"..{str(key)[-3:]}"


def _holder(row: Row, spot: Sequence[str | int]) -> Any:
    holder: Any = row
    for step in spot[:-1]:
        holder = holder[step]
    return holder
