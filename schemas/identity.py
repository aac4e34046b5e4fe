"""Identity numbers: citizen numbers (GB 11643), credit codes (GB 32100), mobile numbers; parse, check, mask, hash.

Every parser answers the normal form or raises `IdentityError`, whose text never holds the value. The checks are slices
and table look-ups: a citizen number costs about a microsecond, where general libraries cost 20 to 50.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from operator import mul
from typing import Any, Final, Literal

from schemas.regions import counties

HASH_BYTES = 12

_TIDY: dict[int, int | None] = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}  # full-width to half-width
_TIDY |= {ord(gap): None for gap in " \t\r\n\u00a0\u3000\u200b\ufeff-－—–‐()（）"}
_MASKS = frozenset("*●•█×?#")

_CHECK_18 = "10X98765432"  # GB 11643, by the weighted sum modulo 11
_WEIGHTS_18 = tuple(pow(2, 17 - place, 11) for place in range(17))


def _shares(groups: Iterable[str], start: int) -> dict[str, int]:
    """What each group of digits adds to the weighted sum when it begins at ``start``."""
    weights = _WEIGHTS_18[start:]
    return {group: sum(map(mul, map(int, group), weights)) for group in groups}


_THREE_DIGITS = [f"{number:03}" for number in range(1000)]
_MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # 0229 is judged with its year
_REGION_HEAD, _REGION_TAIL, _SERIAL = (_shares(_THREE_DIGITS, start) for start in (0, 3, 14))
_YEAR = _shares(map(str, range(1800, 2100)), 6)
_DAY = _shares((f"{month:02}{day:02}" for month in range(1, 13) for day in range(1, _MONTH_LENGTHS[month - 1] + 1)), 10)

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_CREDIT_VALUE = {sign: value for value, sign in enumerate(_CREDIT_ALPHABET)}
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

# GB/T 2260; 81 to 83 are residence permits of Hong Kong, Macao and Taiwan
_PROVINCE_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
_PROVINCES = frozenset(str(code) for first, last in _PROVINCE_RANGES for code in range(first, last + 1))


class IdentityError(ValueError):
    """A number that is not what it should be. Raised by the parsers here.

    ``code`` is one of ``missing masked length alphabet birth check_digit range``; the text is that code alone.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _tidy(text: str) -> str:
    """Half-width, upper case, no gaps, hyphens, brackets. Raises `IdentityError` for nothing and for a masked value."""
    text = text.translate(_TIDY).upper()
    if not text:
        raise IdentityError("missing")
    if not _MASKS.isdisjoint(text):
        raise IdentityError("masked")
    return text


def check_character(head: str) -> str:
    """The 18th character of a citizen number whose first 17 digits are ``head``."""
    return _CHECK_18[sum(map(mul, map(int, head), _WEIGHTS_18)) % 11]


def citizen_number(text: str, *, on: date | None = None) -> str:
    """Return the 18-character form of a citizen number (GB 11643-1999), to which a 15-digit one (1989) is raised.

    Full-width digits, gaps, hyphens and a lower-case x are accepted. The region part is not judged here, see
    `citizen_region_note`. ``on`` is the last day a birth can have, in Beijing; None is today: pass the day of receipt
    where the answer must not hang on a clock.
    Raises `IdentityError`: missing, masked, length, alphabet, birth, check_digit.
    """
    if len(text) != 18 or not (text.isascii() and text[:17].isdecimal()):
        text = _tidy(text)
        if len(text) == 15:
            text = _raise_15(text)
    try:
        region = _REGION_HEAD[text[:3]] + _REGION_TAIL[text[3:6]]
        check = _CHECK_18[(region + _YEAR[text[6:10]] + _DAY[text[10:14]] + _SERIAL[text[14:17]]) % 11]
    except KeyError:
        raise IdentityError(_what_is_wrong(text)) from None
    if text[17:] != check:
        if text[17:] != "x" or check != "X":
            raise IdentityError(_what_is_wrong(text))
        text = text[:17] + "X"
    if text[10:14] == "0229" and not _is_leap(int(text[6:10])):
        raise IdentityError("birth")
    if text[6:10] > "2025" and text[6:14] > (on or _beijing_today()).strftime("%Y%m%d"):
        raise IdentityError("birth")
    return text


def _raise_15(text: str) -> str:
    """6 region, 6 birth, 3 serial. The serials 996 to 999 were kept for people over a hundred, born in 18xx."""
    if not text.isdecimal():
        raise IdentityError("masked" if "X" in text else "alphabet")
    head = text[:6] + ("18" if text[12:] > "995" else "19") + text[6:]
    return head + check_character(head)


def _what_is_wrong(text: str) -> str:
    """Name the first fault of a tidied text that is no citizen number: masked, length, alphabet, birth, check digit."""
    text = text.upper()
    if text.count("X") > 1:
        return "masked"
    if len(text) != 18:
        return "length"
    if not (text[:17].isdecimal() and text[17] in _CHECK_18):
        return "alphabet"
    if text[6:10] not in _YEAR or text[10:14] not in _DAY:
        return "birth"
    return "check_digit"


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _beijing_today() -> date:
    return (datetime.now(UTC) + timedelta(hours=8)).date()


def birth_date(number: str) -> date:
    """Birth date told by a citizen number in normal form."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> str:
    """Code of table ``gender`` told by a citizen number in normal form: odd serial ``1`` male, even ``2`` female."""
    return "1" if number[16] in "13579" else "2"


def citizen_region_note(number: str) -> str | None:
    """``region_unknown``, ``region_abolished`` or None for a citizen number in normal form. A note, never a rejection.

    Outside Zhejiang only the province prefix (GB/T 2260) is judged. In Zhejiang the county must be in the region table;
    3321 to 3350 are the prefectures (地区), the last of which were dissolved in 2000: abolished as a whole.
    """
    if number[:2] != "33":
        return None if number[:2] in _PROVINCES else "region_unknown"
    if "21" <= number[2:4] <= "50":
        return "region_abolished"
    live = _zhejiang_counties().get(number[:6])
    return None if live else "region_unknown" if live is None else "region_abolished"


@cache
def _zhejiang_counties() -> dict[str, bool]:
    """Whether each county code is live today."""
    return {county.code: county.live for county in counties()}


def credit_code(text: str) -> str:
    """Return the 18-character unified social credit code (GB 32100-2015), upper case.

    Letters are possible in the first two places (``N2`` is a rural collective); places 3 to 8 are a region, in digits.
    Only the last character is checked: the inner check of place 17 fails on codes that are in use.
    Raises `IdentityError`: missing, masked, length, alphabet, check_digit.
    """
    text = _tidy(text)
    if len(text) != 18:
        raise IdentityError("length")
    try:
        share = sum(map(mul, map(_CREDIT_VALUE.__getitem__, text[:17]), _CREDIT_WEIGHTS))
        check = _CREDIT_VALUE[text[17]]
    except KeyError:
        raise IdentityError("alphabet") from None
    if not text[2:8].isdecimal():
        raise IdentityError("alphabet")
    if (share + check) % 31:
        raise IdentityError("check_digit")
    return text


def mobile_number(text: str) -> str:
    """Return the 11 digits of a mainland mobile number.

    Gaps, hyphens, brackets, full-width digits and the prefixes +86, 0086, 86 and 0 are accepted. Any second digit from
    3 to 9 passes: new ranges open every year. Raises `IdentityError`: missing, masked, alphabet, length, range.
    """
    if len(text) != 11 or not text.isascii() or not text.isdecimal():
        text = _tidy(text).removeprefix("+")
        for prefix in ("0086", "86", "0"):
            if text.startswith(prefix) and len(text) == 11 + len(prefix):
                text = text[len(prefix) :]
                break
    if not (text.isascii() and text.isdecimal()):
        raise IdentityError("masked" if "X" in text else "alphabet")
    if len(text) != 11:
        raise IdentityError("length")
    if text[0] != "1" or text[1] < "3":
        raise IdentityError("range")
    return text


def mask(text: str) -> str:
    """Hide the middle of a number: a mobile keeps 3 + 4 characters (``138****0001``), other numbers 3 + 2.

    Text shorter than 8 is hidden as a whole. The length stays.
    """
    if len(text) == 11 and text.isdecimal() and text[0] == "1":
        return f"{text[:3]}****{text[7:]}"
    if len(text) < 8:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 5) + text[-2:]


def mask_name(name: str) -> str:
    """Keep the first character of a name: ``张某某`` becomes ``张**``, ``张三`` ``张*``; at most two stars."""
    name = name.strip()
    return name[:1] + "*" * min(len(name) - 1, 2) if len(name) > 1 else "*" * len(name)


_MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_SENSITIVE = re.compile(
    rf"""(?=[0-9+(])(?<![0-9A-Za-z])(?:
      (?P<citizen>[0-9]{{6}}[ -]?(?:1[89]|20)[0-9]{{2}}{_MONTH_DAY}[ -]?[0-9]{{3}}[0-9Xx]
        |[0-9]{{8}}{_MONTH_DAY}[0-9]{{3}})
      |(?P<card>(?:35|4[0-9]|5[1-5]|6[02]|81|9[0-9])[0-9]{{2}}(?:[ -]?[0-9]{{4}}){{3}}(?:[ -]?[0-9]{{1,3}})?)
      |(?P<mobile>(?:\+?(?:00)?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{{4}}){{2}})
      |(?P<landline>\(?0(?:10|2[0-9]|[3-9][0-9]{{2}})\)?[ -]?[2-8][0-9]{{6,7}})
    )(?![0-9A-Za-z])""",
    re.VERBOSE,
)
_FULL_DIGIT = re.compile("[０-９]")
_HALF_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}


def redact(text: str) -> str:
    """Replace every citizen number, bank card, mobile and landline number in free text by its mask.

    Shape decides, not the check digit: a mistyped number is somebody's too. Credit codes are public and stay.
    """
    if _FULL_DIGIT.search(text):
        text = text.translate(_HALF_DIGITS)
    return _SENSITIVE.sub(_hidden, text)


def _hidden(match: re.Match[str]) -> str:
    found = match[0]
    if match.lastgroup == "card" and _is_credit_code(found):
        return found
    if match.lastgroup == "mobile":
        return mask(mobile_number(found))
    return mask(re.sub("[^0-9Xx]", "", found))


def _is_credit_code(text: str) -> bool:
    try:
        return credit_code(text) == text
    except IdentityError:
        return False


KeyedHash = Callable[[str, str], bytes]
"""From the kind (``id``, ``credit``, ``phone``) and normal form of a value to 12 bytes that only equal ones share."""

HashAlgorithm = Literal["BLAKE2b", "HMAC-SM3"]


def keyed_hash(key: bytes, algorithm: HashAlgorithm) -> KeyedHash:
    """Hashing under one key: equal values meet without being readable, and nobody without the key can test a guess.

    BLAKE2b (RFC 7693, keyed) costs a third of HMAC-SM3, which national rules may ask for (GB/T 39786).
    """
    if algorithm == "HMAC-SM3":
        return HmacSm3(key)
    start = hashlib.blake2b(key=key[:64], digest_size=HASH_BYTES, person=b"yiwang subject")

    def digest(kind: str, value: str) -> bytes:
        state = start.copy()
        state.update(f"{kind}\0{value}".encode())
        return state.digest()

    return digest


class HmacSm3:
    """HMAC-SM3 (RFC 2104, GB/T 32905) of normal forms under one key, cut to 12 bytes.

    Equal values meet in the store without being readable there. The key's two states are made once: a record needs
    several hashes, and keying is most of the cost of one.
    """

    def __init__(self, key: bytes, *, native: bool = "sm3" in hashlib.algorithms_available) -> None:
        block = (_sm3(key, native).digest() if len(key) > _SM3_BLOCK else key).ljust(_SM3_BLOCK, b"\0")
        self._inner = _sm3(bytes(byte ^ 0x36 for byte in block), native)
        self._outer = _sm3(bytes(byte ^ 0x5C for byte in block), native)

    def __call__(self, kind: str, value: str) -> bytes:
        """The hash of ``value``; ``kind`` (``id``, ``credit``, ``phone``) gives one text two hashes under two kinds."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"{kind}\0{value}".encode())
        outer.update(inner.digest())
        found: bytes = outer.digest()
        return found[:HASH_BYTES]


_SM3_BLOCK: Final = 64


def _sm3(start: bytes, native: bool) -> Any:
    """An SM3 state after ``start``: OpenSSL's where this Python has it, else that of `cryptography`."""
    return hashlib.new("sm3", start) if native else _PortableSm3(start)


class _PortableSm3:
    """`cryptography`'s SM3 with the few methods of a `hashlib` object that are needed."""

    def __init__(self, start: bytes) -> None:
        from cryptography.hazmat.primitives.hashes import SM3, Hash  # noqa: PLC0415 - slow to import, seldom needed

        self._state = Hash(SM3())
        self._state.update(start)

    def copy(self) -> "_PortableSm3":
        twin = object.__new__(_PortableSm3)
        twin._state = self._state.copy()
        return twin

    def update(self, data: bytes) -> None:
        self._state.update(data)

    def digest(self) -> bytes:
        return self._state.copy().finalize()
