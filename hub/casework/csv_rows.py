"""Rows of a small CSV file that somebody keeps by hand: each says what is wrong with it, and where."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hub.errors import ConfigError


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its file, its line, its cells without blanks around them. Each reader raises ConfigError."""

    file: str
    line: int
    cells: Mapping[str, str]

    def wrong(self, name: str, why: str) -> ConfigError:
        """The error that a cell is wrong."""
        return ConfigError(f"{name} {why}", where=f"{self.file}:{self.line}")

    def text(self, name: str) -> str:
        """A cell that is filled."""
        if not self.cells[name]:
            raise self.wrong(name, "is empty")
        return self.cells[name]

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number, not negative."""
        text = self.cells[name]
        if not text and default is not None:
            return default
        if not (text.isascii() and text.isdecimal()):
            raise self.wrong(name, "must be a whole number")
        return int(text)

    def flag(self, name: str) -> bool:
        """``yes`` or ``no``."""
        return self.one_of(name, ("yes", "no")) == "yes"

    def day(self, name: str) -> date:
        """A day, ``2026-05-01``."""
        try:
            return date.fromisoformat(self.cells[name])
        except ValueError:
            raise self.wrong(name, "must be a day such as 2026-05-01") from None

    def one_of(self, name: str, known: Sequence[str]) -> str:
        """One of some words."""
        if self.cells[name] not in known:
            raise self.wrong(name, f"must be one of {', '.join(known)}")
        return self.cells[name]


def csv_rows(file: Path, columns: Sequence[str]) -> Iterator[CsvRow]:
    """The rows of a UTF-8 file with these columns, in any order. Raises ConfigError when it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as why:
        raise ConfigError(f"cannot be read: {why.strerror}", where=file.name) from why
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8", where=file.name, hint="save it as UTF-8") from None
    reader = csv.DictReader(text.splitlines(), restkey="", restval="")
    if sorted(reader.fieldnames or ()) != sorted(columns):
        raise ConfigError("has other columns", where=f"{file.name}:1", hint=f"columns: {','.join(columns)}")
    for row in reader:
        if "" in row:
            raise ConfigError("has more cells than columns", where=f"{file.name}:{reader.line_num}")
        yield CsvRow(file.name, reader.line_num, {name: cell.strip() for name, cell in row.items()})
