"""Bytes into values: strict decoding, JSON, JSON inside JSON, XML. Pure.

Every refusal is a `Malformed`, whose text says what is wrong and never repeats the payload.
"""

import codecs
import re
from typing import Any, Final

import orjson

NESTED_MAX: Final = 16 * 2**20
"""Characters of a JSON text inside a reply that are opened at the most."""

_CODECS: Final = {
    "utf-8": "utf-8",
    "ascii": "ascii",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "gb18030": "gb18030",
    # Sources label GB18030 by the names of its ancestors; those codecs lack characters of real names (㛃 䶮 𠮷).
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5",
    "iso8859-1": "iso8859-1",
}

_PSEUDO_STRING: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'""", re.DOTALL)


class Malformed(ValueError):
    """Bytes or text that are not what they were said to be."""


def codec(encoding: str) -> str:
    """The codec for an encoding name as sources write it. Raises Malformed for one not known here.

    Python knows codecs that no source may choose (punycode, unicode_escape), hence the table.
    """
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        name = ""
    if name not in _CODECS:
        raise Malformed("an encoding the hub does not read")
    return _CODECS[name]


def read_text(content: bytes, encoding: str) -> str:
    """Decode strictly, without byte order mark. Raises Malformed."""
    name = codec(encoding)
    try:
        return content.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise Malformed(f"not {name} at byte {error.start} of {len(content)}") from None


def looks_like_html(content: bytes) -> bool:
    """Whether the bytes begin as a web page, such as the login page a gateway puts in a reply's place."""
    start = content[:512].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html"))


def read_json(content: bytes, encoding: str) -> Any:
    """A JSON value. Raises Malformed.

    Of a key that stands twice in one object the last value is kept, as orjson does; the reply's bytes keep both.
    """
    try:
        if encoding == "utf-8":
            return orjson.loads(content)
        return orjson.loads(read_text(content, encoding))
    except orjson.JSONDecodeError:
        return _read_json_again(content, encoding)


def _read_json_again(content: bytes, encoding: str) -> Any:
    """The slow way after a failure: takes a byte order mark off, and finds out what to say."""
    if not content.strip():
        raise Malformed("an empty body")
    text = read_text(content, encoding).strip()
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if text.startswith("<"):
            raise Malformed("markup where JSON was promised") from None
        if error.pos >= len(text) - 1:
            raise Malformed(f"JSON cut short after {len(content)} bytes") from None
        raise Malformed(f"not JSON at character {error.pos} of {len(text)}") from None


def read_nested(text: str) -> Any:
    """The JSON value a text inside a reply holds; single-quoted pseudo-JSON is taken too. Raises Malformed."""
    if len(text) > NESTED_MAX:
        raise Malformed(f"a text of more than {NESTED_MAX} characters where JSON was promised")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(_PSEUDO_STRING.sub(_double_quoted, text))
    except orjson.JSONDecodeError:
        raise Malformed("a text that is not JSON") from None


def _double_quoted(match: re.Match[str]) -> str:
    inside = match[1]
    if inside is None:
        return match[0]
    return '"' + re.sub(r"\\'|\"", lambda quote: "'" if quote[0] == "\\'" else '\\"', inside) + '"'
