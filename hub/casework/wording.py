"""What people are told, as data: a template for each trigger, ``schemas/notices/templates.csv`` or the settings' own.

A template holds words and placeholders of a closed list: numbers, names of bodies, times. Nothing in it can name a
person of the case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from functools import lru_cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Final

from hub.casework.csv_rows import CsvRow, csv_rows
from hub.casework.deadlines import read_time
from hub.casework.tasks import TODO
from hub.errors import ConfigError
from schemas.notices import TEMPLATES

NOTICE, URGENT = "notice", "urgent"
WAYS: Final = (NOTICE, TODO, URGENT)
"""How somebody is told: a work notice, an entry of the list of things to do, a call that rings. Kinds of deliveries."""

UNREAD: Final = "unread"
"""The trigger that is told when what was told before stayed unread."""

PLACEHOLDERS: Final = ("kind", "task", "case", "asked_by", "asked_of", "due", "reason", "stage")
"""What a template may name: the kind of task in Chinese; its number, or that of the task it urges; the case code; who
asked and who is asked, as bodies; when it is due, in China; why, as it stands in the task; where the matter stands."""

CHINA: Final = timezone(timedelta(hours=8))
_COLUMNS = ("trigger", "way", "title", "text", "unread_min")


@dataclass(frozen=True, slots=True)
class Template:
    """What is told when ``trigger`` comes. After ``unread_s`` seconds unread it is told again, by a call that rings;
    0: never."""

    trigger: str
    way: str
    title: str
    text: str
    unread_s: int

    def title_of(self, values: Mapping[str, str]) -> str:
        """The line above, with its placeholders filled."""
        return self.title.format_map(values)

    def text_of(self, values: Mapping[str, str]) -> str:
        """The rest, with its placeholders filled."""
        return self.text.format_map(values)


def templates(file: Path | None = None) -> Mapping[str, Template]:
    """The templates by trigger; None: those that come with the hub.

    Raises ConfigError with the line of a bad row: two for one trigger, a way that is none, a placeholder that is not of
    `PLACEHOLDERS`.
    """
    return _ours() if file is None else _read(file)


def local(time: str | None) -> str:
    """A stored time as people in China read it; a dash for none."""
    return read_time(time).astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if time else "-"


@lru_cache(maxsize=1)
def _ours() -> Mapping[str, Template]:
    return _read(TEMPLATES)


def _read(file: Path) -> Mapping[str, Template]:
    made: dict[str, Template] = {}
    for row in csv_rows(file, _COLUMNS):
        trigger = row.text("trigger")
        if trigger in made:
            raise row.wrong("trigger", "has a template already")
        made[trigger] = Template(
            trigger, row.one_of("way", WAYS), _filled(row, "title"), _filled(row, "text"), row.whole("unread_min") * 60
        )
    if UNREAD not in made:
        raise ConfigError(f'no template for "{UNREAD}"', where=file.name, hint="it is told of what nobody read")
    return MappingProxyType(made)


def _filled(row: CsvRow, name: str) -> str:
    text = row.text(name)
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise row.wrong(name, "has a brace that is not closed") from None
    for _, field, spec, conversion in parts:
        if field is not None and (field not in PLACEHOLDERS or spec or conversion):
            raise row.wrong(name, f"may name only {', '.join(PLACEHOLDERS)}, each in braces")
    return text
