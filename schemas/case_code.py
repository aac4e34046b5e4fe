"""The code a case bears for life: 23 characters, readable aloud, with a check against slips.

region(6) + day of receipt(8) + channel(2) + sequence(6, base 32) + check (ISO 7064 MOD 37,36), for example
``330110`` ``20260305`` ``XF`` ``00002K`` and one more. Region and day are those of the issue; nothing is decided by
reading them out of the code later, for a matter may move. The sequence counts within one region, day and channel.
"""

import re
from collections.abc import Iterator
from datetime import date

from schemas.life import Channel

LENGTH = 23
SEQUENCES = 32**6
"""How many cases of one region, day and channel there can be."""

_DIGITS_32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to be misheard or misread
_DIGITS_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUE_36 = {sign: value for value, sign in enumerate(_DIGITS_36)}
_CHANNELS = frozenset(each.value for each in Channel)
_SLIPS = str.maketrans("ILO", "110")  # in the sequence only: a channel has letters of its own
_FORM = re.compile(r"(\d{6})(\d{8})([A-Z]{2})([0-9A-Z]{6})([0-9A-Z])", re.ASCII)
_BETWEEN = re.compile(r"[\s\-－—_·.]+")


def check_character(body: str) -> str:
    """The check of 22 characters by ISO/IEC 7064:2003, MOD 37,36 (hybrid system)."""
    left = 36
    for sign in body:
        left = (left + _VALUE_36[sign]) % 36 or 36
        left = left * 2 % 37
    return _DIGITS_36[(37 - left) % 36]


def case_code(region: str, day: date, channel: Channel | str, number: int) -> str:
    """The code of the ``number``-th case (from 1) of a region (6 digits), a day and a channel. Raises ValueError."""
    if not (len(region) == 6 and region.isascii() and region.isdecimal()):
        raise ValueError("a region has six digits")
    if not 0 < number < SEQUENCES:
        raise ValueError("no more numbers for this region, day and channel")
    body = f"{region}{day:%Y%m%d}{Channel(channel).value}{_base_32(number)}"
    return body + check_character(body)


def read_case_code(text: str) -> str | None:
    """The code as it is kept, from what a person typed; None for what is no code of ours or fails its check.

    Small letters, blanks, hyphens, full-width signs and I, L, O for 1, 1, 0 in the sequence are read.
    """
    tidy = _BETWEEN.sub("", text.translate(_NARROW)).upper()
    match = _FORM.fullmatch(tidy)
    if match is None:
        return None
    region, day, channel, sequence, check = match.groups()
    sequence = sequence.translate(_SLIPS)
    body = region + day + channel + sequence
    if channel not in _CHANNELS or "U" in sequence or check_character(body) != check:
        return None
    try:
        date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return None
    return body + check


def spoken(code: str) -> str:
    """The code in groups, as it is printed under its picture: ``330110 20260305 XF 00002K 7``."""
    return " ".join(_groups(code))


def _groups(code: str) -> Iterator[str]:
    at = 0
    for length in (6, 8, 2, 6, 1):
        yield code[at : at + length]
        at += length


def _base_32(number: int) -> str:
    signs = []
    for _ in range(6):
        number, digit = divmod(number, 32)
        signs.append(_DIGITS_32[digit])
    return "".join(reversed(signs))


_NARROW = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
