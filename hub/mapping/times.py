"""Times as sources write them. Pure: the source's zone is an argument, no clock and no TZ of the machine is asked.

Known styles: ``2026-03-02 09:12:31`` and its kin (``/`` ``.`` 年月日, ``T`` or blank, fraction, ``Z`` ``+08:00``
``+0800``, full-width digits, one-digit parts), ``20260302``, ``202603``, ``20260302091231``, 二〇二六年三月二日, epoch
seconds, milliseconds and microseconds (told apart by magnitude), ``24:00:00`` (the next day's midnight) and the typed
semicolon of ``00:00;00``.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hub.mapping.numbers import han_digits
from hub.mapping.text import half_width

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_NAIVE = datetime(1970, 1, 1)  # noqa: DTZ001 - the same instant, for naive UTC arithmetic
_MICROSECOND = timedelta(microseconds=1)

NULL_TIMES = frozenset(
    ("\\N", "\\n", "null", "none", "nan", "(null)", "undefined", "true", "false", "0", "无", "-", "--", "/")
)
_SENTINEL_DAYS = frozenset(
    date.fromisoformat(day)
    for day in ("1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01", "2099-12-31", "2999-12-31")
)
_FIRST_YEAR, _LAST_YEAR = 1901, 2098

# Epochs are told apart by magnitude: between 1980 and 2098, counted in seconds, in thousandths or in millionths.
_EPOCH_LOW, _EPOCH_HIGH = 315_532_800, 4_070_908_800

_WRITTEN_LENGTHS, _CENTURIES = (8, 12, 14, 17), ("18", "19", "20", "00", "99")

_WRITTEN = re.compile(
    r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})(?:\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?|\s*月)?"
    r"(?:[T,\s]*(?P<pm>上午|下午)?\s*(?P<H>\d{1,2})\s*[:;时点]\s*(?P<M>\d{1,2})?"
    r"(?:\s*[:;分]\s*(?P<S>\d{1,2})(?:[.,:](?P<f>\d+))?\s*秒?)?\s*分?)?"
    r"\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?(?::\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)?(?:(\d\d)(\d\d)(\d\d)?(\d{1,6})?)?", re.ASCII)


class Moment(NamedTuple):
    """An instant and how it was told. ``utc`` is naive UTC; ``day`` the date as written in the source's zone.

    ``grain`` is ``second``, ``day`` or ``month``; ``repaired`` tells that a typing slip was read over.
    """

    utc: datetime
    day: str
    grain: str = "second"
    repaired: bool = False

    @property
    def text(self) -> str:
        """UTC text ``YYYY-MM-DDTHH:MM:SSZ``."""
        return self.utc.isoformat("T", "seconds") + "Z"

    @property
    def micros(self) -> int:
        """Microseconds since 1970 UTC."""
        return (self.utc - _EPOCH_NAIVE) // _MICROSECOND


class TimeError(ValueError):
    """No time is told: ``code`` is ``time.sentinel`` (a stand-in for "none") or ``time.invalid``. Raised here only."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def moment(value: Any, zone: ZoneInfo) -> Moment | None:
    """Read a time; naive ones are in ``zone``. None for nothing (None, blank). Raises `TimeError`."""
    if value.__class__ is str:
        if len(value) == 19:
            try:
                local = datetime.fromisoformat(value)
                day = value[:10]
                shift = _shift(day, zone)
            except ValueError:
                pass
            else:
                if shift is not None and local.tzinfo is None:
                    return Moment(local - shift, day)
            return _from_text(value, zone)
        return _from_short(value, zone) if len(value) <= 10 else _from_text(value, zone)
    if value is None:
        return None
    if isinstance(value, bool):
        raise TimeError("time.sentinel")
    if isinstance(value, datetime):
        return _from_datetime(value, zone)
    if isinstance(value, date):
        return _local(datetime(value.year, value.month, value.day), zone, "day")  # noqa: DTZ001
    if isinstance(value, int):
        return _from_number(value, zone)
    if isinstance(value, float):
        if not 0 <= value < _EPOCH_HIGH * 1_000_000:  # also false for NaN
            raise TimeError("time.invalid")
        return _from_number(int(value), zone, value - int(value))
    raise TimeError("time.invalid")


def revision(value: Any, zone: ZoneInfo) -> tuple[int | None, Moment | None]:
    """Order of a version: (µs since 1970 UTC, the moment) for a time, (the number itself, None) for a counter.

    A text of 8, 12, 14 or 17 digits that begins like a year and is no epoch is a day or time, or wrong. Any other text
    of digits is a number. A whole number is a time when it lies among the epochs (1980 to 2098 in s, ms or µs) or has
    14 digits; every other one from 0 to 2**63-1 is a counter and kept as it is, ``20260302`` too: as a counter it
    orders just as well. Raises `TimeError`.
    """
    if (
        isinstance(value, str)
        and "-" not in value  # as in most times: spare them the look for digits
        and len(value) < 64
        and (digits := half_width(value).strip()).isdecimal()
    ):
        written = len(digits) in _WRITTEN_LENGTHS and digits[:2] in _CENTURIES
        if not written or _unit(int(digits)) is not None:
            value = int(digits)
    if isinstance(value, int) and not isinstance(value, bool) and _unit(value) is None and not 10**13 <= value < 10**14:
        if 0 <= value < 2**63:
            return value, None
        raise TimeError("time.invalid")
    at = moment(value, zone)
    return (None, None) if at is None else (at.micros, at)


@lru_cache(maxsize=8192)
def _shift(day: str, zone: ZoneInfo) -> timedelta | None:
    """The zone's offset on a day ``YYYY-MM-DD``; None where it changes that day, or the day needs a closer look."""
    if day[4] != "-" or day[7] != "-":
        return None
    start = datetime.fromisoformat(day)
    if not _FIRST_YEAR <= start.year < _LAST_YEAR or start.date() in _SENTINEL_DAYS:
        return None
    before, after = zone.utcoffset(start), zone.utcoffset(start + timedelta(days=1))
    return before if before == after else None


@lru_cache(maxsize=8192)
def _from_short(value: str, zone: ZoneInfo) -> Moment | None:
    """A day or month: few different ones, so that each is read once. Problems are not remembered."""
    return _from_text(value, zone)


def _from_datetime(value: datetime, zone: ZoneInfo) -> Moment:
    if value.tzinfo is None:
        return _local(value, zone)
    _refuse_sentinel(value)
    utc = value.astimezone(UTC).replace(tzinfo=None)
    return Moment(utc, value.astimezone(zone).date().isoformat())


def _local(value: datetime, zone: ZoneInfo, grain: str = "second") -> Moment:
    _refuse_sentinel(value)
    utc = value.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    return Moment(utc, value.date().isoformat(), grain)


def _refuse_sentinel(value: datetime) -> None:
    if value.year in (1, 9999) or value.date() in _SENTINEL_DAYS:
        raise TimeError("time.sentinel")
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise TimeError("time.invalid")


def _unit(number: int) -> int | None:
    """How many of the number's units are a second: 1, 1,000 or 1,000,000; None when it is no plausible epoch."""
    for unit in (1, 1_000, 1_000_000):
        if _EPOCH_LOW * unit <= number < _EPOCH_HIGH * unit:
            return unit
    return None


def _from_number(number: int, zone: ZoneInfo, rest: float = 0.0) -> Moment:
    unit = _unit(number)
    if unit is None:
        if 0 <= number < 10**17:
            return _from_digits(str(number), zone)
        raise TimeError("time.invalid")
    micros = number * (1_000_000 // unit) + int(rest * (1_000_000 // unit))
    return _from_datetime(EPOCH + timedelta(microseconds=micros), zone)


def _from_digits(digits: str, zone: ZoneInfo) -> Moment:
    """``yyyymm[dd[HHMM[SS[fff]]]]``, or an epoch: the two never meet between 1980 and 2098."""
    number = int(digits) if len(digits) < 20 else -1
    if _unit(number) is not None:
        return _from_number(number, zone)
    if number == 0 or digits[:4] in ("9999", "0000", "0001"):
        raise TimeError("time.sentinel")
    match = _DIGITS.fullmatch(digits) if len(digits) in (6, *_WRITTEN_LENGTHS) else None
    if match is None:
        raise TimeError("time.invalid")
    year, month, day, hour, minute, second, fraction = match.groups()
    return _build(year, month, day, (hour, minute, second, fraction), zone)


def _from_text(value: str, zone: ZoneInfo) -> Moment | None:
    value = half_width(value.strip().lstrip("\ufeff\u200b").rstrip("\x00")) if len(value) <= 64 else value
    if not value:
        return None
    if value.lower() in NULL_TIMES:
        raise TimeError("time.sentinel")
    if len(value) > 64:
        raise TimeError("time.invalid")
    if value.isdecimal():
        return _from_digits(value, zone)
    match = _WRITTEN.fullmatch(value) or _WRITTEN.fullmatch(han_digits(value))
    if match is None:
        raise TimeError("time.invalid")
    hour, half = match["H"], match["pm"]
    if half and hour:
        hour = str(int(hour) % 12 + (12 if half == "下午" else 0))
    clock = (hour, match["M"], match["S"], match["f"])
    at = _build(match["y"], match["m"], match["d"], clock, zone, match["z"])
    return at._replace(repaired=True) if ";" in value else at


def _build(
    year: str,
    month: str,
    day: str | None,
    clock: tuple[str | None, str | None, str | None, str | None],
    zone: ZoneInfo,
    offset: str | None = None,
) -> Moment:
    """A moment of its written parts; ``clock`` is hour, minute, second, fraction of a second."""
    if year in ("0000", "0001", "9999"):
        raise TimeError("time.sentinel")
    hour, minute, second = (int(part or 0) for part in clock[:3])
    micros = int((clock[3] or "0")[:6].ljust(6, "0"))
    next_day = (hour, minute, second, micros) == (24, 0, 0, 0)
    try:
        local = datetime(int(year), int(month), int(day or 1), 0 if next_day else hour, minute, second, micros)  # noqa: DTZ001
    except ValueError:
        raise TimeError("time.invalid") from None
    _refuse_sentinel(local)
    local += timedelta(days=next_day)
    if clock[0] is not None and offset:
        return _from_datetime(local.replace(tzinfo=_fixed(offset)), zone)
    return _local(local, zone, "month" if day is None else "day" if clock[0] is None else "second")


def _fixed(offset: str) -> tzinfo:
    if offset[0] not in "+-":
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:4])
    if hours > 15 or minutes > 59:
        raise TimeError("time.invalid")
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if offset[0] == "-" else shift)
