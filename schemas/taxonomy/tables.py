"""CSV tables read strictly: every broken line is a `Problem`, the good lines come through."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from schemas.taxonomy.problem import Problem


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its line number in the file and its cells by column, stripped."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


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


def read_table(path: Path, columns: Sequence[str], problems: list[Problem], *, delimiter: str = ",") -> list[Row]:
    """Return the rows of a CSV file that has at least ``columns``; further columns are kept. Faults go to ``problems``."""
    text = read_text(path, problems)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header_is_whole(path.name, 1, header, columns, problems):
            return []
        for cells in reader:
            if not any(map(str.strip, cells)):
                continue
            if len(cells) != len(header):
                reason = f"{len(cells)} cells where the header has {len(header)}"
                problems.append(Problem(path.name, reader.line_num, "", reason))
                continue
            rows.append(Row(reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))))
    except csv.Error as error:
        problems.append(Problem(path.name, reader.line_num, "", f"broken CSV: {error}"))
    return rows


def header_is_whole(
    file: str, line: int, header: Sequence[str], columns: Iterable[str], problems: list[Problem]
) -> bool:
    """Note each missing column with the nearest one that is there, and each column that stands twice."""
    before = len(problems)
    for column in columns:
        if column not in header:
            near = get_close_matches(column, [name for name in header if name not in columns], n=1)
            problems.append(Problem(file, line, column, "missing column" + (f"; is {near[0]!r} meant?" if near else "")))
    for column in sorted({name for name in header if header.count(name) > 1}):
        problems.append(Problem(file, line, column, "column stands twice"))
    return len(problems) == before
