"""What is wrong with a table: file, row, column and reason, and the error that lists every such problem."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``row`` is the line in the file, its header being line 1; 0 where the whole file is meant."""

    file: str
    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        spot = [self.file, f"row {self.row}" if self.row else "", self.column]
        return f"{' '.join(part for part in spot if part)}: {self.reason}"


class TaxonomyError(ValueError):
    """A taxonomy or crosswalk that cannot be used. ``problems`` lists every fault; the text shows each on its line.

    Raised by `schemas.taxonomy.load`, `read_sssom` and `install`.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} problem(s):\n" + "\n".join(map(str, problems)))

    def __reduce__(self) -> tuple[type, tuple[list[Problem]]]:
        return (type(self), (self.problems,))
