"""A mapping file: what the columns of a small system mean, as TOML, so that connecting it needs no Python.

The file is read when the settings that name it are read, whole or not at all: each problem is told with its line and
the nearest right name. ``docs/mapping-files.md`` describes it for those who write one.
"""

import codecs
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PrivateAttr

from hub.contract import Item
from hub.declared import Table
from hub.nearest import did_you_mean, nearest
from hub.problems import Origins, Problem, Reading, SettingsInvalid
from hub.taking import DatasetTable, PartyTable, RecordTable, ResolutionTable, StepTable, Take, beside, rows_at, stands
from hub.toml_lines import lines_of, syntax_line, syntax_reason
from schemas.identity import redact
from schemas.life import Channel, Stage
from schemas.taxonomy import load
from schemas.taxonomy.problem import Problem as TableProblem
from schemas.taxonomy.sssom import check_sssom

DIGEST = 8  # hexadecimal digits


class MappingInvalid(SettingsInvalid):
    """A mapping file, or the crosswalk it names, cannot be used. Raised while settings are read."""

    subject: ClassVar[str] = "the mapping file"


def _channel(value: object) -> object:
    if value not in list(Channel):
        raise ValueError(f"unknown channel; {', '.join(f'{each} {each.name.lower()}' for each in Channel)}")
    return value


def _stage(value: object) -> object:
    if value not in list(Stage):
        raise ValueError(f"unknown stage; {did_you_mean(str(value), Stage, none=', '.join(Stage))}")
    return value


def _department(value: object) -> object:
    if value != "" and value not in (known := list(load().departments)):
        raise ValueError(f"unknown department; known: {', '.join(known)}")
    return value


def _zone(value: object) -> object:
    try:
        ZoneInfo(str(value))
    except (LookupError, ValueError, OSError):
        raise ValueError("unknown time zone; Area/City, such as Asia/Shanghai") from None
    return value


def known_encoding(name: str) -> str:
    """The name of an encoding, for the validator of a setting; empty stays so. Raises ValueError."""
    try:
        codecs.lookup(name or "utf-8")
    except LookupError:
        raise ValueError("unknown encoding; utf-8 and gb18030 are two") from None
    return name


class MappingFile(Table):
    """A whole mapping file. Subclass it to say how the rows come (``read``).

    ``crosswalk`` is an SSSOM table, its path counted from the mapping file's folder. ``amount_unit`` is that of amounts
    without a unit of their own. ``datum`` is that of coordinates. With ``dataset`` the rows are no disputes.
    """

    title: str = ""
    title_zh: str = ""
    channel: Annotated[str, BeforeValidator(_channel)] = "QT"
    department: Annotated[str, BeforeValidator(_department)] = ""
    zone: Annotated[str, BeforeValidator(_zone)] = "Asia/Shanghai"
    code_system: str = Field("", pattern=r"^([a-z][a-z0-9]*(_[a-z0-9]+)*)?$")
    causes: bool = False
    crosswalk: str = ""
    overlap_s: int = Field(600, ge=0)
    amount_unit: Literal["yuan", "wan"] = "yuan"
    datum: Literal["GCJ-02", "BD-09", "CGCS2000", "WGS-84"] = "GCJ-02"
    record: RecordTable
    status: Mapping[str, Annotated[Stage, BeforeValidator(_stage)]] = {}
    party: tuple[PartyTable, ...] = ()
    step: tuple[StepTable, ...] = ()
    references: Mapping[str, Take] = {}
    resolution: ResolutionTable | None = None
    dataset: DatasetTable | None = None

    _path: Path = PrivateAttr(default=Path())
    _digest: str = PrivateAttr(default="")

    @property
    def path(self) -> Path:
        """The file it was read from."""
        return self._path

    @property
    def digest(self) -> str:
        """A digest of the file and the crosswalk it names: another one is another mapping."""
        return self._digest

    @property
    def crosswalk_path(self) -> Path | None:
        """The crosswalk's file, None without one."""
        return self._path.parent / self.crosswalk if self.crosswalk else None

    @classmethod
    def from_file(cls, value: object) -> Self:
        """Read a file, given by its path; for the validator of a setting. Raises ValueError, MappingInvalid."""
        if isinstance(value, cls):
            return value
        path = Path(str(value))
        try:
            content = path.read_bytes()
            text = content.decode("utf-8-sig")
        except OSError as why:
            raise ValueError(f"cannot be read: {why.strerror}") from None
        except UnicodeDecodeError:
            raise ValueError("cannot be read: not UTF-8") from None
        try:
            tree = tomllib.loads(text)
        except tomllib.TOMLDecodeError as why:
            problem = Problem(
                syntax_line(why), "syntax", syntax_reason(why), "text in quotes, one key a line", path.name
            )
            raise MappingInvalid([problem], where=str(path)) from None
        reading = Reading(Origins({**lines_of(text)}), file=path.name)
        made = reading.table(cls, tree, ())
        if made is not None:
            if (made.record.code or made.crosswalk) and not made.code_system:
                reading.refuse(("code_system",), "missing: a code without the name of its list is a number")
            for spot in made._idle() if made.dataset else ():
                reading.refuse(spot, "tells of a dispute, and a row of a dataset is none")
            made._path = path
            made._digest = sha256(content + made._crosswalk_bytes(reading)).hexdigest()[:DIGEST]
        if reading.problems or made is None:
            raise MappingInvalid(reading.problems, where=str(path))
        return made

    def unmet(self, items: Sequence[Item]) -> list[str]:
        """Fields it names and no row has, each with its place in the file and the nearest that rows do have. Pure."""
        said = []
        for spot, each, name in self._fields():
            rows = items if not each else [row for item in items for row in rows_at(item, each)]
            if rows and not any(stands(row, name) for row in rows):
                near = nearest(name, {column for row in rows for column in beside(row, name)})
                hint = f' (did you mean "{redact(near)}"?)' if near else ""  # a file without names has data there
                said.append(f'no row has "{name}" of {spot}{hint}')
        return said

    def _idle(self) -> Iterator[tuple[str, ...]]:
        """What would tell nothing of a row of a dataset: its places in the file."""
        of_disputes = ("status", "step", "resolution", "crosswalk", "code_system")
        yield from ((name,) for name in of_disputes if name in self.model_fields_set)
        yield from (("record", name) for name in sorted(self.record.model_fields_set - DatasetTable.OF_RECORD))

    def _fields(self) -> Iterator[tuple[str, str, str]]:
        """Every field it names: its place in the file, the list it is counted from, the name."""
        parts: list[tuple[str, Table]] = [("record", self.record)]
        parts += [(f"party.{at}", part) for at, part in enumerate(self.party)]
        parts += [(f"step.{at}", part) for at, part in enumerate(self.step)]
        if self.resolution:
            parts.append(("resolution", self.resolution))
        if self.dataset:
            parts.append(("dataset", self.dataset))
        takes = [(f"references.{kind}", "", take) for kind, take in self.references.items()]
        takes += [("record.org_path", "", take) for take in self.record.org_path]
        takes += [("record.extra", "", take) for take in self.record.extra.values()]
        takes += [
            (f"{spot}.{name}", getattr(part, "each", ""), take)
            for spot, part in parts for name, take in part if isinstance(take, Take)
        ]  # fmt: skip
        yield from ((spot, each, name) for spot, each, take in takes for name in take.names)
        yield from ((f"{spot}.each", "", each) for spot, part in parts if (each := getattr(part, "each", "")))
        if self.record.deleted:
            yield "record.deleted", "", self.record.deleted.field

    def _crosswalk_bytes(self, reading: Reading) -> bytes:
        """The crosswalk, found to be without a fault; ``reading`` is told of any."""
        if self.crosswalk_path is None:
            return b""
        try:
            content = self.crosswalk_path.read_bytes()
        except OSError as why:
            reading.refuse(("crosswalk",), f"cannot be read: {why.strerror}")
            return b""
        faults: list[TableProblem] = []
        check_sssom(self.crosswalk_path, faults)
        reading.problems += [
            Problem(each.row or None, each.column or "table", each.reason, "", self.crosswalk) for each in faults
        ]
        return content
