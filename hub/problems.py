"""What is wrong with a settings file: every problem with its line and the nearest right key, and never a value.

A value is never repeated, since any of them may be a secret.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from hub.errors import ConfigError
from hub.nearest import did_you_mean

Key = tuple[str, ...]
M = TypeVar("M", bound=BaseModel)


class Problem(NamedTuple):
    """One problem. ``line`` counts from 1; None for a variable (``key`` is its name) and for what is missing."""

    line: int | None
    key: str
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        spot = f"line {self.line}: " if self.line else ""
        return f"{spot}{self.key}: {self.reason}{f' ({self.hint})' if self.hint else ''}"


class SettingsInvalid(ConfigError):
    """The settings cannot be used; ``problems`` holds every reason found. Raised by ``hub.settings``."""

    code = "config.invalid"

    def __init__(self, problems: Iterable[Problem], *, where: str = "") -> None:
        self.problems = sorted(problems, key=lambda p: (p.line or 10**9, p.key))
        count = len(self.problems)
        super().__init__(f"{count} {'problem' if count == 1 else 'problems'} in the settings", where=where)

    def __str__(self) -> str:
        return "\n  ".join([super().__str__(), *map(str, self.problems)])

    def __reduce__(self) -> tuple[Any, ...]:
        return (_revived, (self.problems, self.where))


def _revived(problems: list[Problem], where: str) -> SettingsInvalid:
    return SettingsInvalid(problems, where=where)


@dataclass(frozen=True)
class Origins:
    """Where each given key came from: a line of the file, or the name of a variable.

    Equal to any other: settings whose lines moved are the same settings.
    """

    spots: Mapping[Key, int | str] = field(default_factory=dict, compare=False)

    def of(self, key: Key) -> int | str | None:
        """The origin of ``key``, else of the nearest table around it, else None."""
        return next((self.spots[key[:n]] for n in range(len(key), 0, -1) if key[:n] in self.spots), None)

    def within(self, key: Key) -> "Origins":
        """Only those of the table ``key``."""
        return Origins({at: spot for at, spot in self.spots.items() if at[: len(key)] == key})


@dataclass
class Reading:
    """One reading of settings: tables become models, and what cannot becomes ``problems``."""

    given: Origins
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, key: Key, reason: str, hint: str = "") -> None:
        """Note a problem, at the line of ``key`` or under its variable's name."""
        spot = self.given.of(key)
        if isinstance(spot, str):
            self.problems.append(Problem(None, spot, reason, hint))
        else:
            self.problems.append(Problem(spot, ".".join(key), reason, hint))

    def table(self, model: type[M], data: Any, key: Key, known: Iterable[str] = ()) -> M | None:
        """The table at ``key`` as ``model``, else None. ``known`` are further valid keys, for suggestions."""
        try:
            return model.model_validate(data)
        except ValidationError as why:
            for error in why.errors(include_url=False, include_input=False):
                self._refuse_error(error, model, data, key, known)
            return None

    def end(self, where: str) -> None:
        """Raise SettingsInvalid when there was any problem."""
        if self.problems:
            raise SettingsInvalid(self.problems, where=where)

    def _refuse_error(
        self, error: ErrorDetails, model: type[BaseModel], data: Any, key: Key, known: Iterable[str]
    ) -> None:
        spot = (*key, *(part for part in error["loc"] if isinstance(part, str)))
        name = spot[-1] if spot else ""
        match error["type"]:
            case "extra_forbidden":
                fields = {info.alias or at for at, info in model.model_fields.items()}
                files = {f"{at}_file" for at in fields if is_secret(model, at)}
                self.refuse(spot, "unknown key", did_you_mean(name, fields | files | set(known)))
            case "missing":
                variable = f"HUB_{'__'.join(spot).upper()}"
                self.refuse(spot, "missing", f"or {name}_file, or {variable}" if is_secret(model, name) else "")
            case "string_type":
                self.refuse(spot, "must be text", "write it in quotes")
            case "value_error" | "assertion_error":
                reason = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
                # the check of an adapter may tell the value it refuses
                self.refuse(spot, "is not acceptable" if _repeats(reason, data) else reason)
            case _:
                self.refuse(spot, error["msg"])


def is_secret(model: type[BaseModel], name: str) -> bool:
    """Whether the field ``name`` of ``model`` is a `SecretStr`, or may be one."""
    info = model.model_fields.get(name)
    return info is not None and _mentions_secret(info.annotation)


def _mentions_secret(annotation: object) -> bool:
    return annotation is SecretStr or any(_mentions_secret(part) for part in get_args(annotation))


def _repeats(reason: str, data: Any) -> bool:
    return isinstance(data, Mapping) and any(len(str(value)) > 2 and str(value) in reason for value in data.values())
