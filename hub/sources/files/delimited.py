"""Delimited text (CSV, TXT): rows under the names of the first line, each bad one alone.

A quotation mark that nobody closed would swallow the rows behind it. So a row that spans lines must be whole and of the
named width; else its first line alone is unreadable, and reading goes on at the next.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from hub.sources.decode import MalformedError
from hub.sources.files.content import Content
from hub.sources.files.items import column_names, item, unreadable
from hub.sources.files.text import LINE_MAX, Line, lines_of

DELIMITERS: Final = (",", "\t", "|", "\x1e")
"""Delimiters that are found by themselves; any other character is declared."""

SPAN_MAX: Final = 100
"""Lines one row may span."""

_ENDS: Final = "\r\n"


def read_delimited(content: Content, encoding: str, delimiter: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows. ``delimiter`` empty is found in the first line; ``columns`` empty are named by it. Blank lines are none.

    Raises MalformedError for a file without the line of names.
    """
    lines = lines_of(content, encoding)
    first = next((line for line in lines if line.text.strip()), None)
    if first is None:
        if columns:
            return
        raise MalformedError("an empty file, without the line that names its columns")
    delimiter = delimiter or max(DELIMITERS, key=first.text.count)
    ahead = deque([first])
    if columns:
        names = column_names(columns)
    else:
        header, _ = _fields(ahead, lines, delimiter)
        if header is None or first.cut or "\0" in first.text:
            raise MalformedError("a line of names that cannot be read")
        names = column_names(_trimmed(header))
    while True:
        line = ahead[0] if ahead else next(lines, None)
        if line is None:
            return
        if not ahead:
            ahead.append(line)
        if not line.text.strip():
            ahead.popleft()
            continue
        yield _row(ahead, lines, delimiter, names)


def _row(ahead: deque[Line], lines: Iterator[Line], delimiter: str, names: Sequence[str]) -> dict[str, Any]:
    """The row that begins at the first line ahead; lines it does not need stay ahead."""
    first = ahead[0]
    if first.cut:
        ahead.popleft()
        return unreadable(first.number, f"a line of more than {LINE_MAX} characters", first.text)
    fields, taken = _fields(ahead, lines, delimiter)
    row = item(first.number, names, fields) if fields is not None else None
    if row is not None and len(row) > len(names) and "\0" not in "".join(line.text for line in taken):
        return row
    ahead.extendleft(reversed(taken[1:]))  # they may be rows of their own
    if "\0" in first.text:
        return unreadable(first.number, "a NUL character", first.text)
    if row is None or len(taken) > 1:
        return unreadable(first.number, "a quotation mark that is not closed, or stands where none may", first.text)
    return {**row, **unreadable(first.number, str(row["!"]), first.text)}


def _fields(ahead: deque[Line], lines: Iterator[Line], delimiter: str) -> tuple[list[str] | None, list[Line]]:
    """The fields of a row and the lines it takes, off ``ahead`` and then ``lines``; None where quotes make no sense."""
    taken: list[Line] = []
    first = ahead[0].text
    if '"' not in first:  # nearly all lines
        taken.append(ahead.popleft())
        return first.rstrip(_ENDS).split(delimiter), taken

    def feed() -> Iterator[str]:
        while True:
            line = ahead.popleft() if ahead else next(lines, None)
            if line is None:
                return
            taken.append(line)
            yield line.text

    try:
        return next(csv.reader(islice(feed(), SPAN_MAX), delimiter=delimiter, strict=True)), taken
    except csv.Error:
        return None, taken


def _trimmed(header: list[str]) -> list[str]:
    """The names without the empty ones a delimiter at the end of the line makes."""
    while len(header) > 1 and not header[-1].strip():
        header = header[:-1]
    return header
