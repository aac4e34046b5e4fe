"""Text as sources write it, made fit to keep: without control signs, in one line where one line is meant."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from hub.errors import RecordRejected

MAX_TEXT = 1_000_000
"""Characters; a longer text is a rejection (fault F50: one poison record must not fill the store)."""

Note = Callable[[str, str], None]
"""How the parsers here tell what they repaired: ``note(code, field)``."""

_NULL_WORDS = frozenset(("", "\\N", "\\n", "null", "NULL", "Null", "None", "(null)", "undefined", "NaN", "nan"))
_NOTHING = _NULL_WORDS | frozenset(["无", "暂无", "没有", "不详", "未知", "-", "--", "—", "——", "/", ".", "、", "*"])
# C0 and C1 without tab and line ends, soft hyphen, zero-width and direction signs, BOM, non-characters
_DROP = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_BLANKS = re.compile(r"\s+")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{2,6})|([0-9]{3,7}));")
_DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅●．", "·"))
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def text(value: Any, field: str, note: Note) -> str | None:
    """Clean a text of any number of lines; None where the source says nothing (empty, ``null``, ``\\N``).

    Numbers become their digits. What is repaired is noted: ``text.cleaned`` (control, zero-width and direction signs,
    BOM, lone surrogates), ``text.unescaped`` (``&#20320;``); private-use glyphs are kept under ``text.private_use``.
    Raises `RecordRejected` ``schema.string_type`` for anything that is no text and ``text.too_long``.
    """
    if value is None or value == "":
        return None
    if value.__class__ is not str:
        value = _from_scalar(value, field)
    if len(value) > MAX_TEXT:
        raise RecordRejected("text.too_long", field, f"more than {MAX_TEXT} characters")
    value = value.strip()
    if not value.isprintable() or "&#" in value:  # `isprintable` is the one quick test that no odd sign passes
        value = _repair(value, field, note)
    return None if value in _NULL_WORDS else value


def line(value: Any, field: str, note: Note) -> str | None:
    """Clean a text meant as one line: line ends and tabs become blanks. Otherwise as `text`."""
    if value is None or value == "":
        return None
    if value.__class__ is str and value.isprintable() and "&#" not in value and len(value) < MAX_TEXT:
        value = value.strip()
        return None if value in _NULL_WORDS else value
    value = text(value, field, note)
    return value if value is None or value.isprintable() else _BLANKS.sub(" ", value).strip() or None


def said(value: Any, field: str, note: Note) -> str | None:
    """As `line`; 无, 不详, ``-`` and the like say nothing either. For fields that are one value: names, numbers."""
    if value is None or value == "":
        return None
    if value.__class__ is str and value.isprintable() and "&#" not in value and len(value) < MAX_TEXT:
        value = value.strip()  # as in `line`: a record has a dozen of these, and a call less each is a microsecond
    else:
        value = line(value, field, note)
    return None if value in _NOTHING else value


def name(value: Any, field: str, note: Note) -> str | None:
    """A person's or body's name: one dot (·) for the many in use, no padding inside Chinese names (``张　三``)."""
    if value.__class__ is str and value.isalpha() and len(value) < MAX_TEXT:  # letters alone leave nothing to clean
        return None if value in _NOTHING else value
    written = said(value, field, note)
    if written is None:
        return None
    return _HAN_GAP.sub("", written.translate(_DOTS))


def half_width(value: str) -> str:
    """Compatibility form (NFKC): full-width digits, letters, punctuation become ASCII. To parse by, never to keep."""
    return value if value.isascii() else unicodedata.normalize("NFKC", value)


def _from_scalar(value: Any, field: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise RecordRejected("schema.string_type", field, f"a text was expected, not {type(value).__name__}")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)  # 1024.0 is how a spreadsheet writes 1024
    try:
        return str(value)
    except ValueError:  # an integer beyond the interpreter's limit of digits
        raise RecordRejected("text.too_long", field, "a number with thousands of digits") from None


def _repair(value: str, field: str, note: Note) -> str:
    if "&#" in value:
        read = _REFERENCE.sub(_dereference, value)
        if read != value:
            note("text.unescaped", field)
            value = read
    clean = _DROP.sub("", value)
    if _SURROGATE.search(clean):  # halves that belong together are joined, a lone one becomes U+FFFD
        clean = clean.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if clean != value:
        note("text.cleaned", field)
    if _PRIVATE_USE.search(clean):
        note("text.private_use", field)
    return _LINE_END.sub("\n", clean).strip()


def _dereference(match: re.Match[str]) -> str:
    """Only signs beyond Latin-1: a GBK export writes the characters it lacks this way. Markup stays escaped."""
    number = int(match[1], 16) if match[1] else int(match[2])
    return chr(number) if 0xFF < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else match[0]
