"""People who are nobody: names, numbers and addresses to stand for real ones, each told by a running number."""

import re
from typing import Literal

from schemas.identity import IdentityError, check_character, citizen_number, credit_code

What = Literal["name", "identity", "phone", "address"]

PERSON = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{2,4}|[A-Z][a-z]+(?: [A-Z][a-z]+){1,3}")
"""What a person's name looks like: a few Han characters, or words that begin with a capital."""

_PLACE = re.compile(r"^.*?(?:街道|镇|乡)")
_SURNAMES = "阚裘毛应章俞阮柴厉楼童竺茅郦娄屠卜祝裴诸"
_GIVEN = "映知清立小听有松怀若以望向晚初南北予安和禾满秋冬夏荷舟川竹溪"
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def invented(what: What, text: str, number: int) -> str:
    """Who stands for ``text``; another for every ``number``, counted from 1 for each kind."""
    match what:
        case "name":
            return _name(number) if PERSON.fullmatch(text) else f"某某第{number}公司"
        case "phone":
            return f"1380000{1000 + number:04}"
        case "address":
            place = _PLACE.match(text)
            return f"{place[0] if place else ''}某路{number}号"
    return _number(text, number)


def _name(number: int) -> str:
    at, surname = divmod(number, len(_SURNAMES))
    second, first = divmod(at, len(_GIVEN))
    return (
        _SURNAMES[surname] + _GIVEN[(first * 7 + surname) % len(_GIVEN)] + _GIVEN[(second * 11 + first) % len(_GIVEN)]
    )


def _number(text: str, number: int) -> str:
    """An identity number of nobody: of region 99, its check digit right, of the same sex as the one before."""
    try:
        odd = int(citizen_number(text)[16]) % 2
    except IdentityError:
        return _other_number(text, number)
    serial = 2 * (number % 450) + 10 + odd
    born = f"{1960 + number % 40}{number // 40 % 12 + 1:02}{number // 480 % 28 + 1:02}"
    if len(text) == 15:
        return f"990101{born[2:]}{serial:03}"
    head = f"990101{born}{serial:03}"
    return head + check_character(head)


def _other_number(text: str, number: int) -> str:
    """A credit code of region 9900 with its check character, else letters and digits of the same length."""
    try:
        credit_code(text)
    except IdentityError:
        return f"X{number:0{max(len(text) - 1, 4)}}"
    head = f"91990000MA{number:07}"
    return next(head + sign for sign in _CREDIT_SIGNS if _is_credit_code(head + sign))


def _is_credit_code(text: str) -> bool:
    try:
        return bool(credit_code(text))
    except IdentityError:
        return False
