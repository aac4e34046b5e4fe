"""Amounts, head counts and coordinates as sources write them. Pure."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from hub.mapping.text import half_width

MAX_YUAN = Decimal(10) ** 13
MAX_PEOPLE = 10_000_000

_HAN_DIGIT = {
    sign: value
    for value, signs in enumerate(("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for sign in signs
}
_HAN_TEN = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_HAN_MYRIAD = {"万": 10_000, "萬": 10_000, "亿": 100_000_000}
_HAN_RUN = re.compile("[零〇○一壹二贰两三叁四肆五伍六陆七柒八捌九玖十拾]+")
_AMOUNT = re.compile(
    r"(?:约|大约|共计?|合计|近|人民币|RMB|CNY|[¥$])*\s*"
    r"(?P<sign>[+-]?)(?P<n>\d+(?:\.\d*)?|\.\d+)(?:E(?P<e>[+-]?\d{1,4}))?"
    r"(?:余|多|几)?(?P<unit>[百千万亿]*)(?:余|多|几)?(?:元整?|块钱?|圆整?|RMB|CNY|人民币)?(?:左右|以上|多)?",
    re.IGNORECASE,
)
_PLAIN_AMOUNT = re.compile(r"(\d{1,11})(?:\.(\d\d))?", re.ASCII).fullmatch  # nearly all: 1200, 1200.50
_PEOPLE = re.compile(
    r"(?:约|共计?|合计|近)*(?P<n>\d{1,9})(?:\.0*)?(?P<unit>[百千万]*)(?:余|多|几)?"
    r"(?:[人名位户]|人次)?(?:左右|以上)?"
)
_UNIT = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}


class NumberError(ValueError):
    """What stands there is no such number. Raised by the readers here; the text never holds the value."""


def fen(value: Any) -> int | None:
    """Yuan to whole fen, half up; None for nothing. Commas anywhere, 万 and 亿, 元, Chinese numerals are read.

    Raises `NumberError` for NaN, infinity, less than nothing, more than 10**13 yuan and whatever else is no amount.
    """
    if value is None or value == "":
        return None
    if value.__class__ is str and (plain := _PLAIN_AMOUNT(value)):
        return int(plain[1]) * 100 + int(plain[2] or 0)
    amount = _yuan(value)
    if amount is None:
        return None
    if not amount.is_finite() or amount < 0 or amount > MAX_YUAN:
        raise NumberError("out of range")
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def people(value: Any) -> int | None:
    """How many people, 0 to 10 million; None for nothing. ``213人``, ``约200户``, ``三人`` are read.

    Raises `NumberError`.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if len(value) < 8 and value.isdecimal():
            return int(value)
        written = _plain(value)
        if written is None:
            return None
        match = _PEOPLE.fullmatch(han_digits(written))
        if match is None:
            raise NumberError("no head count")
        value = _times(Decimal(match["n"]), match["unit"])
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise NumberError("no head count")
    if not 0 <= value <= MAX_PEOPLE or value != int(value):
        raise NumberError("out of range")
    return int(value)


def figure(value: Any) -> str | None:
    """An exact number as plain decimal text (``-26.62``); None for nothing. Commas, 万 and 亿 are read.

    A ``%`` is left out: it is a unit. Raises `NumberError`, also beyond 18 digits before the point or 12 behind.
    """
    if isinstance(value, str):
        value = half_width(value).strip().removesuffix("%")
    if value is None or value == "":
        return None
    number = _yuan(value)
    if number is None:
        return None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise NumberError("out of range")
    text = f"{number.normalize():f}"
    if len(text.partition(".")[2]) > 12:
        raise NumberError("too fine")
    return "0" if text == "-0" else text


def degrees(value: Any) -> float | None:
    """A coordinate as a finite float; None for nothing. Raises `NumberError`."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise NumberError("no coordinate")
    try:
        number = float(value)
    except OverflowError:
        raise NumberError("out of range") from None
    except ValueError:
        written = _plain(value) if isinstance(value, str) else None
        if written is None:
            return None
        try:
            number = float(written.rstrip("°"))
        except ValueError:
            raise NumberError("no coordinate") from None
    if not -360 <= number <= 360:  # also false for NaN
        raise NumberError("out of range")
    return number


def han_digits(text: str) -> str:
    """Chinese numerals as ASCII digits: 三万五千 is 35000, and within a text 二〇二六年三月二十日 is 2026年3月20日."""
    whole = _han_number(text)
    if whole is not None:
        return str(whole)
    return _HAN_RUN.sub(_run_digits, text)


def _run_digits(run: re.Match[str]) -> str:
    number = _han_number(run[0])
    if number is not None:
        return str(number)
    return "".join(str(_HAN_DIGIT.get(sign, sign)) for sign in run[0])  # 二〇二六, digit by digit


def _han_number(text: str) -> int | None:
    """Value of a text that is one Chinese numeral with units and nothing else; None for any other."""
    total = section = digit = 0
    units = False
    for sign in text:
        if sign in _HAN_DIGIT:
            if digit:
                return None  # 二六: digit by digit, not a number with units
            digit = _HAN_DIGIT[sign]
        elif sign in _HAN_TEN:
            section += (digit or 1) * _HAN_TEN[sign]
            digit, units = 0, True
        elif sign in _HAN_MYRIAD:
            below = section + digit
            total = (total + below) * _HAN_MYRIAD[sign] if sign == "亿" else total + below * _HAN_MYRIAD[sign]
            section, digit, units = 0, 0, True
        else:
            return None
    return total + section + digit if units else None


def _plain(value: str) -> str | None:
    """Half-width without commas and blanks; None for a null word."""
    if len(value) > 100:
        raise NumberError("too long")
    value = half_width(value).replace(",", "").replace(" ", "").replace("、", "")
    return None if value in ("", "\\N", "null", "NULL", "None", "无", "-", "--", "/", "不详") else value


def _times(number: Decimal, units: str) -> Decimal:
    for unit in units:
        number *= _UNIT[unit]
    return number


def _yuan(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        raise NumberError("no amount")
    if isinstance(value, int):
        if abs(value) > MAX_YUAN:
            raise NumberError("out of range")
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))  # the shortest decimal: 0.1 yuan is 10 fen, not 10.000000000000000555
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise NumberError("no amount")
    written = _plain(value)
    if written is None:
        return None
    match = _AMOUNT.fullmatch(written)
    if match is None:
        match = _AMOUNT.fullmatch(_numeral(written))
    if match is None:
        raise NumberError("no amount")
    try:
        number = Decimal(f"{match['sign']}{match['n']}E{match['e'] or 0}")
    except InvalidOperation:
        raise NumberError("no amount") from None
    return _times(number, match["unit"])


def _numeral(text: str) -> str:
    """三万五千元整: the numeral without its currency words, as digits."""
    return han_digits(re.sub("(人民币|约)|(元整?|圆整?|块钱?)$", "", text))
