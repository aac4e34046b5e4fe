"""Bytes into values: strict decoding, JSON, JSON inside JSON, and forms. Pure.

Every refusal is a `MalformedError`, whose text says what is wrong and never repeats the payload.
"""

import codecs
import re
from collections import Counter
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

FORM_MAX: Final = 1_000
"""Fields of a form."""

NESTED_MAX: Final = 16 * 2**20
"""Characters of a JSON text inside a reply that are opened at the most."""

_CODECS: Final = {
    "utf-8": "utf-8",
    "ascii": "ascii",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "gb18030": "gb18030",
    # Sources call GB18030 by the names of its ancestors, whose codecs lack characters of real names (㛃 䶮 𠮷).
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5",
    "iso8859-1": "iso8859-1",
}

_CUT: Final = ("unexpected end of data", "incomplete multibyte sequence", "truncated data")  # as codecs say it
_PSEUDO_STRING: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'""", re.DOTALL)
_QUOTE: Final = re.compile(r"\\.|\"", re.DOTALL)


class MalformedError(ValueError):
    """Bytes or text that are not what they were said to be. Becomes `SourceReplyInvalid` where the place is known."""


def codec(encoding: str) -> str:
    """The codec for an encoding by any of its names (CP936 is GBK). Raises MalformedError for one not read here.

    Python knows codecs that no source may choose, such as ``unicode_escape``: hence the table.
    """
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        name = ""
    if name not in _CODECS:
        raise MalformedError("an encoding the hub does not read")
    return _CODECS[name]


def read_text(content: bytes, encoding: str) -> str:
    """Decode strictly, and take a byte order mark off. Raises MalformedError."""
    name = codec(encoding)
    try:
        return content.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if error.reason in _CUT:
            raise MalformedError(f"{name} cut off inside a character, after {len(content)} bytes") from None
        raise MalformedError(f"not {name} at byte {error.start} of {len(content)}") from None


def looks_like_html(content: bytes) -> bool:
    """Whether the bytes begin as a web page, such as the login page a gateway puts in a reply's place."""
    start = content[:512].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html"))


def read_json(content: bytes, encoding: str) -> Any:
    """A JSON value. Raises MalformedError.

    Of a name that stands twice in one object the last value is kept, as orjson does; the reply's bytes keep both.
    """
    if encoding == "utf-8":
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            pass  # the slow way takes a byte order mark off, and finds out what is wrong
    if not content.strip():
        raise MalformedError("an empty body")
    text = read_text(content, encoding).strip()
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if text.startswith("<"):
            raise MalformedError("markup where JSON was promised") from None
        if error.pos >= len(text):
            raise MalformedError(f"JSON that is cut off after {len(content)} bytes") from None
        raise MalformedError(f"no JSON at character {error.pos} of {len(text)}") from None


def read_form(content: bytes, encoding: str) -> dict[str, str]:
    """The fields of a form by name (``application/x-www-form-urlencoded``); escapes are of that encoding, too.

    Raises MalformedError, also for a name that stands there twice: one might be read here, and the other behind us.
    """
    if not content.strip():
        raise MalformedError("an empty body")
    if looks_like_html(content):
        raise MalformedError("markup where a form was promised")
    try:
        pairs = parse_qsl(
            read_text(content, encoding).strip(), keep_blank_values=True, strict_parsing=True,
            encoding=codec(encoding), errors="strict", max_num_fields=FORM_MAX,
        )  # fmt: skip
    except MalformedError:
        raise
    except UnicodeDecodeError:
        raise MalformedError(f"a form whose escapes are not {codec(encoding)}") from None
    except ValueError:
        raise MalformedError(f"no form, or one of more than {FORM_MAX} fields") from None
    if any(count > 1 for count in Counter(name for name, _ in pairs).values()):
        raise MalformedError("a form with two fields of one name")
    return dict(pairs)


def read_nested(text: str) -> Any:
    """The JSON value a text inside a reply holds; single-quoted pseudo-JSON is taken too. Raises MalformedError."""
    if len(text) > NESTED_MAX:
        raise MalformedError(f"a text of more than {NESTED_MAX} characters where JSON was promised")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass  # perhaps its quotes are single
    try:
        return orjson.loads(_PSEUDO_STRING.sub(_double_quoted, text))
    except orjson.JSONDecodeError:
        raise MalformedError("a text that is not JSON") from None


def _double_quoted(string: re.Match[str]) -> str:
    inside = string[1]
    if inside is None:
        return string[0]
    return '"' + _QUOTE.sub(lambda found: {"\\'": "'", '"': '\\"'}.get(found[0], found[0]), inside) + '"'
