"""What is wrong with a settings file: every problem with its line and the nearest right key, and never a value.

A value is never repeated, since any of them may be a secret.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from typing import Any, ClassVar, NamedTuple, TypeVar, get_args, get_type_hints

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from hub.errors import ConfigError
from hub.nearest import did_you_mean

Key = tuple[str, ...]
M = TypeVar("M", bound=BaseModel)


class Problem(NamedTuple):
    """One problem. ``line`` counts from 1; None for a variable (``key`` is its name) and for what is missing.

    ``file`` is the name of a file the settings lead to; empty for the settings themselves.
    """

    line: int | None
    key: str
    reason: str
    hint: str = ""
    file: str = ""

    def __str__(self) -> str:
        at = " ".join(filter(None, (self.file, f"line {self.line}" if self.line else "")))
        spot = f"{at}: " if at else ""
        return f"{spot}{self.key}: {self.reason}{f' ({self.hint})' if self.hint else ''}"


class SettingsInvalid(ConfigError):
    """The settings cannot be used; ``problems`` holds every reason found. Raised by ``hub.settings``."""

    code = "config.invalid"
    subject: ClassVar[str] = "the settings"

    def __init__(self, problems: Iterable[Problem], *, where: str = "") -> None:
        self.problems = sorted(problems, key=lambda p: (p.file, p.line or 10**9, p.key))
        count = len(self.problems)
        super().__init__(f"{count} {'problem' if count == 1 else 'problems'} in {self.subject}", where=where)

    def __str__(self) -> str:
        return "\n  ".join([super().__str__(), *map(str, self.problems)])

    def __reduce__(self) -> tuple[Any, ...]:
        return (_revived, (type(self), self.problems, self.where))


def _revived(kind: "type[SettingsInvalid]", problems: list[Problem], where: str) -> SettingsInvalid:
    return kind(problems, where=where)


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
    file: str = ""  # the name of another file than that of the settings

    def refuse(self, key: Key, reason: str, hint: str = "") -> None:
        """Note a problem, at the line of ``key`` or under its variable's name."""
        spot = self.given.of(key)
        if isinstance(spot, str):
            self.problems.append(Problem(None, spot, reason, hint))
        else:
            self.problems.append(Problem(spot, ".".join(key), reason, hint, self.file))

    def table(self, model: type[M], data: Any, key: Key, known: Iterable[str] = ()) -> M | None:
        """The table at ``key`` as ``model``, else None. ``known`` are further valid keys, for suggestions.

        What is wrong with a file that a setting leads to is told as such.
        """
        try:
            return model.model_validate(data)
        except SettingsInvalid as why:
            self.problems += why.problems
            return None
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
        loc = list(error["loc"])
        while loc and isinstance(loc[-1], int):  # an entry of a list stands on no line of its own
            loc.pop()
        spot = (*key, *map(str, loc))
        name = spot[-1] if spot else ""
        match error["type"]:
            case "extra_forbidden":
                fields = set(_names_at(model, loc[:-1]))
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


def _names_at(model: type[BaseModel], loc: Iterable[int | str]) -> Iterable[str]:
    """The names a table may have that stands at ``loc`` within one of ``model``."""
    kind: Any = model
    for part in loc:
        hints = _hints_of(kind)
        if part in hints:  # else it is the number of one of several, or a name that may be any
            kind = next(_tables_in(hints[str(part)]), None)
    return _hints_of(kind)


def _hints_of(kind: Any) -> Mapping[str, Any]:
    """Names and annotations of a model's or a declaration's fields; none of anything else."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {info.alias or at: info.annotation for at, info in kind.model_fields.items()}
    return get_type_hints(kind) if is_dataclass(kind) else {}


def _tables_in(annotation: Any) -> Iterator[type]:
    """The models and declarations an annotation speaks of."""
    if _hints_of(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from _tables_in(part)


def is_secret(model: type[BaseModel], name: str) -> bool:
    """Whether the field ``name`` of ``model`` is a `SecretStr`, or may be one."""
    info = model.model_fields.get(name)
    return info is not None and _mentions_secret(info.annotation)


def _mentions_secret(annotation: object) -> bool:
    return annotation is SecretStr or any(_mentions_secret(part) for part in get_args(annotation))


def _repeats(reason: str, data: Any) -> bool:
    return isinstance(data, Mapping) and any(len(str(value)) > 2 and str(value) in reason for value in data.values())
