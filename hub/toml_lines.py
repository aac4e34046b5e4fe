"""On which line of a TOML text each key stands: `tomllib` keeps no positions."""

import re
import tomllib
from collections.abc import Mapping

Key = tuple[str, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_INLINE = re.compile(rf"[{{,]\s*({_DOTTED})\s*=")
_SPLIT = re.compile(_PART)
_QUOTES = ('"""', "'''")
_SPOT = re.compile(r"\(at line (\d+)")


def lines_of(text: str) -> dict[Key, int]:
    """Lines, counted from 1, of every table and key of a text that `tomllib` has already accepted.

    Keys within an inline table are found on the line where they stand; lines inside multi-line strings are passed over.
    Tables of an array are told by their number too, from 0: ``("party", "1", "name")``.
    """
    lines: dict[Key, int] = {}
    many: dict[Key, int] = {}  # arrays of tables, and how many of each there were so far
    table: Key = ()
    within: str | None = None  # the quotes of the multi-line string we are in
    for number, line in enumerate(text.splitlines(), 1):
        if within is None:
            if match := _TABLE.match(line):
                table = _parts(match[2])
                if match[1] == "[[":
                    array = (*_numbered(table[:-1], many), table[-1])
                    many[array] = many.get(array, 0) + 1
                for spelt in _spelt(table, many):
                    lines.setdefault(spelt, number)
            elif match := _KEY.match(line):
                for spelt in _spelt(table, many):
                    key = spelt + _parts(match[1])
                    for length in range(len(spelt) + 1, len(key) + 1):
                        lines.setdefault(key[:length], number)
                    for inner in _INLINE.finditer(line, match.end()):
                        lines.setdefault(key + _parts(inner[1]), number)
        for quotes in _QUOTES:
            if within in (None, quotes) and line.count(quotes) % 2:
                within = None if within else quotes
                break
    return lines


def _spelt(table: Key, many: Mapping[Key, int]) -> tuple[Key, ...]:
    """A table's name as it is written and, within an array of tables, with the number of the one it is or lies in."""
    return tuple(dict.fromkeys((table, _numbered(table, many))))


def _numbered(table: Key, many: Mapping[Key, int]) -> Key:
    numbered: Key = ()
    for part in table:
        numbered += (part,)
        if numbered in many:
            numbered += (str(many[numbered] - 1),)
    return numbered


def syntax_line(error: tomllib.TOMLDecodeError) -> int | None:
    """The line a syntax error names; None at the end of the document."""
    match = _SPOT.search(str(error))
    return int(match[1]) if match else None


def syntax_reason(error: tomllib.TOMLDecodeError) -> str:
    """What is wrong with the syntax, without the position."""
    return str(error).partition(" (at ")[0]


def _parts(dotted: str) -> Key:
    return tuple(part.strip("\"'") for part in _SPLIT.findall(dotted))
