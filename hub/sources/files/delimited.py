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
from hub.wire import UNREAD_FIELD

DELIMITERS: Final = (",", "\t", "|", "\x1e")
"""Delimiters that are found by themselves; any other character is declared."""

SPAN_MAX: Final = 100
"""Lines one row may span."""

_ENDS: Final = "\r\n"


def read_delimited(content: Content, encoding: str, delimiter: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows. ``delimiter`` empty is found in the first line, which names ``columns`` if empty. Blank lines are none.

    Raises MalformedError for a file without the line of names.
    """
    csv.field_size_limit(LINE_MAX)  # one for the whole process; its own is 128 KiB
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
    while ahead or (ahead := deque(islice(lines, 1))):
        if ahead[0].text.strip():
            yield _row(ahead, lines, delimiter, names)
        else:
            ahead.popleft()


def _row(ahead: deque[Line], lines: Iterator[Line], delimiter: str, names: Sequence[str]) -> dict[str, Any]:
    """The row that begins at the first line ahead; lines it does not need stay ahead."""
    first = ahead[0]
    fields, taken = _fields(ahead, lines, delimiter)
    if any(line.cut for line in taken):
        why = f"a line of more than {LINE_MAX} characters"
    elif any("\0" in line.text for line in taken):
        why = "a NUL character"
    elif fields is None:
        why = "a quotation mark that is not closed, or stands where none may"
    else:
        row = item(first.number, names, fields)
        if UNREAD_FIELD not in row:
            return row
        why = row[UNREAD_FIELD]
    ahead.extendleft(reversed(taken[1:]))  # they may be rows of their own
    return unreadable(first.number, why, first.text)


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
