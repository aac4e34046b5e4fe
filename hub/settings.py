"""Settings: ``HUB_`` environment variables, then ``hub.toml``, then defaults; frozen once read.

A variable is named after its key: ``HUB_RUN__POLL_S``, ``HUB_SOURCE__PETITION_YUHANG__PASSWORD``; an empty one is not
set. A broken file is refused with all its problems at once, each with its line and the nearest valid key.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from hub.contract import SourceConfig
from hub.errors import ConfigError
from hub.nearest import did_you_mean
from hub.problems import Key, Origins, Problem, Reading, SettingsInvalid, is_secret
from hub.route_settings import Names, NoticeSettings, RouteSettings, unknown
from hub.toml_lines import lines_of, syntax_line, syntax_reason

__all__ = [
    "CaseSettings",
    "DeadlineSettings",
    "HttpSettings",
    "InboxSettings",
    "LogSettings",
    "Origin",
    "Problem",
    "RunSettings",
    "Settings",
    "SettingsInvalid",
    "SourceSettings",
    "StoreSettings",
    "TaxonomySettings",
    "adapter_config",
    "find",
    "load",
]

FILE = "hub.toml"
PREFIX = "HUB_"
CONFIG_VARIABLE = "HUB_CONFIG"
REGION = r"^\d{6}$"
SOURCE_NAME = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
NO_CONFIGS: Mapping[str, type[SourceConfig]] = MappingProxyType({})

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
C = TypeVar("C", bound=SourceConfig)


def _listed(value: object) -> object:
    """A variable can only hold text: ``a,b`` is a list of two."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Section(BaseModel):
    """Base of all sections: unknown keys refused, frozen, values not in error texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


class StoreSettings(Section):
    """``url``: ``sqlite:///file`` (absolute once read) or ``postgresql://…``; ``keys``: the file of encryption keys."""

    url: str = Field(
        "sqlite:///yiwang-data/yiwang.db",
        pattern=r"^(sqlite:///[^/]|sqlite:////|postgresql(\+psycopg)?://.)",
        repr=False,
    )
    keys: Path = Path("yiwang-data/keys.json")


class RunSettings(Section):
    """The engine: default pause between pulls, sources at a time, pages fetched ahead, memory of one worker process.

    ``shapers`` processes shape the pages of one source where a read is long.
    """

    poll_s: Seconds = 300
    workers: Annotated[int, Field(ge=1, le=64)] = 8
    stop_s: Seconds = 5
    prefetch: Annotated[int, Field(ge=1, le=64)] = 8
    shapers: Annotated[int, Field(ge=1, le=16)] = 2
    memory_mb: Annotated[int, Field(ge=128)] = 1024


class HttpSettings(Section):
    """Limits of every request; ``total_s`` ends a reply that drips.

    ``lent`` is the folder where processes share the secrets gateways lend; None, or empty in the file: ``lent`` beside
    the key file (settings that were not read from a file share with nobody).
    """

    connect_s: Seconds = 5
    read_s: Seconds = 20
    total_s: Seconds = 60
    attempts: Annotated[int, Field(ge=1, le=20)] = 5
    max_reply_mb: Count = 64
    lent: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None


class LogSettings(Section):
    """``as_json`` (``json`` in the file) None means text on a terminal, else JSON lines."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    as_json: bool | None = Field(None, alias="json")


class TaxonomySettings(Section):
    """``folder`` of an installed official list; None, or empty in the file, takes the one that comes with the hub."""

    folder: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None


class DeadlineSettings(Section):
    """Files that take the place of the rules, the holidays, the ladder and the terms of records (``stages``) that come
    with the hub, each where given."""

    rules: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None
    holidays: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None
    ladder: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None
    stages: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None


class CaseSettings(Section):
    """Work between bodies: ``[[case.route]]`` hands on by itself, ``[case.notice]`` tells people.

    ``group`` names bodies that a route asks together.

    ``weights`` is a file of `hub case calibrate`; None, or empty in the file, takes the one that comes with the hub.
    """

    weights: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None
    route: tuple[RouteSettings, ...] = ()
    notice: NoticeSettings = NoticeSettings()
    group: dict[str, Names] = {}


class InboxSettings(Section):
    """Where pushes are taken. ``allow`` are the networks they may come from; None, or empty in the file: all that reach
    the address.

    Off this machine only with TLS: ``certificate`` and ``private_key`` are PEM files.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8471
    allow: Annotated[tuple[str, ...] | None, BeforeValidator(lambda value: _listed(value) or None)] = None
    certificate: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None
    private_key: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None

    @field_validator("host")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            ip_address(value)
        except ValueError:
            raise ValueError("must be an address of this machine, such as 127.0.0.1 or 0.0.0.0") from None
        return value

    @field_validator("allow")
    @classmethod
    def _networks(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        try:
            for entry in value or ():
                ip_network(entry)
        except ValueError:  # its text repeats the value
            raise ValueError("one entry is no network; bits after its length must be zero") from None
        return value

    @model_validator(mode="after")
    def _sealed(self) -> Self:
        if not ip_address(self.host).is_loopback and not (self.certificate and self.private_key):
            raise ValueError("off this machine it needs certificate and private_key; or listen here behind a proxy")
        return self


class SourceSettings(Section):
    """One source instance. ``options`` belong to the adapter's own ``Config``, unread until `adapter_config`.

    ``home`` is the immutable region of the instance; ``every_s`` the pause between pulls; ``allow`` hosts or CIDRs it
    may reach beside the public host of its ``base_url``, and folders its database file may lie in. ``overlap_s`` None
    means the manifest's. A run with more than ``reject_share`` and at least ``reject_least`` rejections is degraded.
    """

    name: Annotated[str, Field(pattern=SOURCE_NAME, max_length=64)]
    adapter: str
    home: Annotated[str, Field(pattern=REGION)]
    every_s: Seconds
    allow: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    allow_empty: bool = False
    paused: bool = False
    overlap_s: Annotated[int, Field(ge=0)] | None = None
    reject_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    reject_least: Count = 20
    options: dict[str, Any] = Field({}, repr=False)
    given: Origins = Field(Origins(), repr=False, exclude=True)

    @field_validator("allow")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            try:
                if "/" in entry and not entry.startswith("/"):  # "/srv/data" is a folder
                    ip_network(entry)
            except ValueError:  # its text repeats the value
                raise ValueError("one entry with a slash is no network; bits after its length must be zero") from None
        return value


class Origin(NamedTuple):
    """One value as people may see it, secrets as set or unset. ``origin`` is a line, a variable or ``default``."""

    key: str
    value: str
    origin: str


class Settings(Section):
    """All settings of one hub. ``home`` is its six-digit region, ``sources`` are by instance name."""

    path: Path
    home: Annotated[str, Field(pattern=REGION)]
    store: StoreSettings = StoreSettings()
    run: RunSettings = RunSettings()
    http: HttpSettings = HttpSettings()
    log: LogSettings = LogSettings()
    taxonomy: TaxonomySettings = TaxonomySettings()
    deadlines: DeadlineSettings = DeadlineSettings()
    case: CaseSettings = CaseSettings()
    inbox: InboxSettings = InboxSettings()
    sources: dict[str, SourceSettings] = {}
    given: Origins = Field(Origins(), repr=False, exclude=True)

    def source(self, name: str) -> SourceSettings:
        """The source instance of that name. Raises ConfigError with the nearest one."""
        if name not in self.sources:
            hint = did_you_mean(name, self.sources, none=f"add [source.{name}] to {FILE}")
            raise ConfigError(f'no source "{name}"', where=self.path.name, hint=hint)
        return self.sources[name]

    def origins(self, configs: Mapping[str, type[SourceConfig]] = NO_CONFIGS) -> list[Origin]:
        """Every value and where it comes from, for people. ``configs`` are Config classes by adapter name.

        Options of an adapter that is not among them are all told as set, since any may be a secret.
        """
        rows: dict[Key, object] = {("home",): self.home}
        for name in SECTIONS:
            section = getattr(self, name)
            rows |= {(name, info.alias or at): getattr(section, at) for at, info in type(section).model_fields.items()}
        for source in self.sources.values():
            own = {at: getattr(source, at) for at in SourceSettings.model_fields if at in SOURCE_KEYS}
            own |= _shown(source.options, configs.get(source.adapter))
            rows |= {("source", source.name, at): value for at, value in own.items()}
        return [Origin(".".join(key), _text(value), self._origin(key)) for key, value in rows.items()]

    def _origin(self, key: Key) -> str:
        spot = self.given.spots.get(key)
        return "default" if spot is None else spot if isinstance(spot, str) else f"{self.path.name}:{spot}"


SECTIONS: Mapping[str, type[Section]] = MappingProxyType(
    {
        "store": StoreSettings,
        "run": RunSettings,
        "http": HttpSettings,
        "log": LogSettings,
        "taxonomy": TaxonomySettings,
        "deadlines": DeadlineSettings,
        "case": CaseSettings,
        "inbox": InboxSettings,
    }
)
SOURCE_KEYS = frozenset(SourceSettings.model_fields) - {"name", "options", "given"}
TOP_KEYS = frozenset(SECTIONS) | {"home", "source"}


def find(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The settings file: as given, else ``HUB_CONFIG``, else ``./hub.toml``; absolute. It need not exist."""
    return (path or Path(environ.get(CONFIG_VARIABLE) or FILE)).absolute()


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Relative paths in them count from the file's folder.

    Raises ConfigError when the file cannot be read and SettingsInvalid with every problem of a broken one.
    """
    file = find(path, environ)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as why:
        raise ConfigError(f"no settings: {why.strerror}", where=str(file), hint="hub init writes a first one") from why
    except UnicodeDecodeError as why:
        line = why.object.count(b"\n", 0, why.start) + 1
        raise SettingsInvalid([Problem(line, "text", "is not UTF-8", "save it as UTF-8")], where=str(file)) from None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        problem = Problem(syntax_line(why), "syntax", syntax_reason(why), "text in quotes, one key a line")
        raise SettingsInvalid([problem], where=str(file)) from None  # the cause would hold the text
    spots: dict[Key, int | str] = {**lines_of(text)}
    reading = Reading(Origins(spots))
    for key, variable in _variables(tree, environ, reading):
        _lay(tree, key, environ[variable])
        spots[key] = variable
    settings = _settings(file, tree, reading)
    reading.end(str(file))
    if settings is None:
        raise AssertionError("settings refused without a reason")
    return settings


def adapter_config(source: SourceSettings, config: type[C]) -> C:
    """The adapter's own settings, out of ``source.options``.

    A secret may be given as ``<name>_file``; the line end at its end is dropped. Raises SettingsInvalid with every
    problem: unknown keys, missing ones, wrong values (never told).
    """
    key = ("source", source.name)
    reading = Reading(source.given)
    options = dict(source.options)
    for at in source.options:
        name = at.removesuffix("_file")
        if at in config.model_fields or not at.endswith("_file") or not is_secret(config, name):
            continue
        file = Path(str(options.pop(at)))
        if name in options:
            reading.refuse((*key, at), f"given beside {name}", "keep one of them")
            continue
        options[name] = ""  # a file that cannot be read is told once, not a second time as missing
        try:
            options[name] = file.read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as why:
            reading.refuse((*key, at), f"cannot be read: {why.strerror}")
        except UnicodeDecodeError:
            reading.refuse((*key, at), "cannot be read: not UTF-8")
    made = reading.table(config, options, key, known=SOURCE_KEYS)
    reading.end(f"adapter {source.adapter}")
    if made is None:
        raise AssertionError("options refused without a reason")
    return made


def _variables(tree: Mapping[str, Any], environ: Mapping[str, str], reading: Reading) -> Iterator[tuple[Key, str]]:
    """The keys set by the environment, each with its variable; any option of a source that is in the file."""
    sources = tree.get("source")
    names = list(sources) if isinstance(sources, dict) else []
    keys: list[Key] = [("home",)]
    keys += [
        (at, info.alias or name) for at, section in SECTIONS.items() for name, info in section.model_fields.items()
    ]
    keys += [("source", name, at) for name in names for at in sorted(SOURCE_KEYS)]
    known = {PREFIX + "__".join(key).upper(): key for key in keys}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable == CONFIG_VARIABLE or not environ[variable]:
            continue
        match variable.removeprefix(PREFIX).lower().split("__"):
            case _ if variable in known:
                yield known[variable], variable
            case ["source", name, option] if name in names:
                yield ("source", name, option), variable
            case _:
                hint = did_you_mean(variable, [*known, CONFIG_VARIABLE])
                reading.problems.append(Problem(None, variable, "unknown variable", hint))


def _lay(tree: dict[str, Any], key: Key, value: str) -> None:
    """Lay one value over the tree. A secret given as text takes the place of its file, and the other way round."""
    table: Any = tree
    for part in key[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return  # the file holds no table there, and is told so
    name = key[-1]
    table.pop(name.removesuffix("_file") if name.endswith("_file") else f"{name}_file", None)
    table[name] = value


def _settings(file: Path, tree: Mapping[str, Any], reading: Reading) -> Settings | None:
    """All of the tree that can be read; ``reading`` holds what cannot."""
    for name in tree.keys() - TOP_KEYS:
        reading.refuse((name,), "unknown key", did_you_mean(name, TOP_KEYS))
    made: dict[str, Any] = {"path": file, "given": reading.given}
    for name, section in SECTIONS.items():
        table = reading.table(section, tree.get(name, {}), (name,))
        if table is not None:
            made[name] = _rooted(table, file.parent)
    match made:
        case {"store": StoreSettings(keys=keys), "http": HttpSettings(lent=None) as http}:
            made["http"] = http.model_copy(update={"lent": keys.parent / "lent"})
    sources = tree.get("source", {})
    if not isinstance(sources, dict):
        reading.refuse(("source",), "must be tables", "write [source.some_name]")
        sources = {}
    defaults = {"home": _home(tree), "every_s": made.get("run", RunSettings()).poll_s}
    read = [_source(name, table, defaults, file.parent, reading) for name, table in sources.items()]
    made["sources"] = {source.name: source for source in read if source is not None}
    if isinstance(case := made.get("case"), CaseSettings):
        for problem in unknown(case.route, case.notice, made["sources"], case.group):
            reading.refuse(*problem)
    return reading.table(Settings, made | ({"home": tree["home"]} if "home" in tree else {}), ())


def _home(tree: Mapping[str, Any]) -> str:
    """The hub's home for its sources; a stand-in when it is wrong, which is told once, as the hub's."""
    home = tree.get("home")
    return home if isinstance(home, str) and re.fullmatch(REGION, home) else "000000"


def _source(name: str, table: Any, defaults: Mapping[str, Any], root: Path, reading: Reading) -> SourceSettings | None:
    key = ("source", name)
    if not isinstance(table, dict):
        reading.refuse(key, "must be a table", f"write [source.{name}]")
        return None
    if not re.fullmatch(SOURCE_NAME, name):
        reading.refuse(key, "is no name for a source", "lower-case letters, digits and single underscores")
        return None
    own = {at: value for at, value in table.items() if at in SOURCE_KEYS}
    options = {at: _rooted_file(at, value, root) for at, value in table.items() if at not in SOURCE_KEYS}
    whole = {**defaults, **own, "name": name, "options": options, "given": reading.given.within(key)}
    return reading.table(SourceSettings, whole, key)


def _rooted(section: Section, root: Path) -> Section:
    """The section with its relative paths made absolute."""
    match section:
        case StoreSettings(url=url, keys=keys):
            if url.startswith("sqlite:///"):
                url = f"sqlite:///{root / Path(url.removeprefix('sqlite:///')).expanduser()}"
            return section.model_copy(update={"url": url, "keys": root / keys.expanduser()})
        case HttpSettings(lent=Path() as lent):
            return section.model_copy(update={"lent": root / lent.expanduser()})
        case TaxonomySettings(folder=Path() as folder):
            return section.model_copy(update={"folder": root / folder.expanduser()})
        case CaseSettings(weights=weights, notice=notice):
            words = notice.templates and root / notice.templates.expanduser()
            rooted = {"notice": notice.model_copy(update={"templates": words})}
            return section.model_copy(update=rooted | ({"weights": root / weights.expanduser()} if weights else {}))
        case DeadlineSettings():
            given = {name: root / file.expanduser() for name, file in section if file is not None}
            return section.model_copy(update=given)
        case InboxSettings(certificate=Path() as certificate, private_key=Path() as private_key):
            files = {"certificate": root / certificate.expanduser(), "private_key": root / private_key.expanduser()}
            return section.model_copy(update=files)
        case _:
            return section


def _rooted_file(key: str, value: object, root: Path) -> object:
    return str(root / Path(value).expanduser()) if key.endswith("_file") and isinstance(value, str) else value


def _shown(options: Mapping[str, Any], config: type[SourceConfig] | None) -> dict[str, object]:
    """Options for people: those of an open field with their value, all others as set or unset."""
    if config is None:
        return dict.fromkeys(options, "set")
    shown: dict[str, object] = {}
    for name, info in config.model_fields.items():
        if not is_secret(config, name):
            shown[name] = options.get(name, info.get_default(call_default_factory=True))
        elif f"{name}_file" in options:
            shown[f"{name}_file"] = "set"
        else:
            shown[name] = "set" if name in options else "unset"
    return shown | {name: "set" for name in options if name not in shown}


def _text(value: object) -> str:
    match value:
        case None | () | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ", ".join(map(str, value))
        case float():
            return f"{value:g}"
        case _:
            return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1***@", str(value))  # the password within a store's URL
