"""CSV tables read strictly: every broken line is a `Problem`, the good lines come through."""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from schemas.taxonomy.problem import Problem


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its file, its line number there, and its cells by column, stripped."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, column: str, reason: str) -> Problem:
        """What is wrong with a cell of this row."""
        return Problem(self.file, self.line, column, reason)


def read_text(path: Path, problems: list[Problem]) -> str | None:
    """Read a UTF-8 file, with or without BOM. None, and a problem, when it is missing or of another encoding."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problems.append(Problem(path.name, 0, "", f"cannot be read: {error.strerror}"))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(path.name, row, "", "is not UTF-8; save the file as UTF-8"))
        return None


def read_table(path: Path, columns: Collection[str], problems: list[Problem]) -> list[Row]:
    """Return the rows of a CSV file that has at least ``columns``; further columns are kept, blank lines left out."""
    text = read_text(path, problems)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        if faults := header_faults(path.name, 1, header, columns):
            problems += faults
            return []
        for cells in reader:
            if not any(map(str.strip, cells)):
                continue
            row = Row(path.name, reader.line_num, dict(zip(header, map(str.strip, cells), strict=False)))
            if len(cells) == len(header):
                rows.append(row)
            else:
                problems.append(row.fault("", f"{len(cells)} cells where the header has {len(header)}"))
    except csv.Error as error:
        problems.append(Problem(path.name, reader.line_num, "", f"broken CSV: {error}"))
    return rows


def header_faults(file: str, line: int, header: Sequence[str], columns: Collection[str]) -> list[Problem]:
    """Each missing column, with the nearest one that is there, and each column that stands twice."""
    spare = [name for name in header if name not in columns]
    faults = []
    for column in columns:
        if column not in header:
            near = get_close_matches(column, spare, n=1)
            faults.append(Problem(file, line, column, "missing column" + (f"; is {near[0]!r} meant?" if near else "")))
    twice = sorted({name for name in header if header.count(name) > 1})
    return faults + [Problem(file, line, column, "column stands twice") for column in twice]
