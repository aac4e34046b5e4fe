"""On which line of a TOML text each key stands: `tomllib` keeps no positions."""

import re
import tomllib

Key = tuple[str, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"\s*\[\[?\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_INLINE = re.compile(rf"[{{,]\s*({_DOTTED})\s*=")
_SPLIT = re.compile(_PART)
_QUOTES = ('"""', "'''")
_SPOT = re.compile(r"\(at line (\d+)")


def lines_of(text: str) -> dict[Key, int]:
    """Lines, counted from 1, of every table and key of a text that `tomllib` has already accepted.

    Keys within an inline table are found on the line where they stand; lines inside multi-line strings are passed over.
    """
    lines: dict[Key, int] = {}
    table: Key = ()
    within: str | None = None  # the quotes of the multi-line string we are in
    for number, line in enumerate(text.splitlines(), 1):
        if within is None:
            if match := _TABLE.match(line):
                table = _parts(match[1])
                lines.setdefault(table, number)
            elif match := _KEY.match(line):
                key = table + _parts(match[1])
                for length in range(len(table) + 1, len(key) + 1):
                    lines.setdefault(key[:length], number)
                for inner in _INLINE.finditer(line, match.end()):
                    lines.setdefault(key + _parts(inner[1]), number)
        for quotes in _QUOTES:
            if within in (None, quotes) and line.count(quotes) % 2:
                within = None if within else quotes
                break
    return lines


def syntax_line(error: tomllib.TOMLDecodeError) -> int | None:
    """The line a syntax error names; None at the end of the document."""
    match = _SPOT.search(str(error))
    return int(match[1]) if match else None


def syntax_reason(error: tomllib.TOMLDecodeError) -> str:
    """What is wrong with the syntax, without the position."""
    return str(error).partition(" (at ")[0]


def _parts(dotted: str) -> Key:
    return tuple(part.strip("\"'") for part in _SPLIT.findall(dotted))
