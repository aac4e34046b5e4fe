"""External numbers of a matter (案号, 信访件编号, 工单号, 旧解纷码) in one form: however they are written, they meet.

Two systems cite one number with other brackets, widths, blanks, hyphens and letters. Here all of that is taken off;
what is left is compared, never shown: a list shows a number as its source wrote it.
"""

import re
from unicodedata import normalize

from schemas.case_code import LENGTH, read_case_code
from schemas.case_number import parse_case_number
from schemas.identity import IdentityError, citizen_number, mobile_number

SHORTEST = 6
"""Letters and digits a number needs to tie two records by itself: a shorter one is a serial of a day or a desk."""

MASKS = frozenset("*＊×●•█?？#＃□")

_GAPS = " \t\r\n\u00a0\u2009\u3000\u200b\ufeff-－—–‐‑−﹣_＿"
_TIDY: dict[int, int | str | None] = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}  # full width to half
_TIDY |= {ord(opening): "(" for opening in "（〔［[【｛{"} | {ord(closing): ")" for closing in "）〕］]】｝}"}
_TIDY |= {ord(gap): None for gap in _GAPS}
_ZEROS = re.compile(r"(?<=[)第字])0+(?=\d+号)")
_SAME = re.compile(r"(.)\1*")
_DIGITS = re.compile(r"\d\D*\d")
_SIGNS = re.compile(r"[\W_]+")
_PERSONS = re.compile(r"(?<![0-9A-Z])[0-9]{11,18}X?(?![0-9A-Z])")


def normal(number: str) -> str:
    """The one form of a number, whatever its kind; an empty text for one that says nothing.

    Our own case code and the courts' numbers have forms of their own (`schemas.case_code`, `schemas.case_number`).
    Of all others width, case, blanks, hyphens and the sort of brackets are taken off, and zeros before 号's number.
    """
    if number.isascii() and number.isalnum():  # most are
        return read_case_code(number) or number.upper() if len(number) == LENGTH else number.upper()
    if "号" in number:
        if (case := parse_case_number(number)) is not None:
            return case.normal
    elif (code := read_case_code(number)) is not None:
        return code
    return _ZEROS.sub("", number.translate(_TIDY).upper())


def ties(number: str) -> bool:
    """Whether a number in its normal form can tie two records by itself.

    Not one that is too short, masked, without two digits, or one sign over and over (``000000``): those stand where a
    source has no number.
    """
    told = number if number.isalnum() else _SIGNS.sub("", number)
    return (
        len(told) >= SHORTEST
        and _DIGITS.search(told) is not None
        and _SAME.fullmatch(told) is None
        and MASKS.isdisjoint(number)
    )


def personal(number: str) -> bool:
    """Whether a number is, or holds as a word of its own, what reads as a mobile or a citizen number (15 or 18 digits).

    One in eleven of the serials made of region, day and four digits reads so too: nobody can tell those apart.
    """
    whole, parts = number.translate(_TIDY).upper(), normalize("NFKC", number).upper()
    return any(map(_reads, {whole, *_PERSONS.findall(whole), *_PERSONS.findall(parts)}))


def _reads(number: str) -> bool:
    for read in (mobile_number, citizen_number):
        try:
            read(number)
        except IdentityError:
            continue
        return True
    return False
