"""The numbers by which Zhejiang's systems cite one another's matters, told apart by their form."""

import re
from collections.abc import Iterator

from schemas.case_code import read_case_code

PREFIXES = {"JF": "dispute_code", "ZJ": "petition", "SJ": "grid_event"}
"""First letters of a number and the kind of reference it is; a 案号 has none, and ends in 号 or 号之N."""

SEPARATORS = re.compile(r"[、,，;；\s]+")
COURT_CASE = re.compile(r"[（(〔\[]\d{4}[）)〕\]].+号")


def references(text: str | None, own: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    """A matter's ``own`` (kind, number) and those named in ``text``; several are told apart by commas or blanks."""
    found = [own] if own and own[1] else []
    return [*found, *_cited(text)] if text else found


def _cited(text: str) -> Iterator[tuple[str, str]]:
    for number in SEPARATORS.split(text):
        if COURT_CASE.match(number):
            yield "court_case", number
        elif kind := PREFIXES.get(number[:2].upper()):
            yield kind, number
        elif read_case_code(number):
            yield "case_code", number  # ours, told back by whom a matter was handed to
