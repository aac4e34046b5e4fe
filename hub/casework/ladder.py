"""The ladder remind → supervise → interview, as data: what follows when a lamp has stood a while.

The rungs stand in ``schemas/deadlines/ladder.csv``. Each becomes a task of its own, to be read and answered; the ladder
of the settings takes the place of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from hub.casework.calendar import Calendar, Unit
from hub.casework.csv_rows import csv_rows
from schemas.deadlines import LADDER

URGING = ("reminder", "supervision_order", "interview")
"""The kinds of the rungs; tasks of these kinds are not urged themselves."""

_COLUMNS = ("rule", "rung", "kind", "after", "wait", "unit", "deadline", "basis")


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: a task of ``kind`` under the rule ``deadline``, ``wait`` units after the lamp became ``after``."""

    rule: str
    number: int
    kind: str
    after: Literal["yellow", "red"]
    wait: int
    unit: Unit
    deadline: str
    basis: str

    def reached(self, now: datetime, calendar: Calendar) -> datetime:
        """Tasks whose lamp changed no later than this have come to this rung by ``now``."""
        return calendar.latest(now, self.wait, self.unit) if self.wait else calendar.latest(now, 0, Unit.SECOND)


def ladder(file: Path | None = None) -> Mapping[str, tuple[Rung, ...]]:
    """The rungs by rule, lowest first; ``*`` for the rules that have none of their own.

    Raises ConfigError with the line of a bad row: numbers from 1 without a gap, kinds of `URGING`.
    """
    return _ours() if file is None else _read(file)


@lru_cache(maxsize=1)
def _ours() -> Mapping[str, tuple[Rung, ...]]:
    return _read(LADDER)


def _read(file: Path) -> Mapping[str, tuple[Rung, ...]]:
    made: dict[str, tuple[Rung, ...]] = {}
    for row in csv_rows(file, _COLUMNS):
        name = row.text("rule")
        below = made.get(name, ())
        if row.whole("rung") != len(below) + 1:
            raise row.wrong("rung", f"must be {len(below) + 1}: each rule's rungs from 1, in order")
        after: Literal["yellow", "red"] = "yellow" if row.one_of("after", ("yellow", "red")) == "yellow" else "red"
        rung = Rung(
            rule=name,
            number=len(below) + 1,
            kind=row.one_of("kind", URGING),
            after=after,
            wait=row.whole("wait"),
            unit=Unit(row.one_of("unit", tuple(Unit))),
            deadline=row.text("deadline"),
            basis=row.text("basis"),
        )
        made[name] = (*below, rung)
    return MappingProxyType(made)
