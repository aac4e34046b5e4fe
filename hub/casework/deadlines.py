"""Deadlines: rules as data, counted over a calendar. Nothing here knows of a store.

The rules stand in ``schemas/deadlines/rules.csv``, each with where it comes from: ``law`` (the article is named),
``practice`` (a system the seeds name does so) or ``ours``. A file of one's own takes the place of all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from hub.casework.calendar import Calendar, Pause, Unit, local_day
from hub.casework.csv_rows import CsvRow, csv_rows
from hub.clock import utc_text
from hub.errors import ConfigError
from hub.nearest import did_you_mean
from schemas.deadlines import RULES, STAGES
from schemas.life import Channel, Stage

Start = Literal["requested", "received", "accepted"]
"""The step of a task its clock starts with; the names are those of the columns that hold when it was."""

Lamp = Literal["green", "yellow", "red"]

UNKNOWN_YEAR = "calendar.unknown_year"
"""The note of a term that runs into a year whose holidays are not known: only weekends were left out."""

_COLUMNS = (
    *("name", "label", "english", "start", "length", "unit", "yellow", "red", "extension", "pauses", "rolls"),
    *("set_by", "basis"),
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One rule. ``length``, ``yellow``, ``red`` and ``extension`` are in ``unit``, counted from the step ``start``.

    ``pauses`` are the reasons for which the clock may stand; ``rolls``: a last day that is off gives way to the next
    one that is worked (Civil Procedure Law art. 85).
    """

    name: str
    label: str
    english: str
    start: Start
    length: int
    unit: Unit
    yellow: int
    red: int
    extension: int
    pauses: frozenset[str]
    rolls: bool
    set_by: Literal["law", "practice", "ours"]
    basis: str


@dataclass(frozen=True, slots=True)
class Counted:
    """The last moments a lamp is green (``yellow``), it is not red (``red``), an answer is in time (``due``): UTC.

    ``note`` is `UNKNOWN_YEAR` or empty.
    """

    yellow: datetime
    red: datetime
    due: datetime
    note: str = ""

    def lamp(self, now: datetime) -> Lamp:
        """The lamp at a moment."""
        return "red" if now > self.red else "yellow" if now > self.yellow else "green"

    @property
    def texts(self) -> tuple[str, str, str]:
        """(yellow, red, due) as the store keeps times."""
        return utc_text(self.yellow), utc_text(self.red), utc_text(self.due)


@dataclass(frozen=True, slots=True)
class StageTerm:
    """Records of ``channel`` that come to ``stage`` run under ``rule``; ``step`` is the action of their own step that
    starts the clock."""

    channel: str
    stage: Stage
    rule: str
    step: str
    basis: str


StageTerms = Mapping[tuple[str, Stage], StageTerm]
"""By channel and stage."""


def rules(file: Path | None = None) -> Mapping[str, Deadline]:
    """All rules by name: of a file, or those that come with the hub. Raises ConfigError with the line of a bad row."""
    return _ours() if file is None else _read(file)


def rule(name: str, file: Path | None = None) -> Deadline:
    """The rule of that name. Raises ConfigError with the nearest one."""
    known = rules(file)
    if name not in known:
        raise ConfigError(f'no deadline rule "{name}"', where="deadlines", hint=did_you_mean(name, known))
    return known[name]


def stage_terms(file: Path | None = None) -> StageTerms:
    """The terms of records: of a file, or those that come with the hub. Raises ConfigError with the line of a bad row;
    whether there is such a rule is the caller's to ask."""
    return _our_stages() if file is None else _read_stages(file)


def counted(
    rule: Deadline, start: datetime, calendar: Calendar, pauses: Sequence[Pause] = (), *, extended: bool = False
) -> Counted:
    """When the lamps of a term change and when it ends. ``start`` is aware; ``pauses`` are over, in any order.

    ``extended``: the one extension the rule knows was granted. Raises ConfigError when it knows none.
    """
    if extended and not rule.extension:
        raise ConfigError(f'the term "{rule.name}" cannot be extended', where="deadlines", hint=rule.basis)
    more = rule.extension if extended else 0
    yellow, red, due = (
        calendar.add(start, length + more, rule.unit, pauses) for length in (rule.yellow, rule.red, rule.length)
    )
    if rule.rolls:
        red, due = calendar.rolled(red), calendar.rolled(due)
    return Counted(yellow, red, due, note_of(rule, start, due, calendar))


def note_of(rule: Deadline, start: datetime, due: datetime, calendar: Calendar) -> str:
    """`UNKNOWN_YEAR` where the term needs holidays that are not known, else empty."""
    needs_holidays = rule.rolls or rule.unit is Unit.WORKING_DAY
    return UNKNOWN_YEAR if needs_holidays and not calendar.knows(local_day(start), local_day(due)) else ""


def read_time(text: str) -> datetime:
    """A time as the store keeps it: aware, UTC."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


@lru_cache(maxsize=1)
def _ours() -> Mapping[str, Deadline]:
    return _read(RULES)


def _read(file: Path) -> Mapping[str, Deadline]:
    made: dict[str, Deadline] = {}
    for row in csv_rows(file, _COLUMNS):
        each = _deadline(row)
        if each.name in made:
            raise row.wrong("name", "is there twice")
        made[each.name] = each
    return MappingProxyType(made)


def _deadline(row: CsvRow) -> Deadline:
    length, yellow, red = row.whole("length"), row.whole("yellow"), row.whole("red")
    if not 0 <= yellow <= red <= length or not length:
        raise row.wrong("length", "must be at least red, and red at least yellow")
    row.one_of("start", get_args(Start))
    row.one_of("set_by", ("law", "practice", "ours"))
    start: Start = row.cells["start"]  # type: ignore[assignment]
    set_by: Literal["law", "practice", "ours"] = row.cells["set_by"]  # type: ignore[assignment]
    return Deadline(
        name=row.text("name"),
        label=row.text("label"),
        english=row.text("english"),
        start=start,
        length=length,
        unit=Unit(row.one_of("unit", tuple(Unit))),
        yellow=yellow,
        red=red,
        extension=row.whole("extension", default=0),
        pauses=frozenset(row.cells["pauses"].split()),
        rolls=row.flag("rolls"),
        set_by=set_by,
        basis=row.text("basis"),
    )


@lru_cache(maxsize=1)
def _our_stages() -> StageTerms:
    return _read_stages(STAGES)


def _read_stages(file: Path) -> StageTerms:
    made: dict[tuple[str, Stage], StageTerm] = {}
    for row in csv_rows(file, ("channel", "stage", "rule", "step", "basis")):
        channel, stage = row.one_of("channel", tuple(Channel)), Stage(row.one_of("stage", tuple(Stage)))
        if (channel, stage) in made:
            raise row.wrong("stage", "is there twice for its channel")
        made[channel, stage] = StageTerm(channel, stage, row.text("rule"), row.text("step"), row.text("basis"))
    return MappingProxyType(made)


def page(file: Path | None = None) -> str:
    """The rules as the table of docs/deadlines.md."""
    lines = [
        "| rule | 名称 | starts | length | yellow, red after | stands for | set by |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in rules(file).values():
        unit = each.unit.replace("_", " ")
        length = f"{each.length} {unit}s" + (f" + {each.extension}" if each.extension else "")
        length += ", then the next working day" if each.rolls else ""
        pauses = " ".join(sorted(each.pauses)) or "-"
        lines.append(
            f"| `{each.name}` | {each.label} {each.english} | {each.start} | {length} | {each.yellow}, {each.red} "
            f"| {pauses} | {each.set_by}: {each.basis} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(page())
