"""Workbooks (XLSX): a sheet's cells as the texts people see in them.

Read by calamine, which gives the values formulas last had. It holds a sheet as one block from its first cell to its
last, and so a lone cell in the last corner of a sheet would cost all the memory there is: the corners are looked up
first.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, WorksheetNotFound

from hub.sources.decode import MalformedError
from hub.sources.files.archive import members
from hub.sources.files.content import Content
from hub.sources.files.items import column_names, item

UNPACKED_MAX: Final = 512 * 2**20
CELLS_MAX: Final = 20_000_000
"""Cells of the block a sheet spans, empty ones included."""

_COMPOUND: Final = bytes.fromhex("d0cf11e0a1b11ae1")  # a workbook of before 2007, or one with a password
_CELL: Final = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_EXACT: Final = 10**15
"""A workbook keeps fifteen digits of a number; beyond them people see zeros."""


def read_workbook(content: Content, sheet: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of a sheet, of the first one when ``sheet`` is empty, numbered as in the sheet; empty ones are none.

    Columns are named by ``columns``, else by the first row with more than one filled cell (rows above it are titles),
    or the first filled one of a sheet of one column. Raises MalformedError.
    """
    _guard(content)
    cells = _sheet(content, sheet)
    rows = ((number, [text_of(cell) for cell in row]) for number, row in enumerate(cells.iter_rows(), 1))
    filled = ((number, row) for number, row in rows if any(row))
    if columns:
        names = column_names(columns)
    else:
        least = 1 if cells.width <= 1 else 2
        header = next((row for _, row in filled if sum(map(bool, row)) >= least), None)
        if header is None:
            raise MalformedError("a sheet without a row that names its columns")
        while not header[-1]:
            header.pop()
        names = column_names(header)
    for number, row in filled:
        padded = row + [""] * (len(names) - len(row))  # a sheet's last cells are not there when they are empty
        yield item(number, names, padded)


def text_of(value: Any) -> str:
    """A cell as people see it: dates in ISO form, numbers without an exponent, nothing as an empty text.

    >>> text_of(9.901011990030721e17), text_of(3.10), text_of(0.1 + 0.2), text_of(7.0)
    ('990101199003072000', '3.1', '0.3', '7')
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return value
        case float() | int():
            if abs(value) < _EXACT and value == int(value):
                return str(int(value))
            return format(Decimal(format(value, ".15g")), "f")
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return _hours(value)
    raise MalformedError(f"a cell with a {type(value).__name__}")


def _hours(span: timedelta) -> str:
    """A span of time as ``hours:minutes:seconds``: times beyond a day's end are written so."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def _sheet(content: Content, sheet: str) -> CalamineSheet:
    with content.open() as file:
        try:
            workbook = CalamineWorkbook.from_filelike(file)
            return workbook.get_sheet_by_name(sheet) if sheet else workbook.get_sheet_by_index(0)
        except WorksheetNotFound:
            raise MalformedError("a workbook without the sheet that is declared") from None
        except CalamineError:  # its text may name what stands in the file
            raise MalformedError("a workbook that cannot be read") from None


def _guard(content: Content) -> None:
    if content.head(len(_COMPOUND)) == _COMPOUND:
        raise MalformedError("a workbook with a password, or of the form before 2007")
    with members(content, unpacked_max=UNPACKED_MAX) as parts:
        for part in parts:
            if part.name.startswith("xl/worksheets/") and (cells := _block(part)) > CELLS_MAX:
                raise MalformedError(f"a sheet that spans {cells} cells, more than {CELLS_MAX}")


def _block(part: Content) -> int:
    """Cells of the block from a sheet's first column and row to its last ones."""
    last_row = last_column = 0
    rest = b""
    for data in part.chunks():
        rest += data
        for column, row in _CELL.findall(rest):
            last_row, last_column = max(last_row, int(row)), max(last_column, _number(column))
        rest = rest[max(rest.rfind(b"<"), len(rest) - 1_000) :]  # a cell's head may be cut by the edge of a chunk
    return last_row * last_column


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
