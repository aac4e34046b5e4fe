"""CF: settings that can be given, are refused by name when wrong, and keep their secrets."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretBytes, SecretStr

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.subject import somewhere
from hub.api import AdapterConfig, DatabaseConfig, FolderConfig, HubError
from hub.testing import SourceSettings, adapter_config

EARLIER = "settings"
"""Folder beside ``conformance.toml`` with the settings of each earlier release, ``<version>.toml``."""

HUBS_OWN = frozenset(SourceSettings.model_fields)
SECRET = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|passphrase|secret|token|key|credentials?|app_?code|salt|ticket|[as]k)$"
)
PUBLIC = re.compile(r"(?:^|_)(?:app|public|sort|row|record|field|primary|foreign)_key$|^key$")
"""Names that end like a secret's and are none: an application's number, the key of a row."""


@check(
    "CF-01",
    level=Level.LOADS,
    clause="The sample settings are accepted, as they are and as the text an environment variable holds.",
    why="Passwords and page sizes come from variables on a server, and a variable holds text. A setting that takes "
    "numbers only cannot be given there.",
    failing="page_size: int = Field(default=100, strict=True)",
    passing="page_size: int = Field(default=100, ge=1, le=200)",
)
def sample_is_accepted(h: Harness) -> None:
    """The sample; then each of its plain values, and each plain default, as text."""
    options = _sample(h)
    if refused := _refusal(h, options):
        raise Violation(
            expected="settings an instance can be made of",
            observed=refused,
            likely="conformance.toml is older than the adapter's Config",
            where="conformance.toml [settings]",
        )
    for name, value in {**_defaults(h), **options}.items():
        if not isinstance(value, bool | int | float) or _refusal(h, {**options, name: value}):
            continue
        h.observe()
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if refused := _refusal(h, {**options, name: text}):
            raise Violation(
                expected="the same value as text",
                observed=refused,
                likely="the field is strict",
                where=f"Config.{name}",
            )


@check(
    "CF-02",
    level=Level.LOADS,
    clause="An unknown setting is refused by name, and the nearest known one is offered.",
    why="A misspelt setting that is taken without a word leaves its default in force: the operator believes a limit or "
    "a credential is set that is not.",
    failing="model_config = ConfigDict(extra='ignore')",
    passing="class LakesideConfig(AdapterConfig): ...  # it forbids unknown keys already",
)
def unknown_is_refused(h: Harness) -> None:
    """Each field's name with its last letter gone."""
    options = _sample(h)
    for name in h.subject.kind.Config.model_fields:
        misspelt = name[:-1] if name[:-1] not in h.subject.kind.Config.model_fields else f"{name}_"
        h.observe()
        refused = _refusal(h, {**options, misspelt: "1"})
        line = next((line for line in refused.splitlines() if f".{misspelt}:" in line), "")
        if "unknown key" not in line or "did you mean" not in line:
            raise Violation(
                expected=f"{misspelt} refused as unknown, with the nearest name",
                observed=line or refused or "it was accepted",
                likely="model_config allows or ignores extra keys" if not refused else "a validator of its own answers",
                where=h.subject.kind.Config.__name__,
            )


@check(
    "CF-03",
    level=Level.LOADS,
    clause="Each required setting that is missing is named.",
    why="Whoever sets an instance up finds out in one go what is still to be asked of the other office, not one "
    "telephone call at a time.",
    failing="@model_validator(mode='before') ... raise ValueError('settings are incomplete')",
    passing="token: SecretStr  # no default: required",
)
def missing_is_named(h: Harness) -> None:
    """Each alone, then all at once."""
    options = _sample(h)
    required = [name for name, info in h.subject.kind.Config.model_fields.items() if info.is_required()]
    if not required:
        raise NotApplicable("no setting is required")
    for gone in ([name] for name in required) if len(required) == 1 else [*([name] for name in required), required]:
        h.observe()
        refused = _refusal(h, {name: value for name, value in options.items() if name not in gone})
        unnamed = [name for name in gone if not re.search(rf"\.{name}: missing", refused)]
        if unnamed:
            raise Violation(
                expected=f"{', '.join(unnamed)} told as missing",
                observed=refused or "the settings were accepted",
                likely="a validator of the whole speaks before the fields do",
                where=h.subject.kind.Config.__name__,
            )


@check(
    "CF-04",
    level=Level.LOADS,
    clause="A setting whose name says that it is a secret is a SecretStr.",
    why="A plain text is printed with the settings, in tracebacks and by every debugger, and the hub does not take it "
    "from a file. A `SecretStr` prints stars.",
    waivable=False,
    failing="sso_password: str = ''",
    passing="sso_password: SecretStr | None = None",
)
def secrets_are_typed(h: Harness) -> None:
    """Names and types of the fields."""
    config = h.subject.kind.Config
    bases = [base for base in (AdapterConfig, FolderConfig, DatabaseConfig) if issubclass(config, base)]
    hubs = {name: info.annotation for base in bases for name, info in base.model_fields.items()}
    for name, info in config.model_fields.items():
        h.observe()
        inherited = name in hubs and hubs[name] == info.annotation
        if inherited or not SECRET.search(name) or PUBLIC.search(name):
            continue
        kinds = set(_kinds(info.annotation))
        if kinds & {str, bytes, object} or Any in kinds:
            raise Violation(
                expected="SecretStr, or SecretStr | None",
                observed=f"{name}: {getattr(info.annotation, '__name__', info.annotation)}",
                where=f"{h.subject.kind.Config.__name__}.{name}",
            )


@check(
    "CF-05",
    level=Level.LOADS,
    clause="No secret and no address has a default.",
    why="A default secret is a secret published with the code; a default address sends whoever forgets theirs, with "
    "their credentials, to somebody else's system.",
    waivable=False,
    failing="password: SecretStr | None = SecretStr('123456')",
    passing="password: SecretStr | None = None",
)
def no_default_secrets(h: Harness) -> None:
    """Defaults of secrets and of ``base_url``."""
    defaults = _defaults(h)
    for name in [*_secrets(h), "base_url"]:
        h.observe()
        value = defaults.get(name)
        if value.get_secret_value() if isinstance(value, SecretStr | SecretBytes) else value:
            raise Violation(
                expected=f"{name} without a default",
                observed="a default in the code",
                likely="the value of a test system was left in",
                where=f"{h.subject.kind.Config.__name__}.{name}",
            )


@check(
    "CF-06",
    level=Level.LOADS,
    clause="Neither the settings nor the adapter made of them show a secret when printed.",
    why="A traceback with local variables, a log line with an f-string: what prints itself ends in a file that is "
    "mailed around.",
    waivable=False,
    failing="def __repr__(self): return f'Lakeside(token={self.config.token.get_secret_value()})'",
    passing="# no __repr__: the settings print their secrets as stars",
)
def secrets_do_not_print(h: Harness) -> None:
    """The canary in every secret; then all the ways of printing."""
    secret = h.canaries.secret
    with h.source() as sim:
        planted = dict.fromkeys(_secrets(h), secret)
        if _refusal(h, {**_sample(h), **planted}):
            planted = {}  # one of them has a form of its own: those of the sample are planted anyway
        adapter = h.adapter(sim, **planted)
    for what, shown in (("settings", adapter.config), ("adapter", adapter)):
        for how, text in (("repr()", repr(shown)), ("str()", str(shown)), ("format()", f"{shown}")):
            h.observe()
            if secret in text:
                raise Violation(
                    expected="stars, or nothing",
                    observed=f"the secret in {how} of the {what}",
                    likely="a __repr__ or __str__ of its own",
                    where=type(shown).__name__,
                )


@check(
    "CF-07",
    level=Level.LOADS,
    clause="Every default is valid by the rules of its own setting.",
    why="Defaults are not validated when they are used. One that breaks its own rule works until an operator writes it "
    "down, and then the hub refuses what it ran on for months.",
    after=("CF-01",),
    failing="page_size: int = Field(default=500, le=200)",
    passing="page_size: int = Field(default=100, le=200)",
)
def defaults_are_valid(h: Harness) -> None:
    """Each default, given."""
    options = _sample(h)
    for name, value in _defaults(h).items():
        if value is None:
            continue
        h.observe()
        if refused := _refusal(h, {**options, name: value}):
            raise Violation(
                expected="the default, accepted when given",
                observed=refused,
                where=f"Config.{name} of {h.subject.name}",
            )


@check(
    "CF-08",
    level=Level.RESUMES,
    clause="Settings an earlier release accepted are still accepted.",
    why="The hub is upgraded at night by somebody who did not write the adapter. Every instance must come up with the "
    "file it went down with.",
    after=("CF-01",),
    failing="page_size: int = Field(default=50, le=50)  # was le=200",
    passing="page_size: int = Field(default=50, le=200)  # cut to 50 where it is used",
)
def earlier_settings_are_accepted(h: Harness) -> None:
    """Each recorded release's settings."""
    files = sorted((h.subject.folder / EARLIER).glob("*.toml"))
    if not files:
        raise NotApplicable(f"no earlier release is recorded in {EARLIER}/")
    for file in files:
        h.observe()
        if refused := _refusal(h, {**somewhere(h.subject.kind), **_recorded(file, h.canaries.secret)}):
            raise Violation(
                expected=f"the settings of {file.stem}, accepted",
                observed=refused,
                likely="a setting was renamed, or its rule made stricter",
                where=f"{EARLIER}/{file.name}",
            )


@check(
    "CF-09",
    level=Level.LOADS,
    clause="Settings cannot be changed once they are read.",
    why="One instance's settings are shared by all its reads. What one read writes into them, the next one finds, and "
    "nobody finds it in the file.",
    failing="model_config = ConfigDict(frozen=False)  # self.config.page_size = 50",
    passing="keep what changes in a local variable of pages()",
)
def settings_are_frozen(h: Harness) -> None:
    """Set a field to what it is."""
    with h.source() as sim:
        config = h.adapter(sim).config
    for name in type(config).model_fields:
        h.observe()
        try:
            setattr(config, name, getattr(config, name))
        except (ValueError, AttributeError, TypeError):
            continue
        raise Violation(
            expected="a refusal",
            observed=f"{name} could be set",
            likely="frozen=False in model_config",
            where=type(config).__name__,
        )


@check(
    "CF-10",
    level=Level.LOADS,
    clause="No setting bears a name the hub keeps for its own.",
    why="The hub takes such a key of the source's table for itself: the adapter's setting can never be given, and its "
    "default stays in force.",
    failing="home: str = ''  # the district to ask for",
    passing="district: str = ''",
)
def names_are_free(h: Harness) -> None:
    """Names of the fields."""
    for name in h.subject.kind.Config.model_fields:
        h.observe()
        if name in HUBS_OWN:
            raise Violation(
                expected="a name of its own",
                observed=f"{name}, which every source has",
                where=f"{h.subject.kind.Config.__name__}.{name}",
            )


def _sample(h: Harness) -> dict[str, Any]:
    """The adapter's own settings as the harness fills them in."""
    with h.source() as sim:
        return dict(h.settings(sim).options)


def _defaults(h: Harness) -> dict[str, Any]:
    fields = h.subject.kind.Config.model_fields.items()
    return {name: info.get_default(call_default_factory=True) for name, info in fields if not info.is_required()}


def _secrets(h: Harness) -> list[str]:
    fields = h.subject.kind.Config.model_fields.items()
    return [name for name, info in fields if set(_kinds(info.annotation)) & {SecretStr, SecretBytes}]


def _kinds(annotation: Any) -> Iterator[Any]:
    """The types an annotation is made of."""
    parts = get_args(annotation)
    yield from (kind for part in parts for kind in _kinds(part)) if parts else (annotation,)


def _refusal(h: Harness, options: Mapping[str, Any]) -> str:
    """What the hub says of these settings; empty when it takes them. It never tells a value."""
    source = SourceSettings(name="conform", adapter=h.subject.name, home="330110", every_s=300, options=dict(options))
    try:
        adapter_config(source, h.subject.kind.Config)
    except HubError as why:
        return str(why)
    return ""


def _recorded(file: Path, secret: str) -> dict[str, Any]:
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: secret if value == "canary" else value for name, value in table.items()}
