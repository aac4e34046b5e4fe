"""Invented people and firms for the bench, as many as it asks for, no two alike.

Identity numbers and credit codes stand in regions that do not exist (``99xxxx``) and carry right check digits: they
pass every check of the hub and belong to nobody. They are made when the bench runs and are never kept.
"""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

NAMES = tomllib.loads((Path(__file__).with_name("clauses.toml")).read_text(encoding="utf-8"))["people"]

CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CITIZEN_CHECKS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

FIRST_BIRTH = date(1950, 1, 1)
BIRTH_DAYS = 20_000  # the last birth is in 2004: everybody is of age
SERIALS = 999


class Person(NamedTuple):
    """One invented person; ``gender`` is 1 or 2 and agrees with the number."""

    name: str
    gender: str
    number: str
    phone: str


class Firm(NamedTuple):
    """One invented firm with its unified social credit code."""

    name: str
    code: str
    phone: str


def citizen_number(index: int) -> str:
    """The identity number (GB 11643) of person ``index``: another one for each index below 10^10."""
    serial = index % SERIALS + 1
    day = index // SERIALS * 7919 % BIRTH_DAYS
    region = index // (SERIALS * BIRTH_DAYS) % 10_000
    born = FIRST_BIRTH + timedelta(days=day)
    body = f"99{region:04d}{born:%Y%m%d}{serial:03d}"
    return body + CITIZEN_CHECKS[sum(int(d) * w for d, w in zip(body, CITIZEN_WEIGHTS, strict=True)) % 11]


def credit_code(index: int) -> str:
    """The unified social credit code (GB 32100) of firm ``index``: another one for each index below 10^8."""
    organisation = f"{index:08d}"
    check = 11 - sum(int(d) * w for d, w in zip(organisation, ORGANISATION_WEIGHTS, strict=True)) % 11
    body = f"91990100{organisation}{'X' if check == 10 else check % 11}"
    total = sum(CREDIT_ALPHABET.index(c) * w for c, w in zip(body, CREDIT_WEIGHTS, strict=True))
    return body + CREDIT_ALPHABET[-total % 31]


def person(index: int, random: Random) -> Person:
    """Person ``index``. The number and the phone follow from the index alone, the name is drawn."""
    number = citizen_number(index)
    name = (
        random.choice(NAMES["surnames"])
        + random.choice(NAMES["given"])
        + (random.choice(NAMES["given"]) if random.random() < 0.75 else "")
    )
    return Person(name, "1" if int(number[16]) % 2 else "2", number, phone(index))


def firm(index: int, random: Random) -> Firm:
    """Firm ``index``; its name says that it is invented."""
    stem = random.choice(NAMES["stems"]) + random.choice(NAMES["stems"])
    return Firm(f"虚拟{stem}{random.choice(NAMES['trades'])}有限公司", credit_code(index), phone(index + 5_000_000))


def phone(index: int) -> str:
    """A mobile number, another one for each index below 10^7: ``13d00xxxxxx``."""
    return f"13{index // 1_000_000 % 10}00{index % 1_000_000:06d}"
