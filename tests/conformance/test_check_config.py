"""Settings that a check must judge rightly, and that no broken adapter has."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, SecretStr, field_validator, model_validator
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.outcome import NotApplicable
from conformance.reference import Reference, ReferenceConfig
from conformance.subject import Subject


def configured(config: type[hub.AdapterConfig]) -> type[hub.Adapter[Any]]:
    return type("Configured", (Reference,), {"Config": config})


def holds(id: str, config: type[hub.AdapterConfig]) -> None:
    CHECKS[id].run(Harness(Subject.of(configured(config))))


def test_a_flag_is_told_as_an_environment_tells_it() -> None:
    class Flagged(ReferenceConfig):
        closed_too: bool = True

        @field_validator("closed_too", mode="before")
        @classmethod
        def _lower(cls, value: Any) -> Any:
            if isinstance(value, str) and value not in ("true", "false"):
                raise ValueError("true or false")
            return value

    holds("CF-01", Flagged)


def test_a_default_that_is_refused_as_it_is_says_nothing_of_texts() -> None:
    class TooMuch(ReferenceConfig):
        limit: int = Field(default=500, le=200)
        days: int = Field(default=7, strict=True)

    assert judged("CF-01", configured(TooMuch)).where == "Config.days"


def test_a_name_that_is_another_with_a_letter_more_is_misspelt_otherwise() -> None:
    class Levels(ReferenceConfig):
        level: int = 1
        levels: int = 1

    holds("CF-02", Levels)


def test_an_unknown_name_needs_the_nearest_one_beside_it() -> None:
    class Curt(ReferenceConfig):
        @model_validator(mode="before")
        @classmethod
        def _known(cls, values: Any) -> Any:
            if unknown := set(values) - set(cls.model_fields):
                raise ValueError(f"\n  x.{unknown.pop()}: unknown key")
            return values

    assert "did you mean" not in judged("CF-02", configured(Curt)).observed


def test_where_nothing_is_required_nothing_can_be_missing() -> None:
    class Open(ReferenceConfig):
        base_url: str = "http://127.0.0.1:9"
        token: SecretStr = SecretStr("")

    with pytest.raises(NotApplicable):
        holds("CF-03", Open)


def test_a_secret_made_by_a_factory_is_a_default_too() -> None:
    class Made(ReferenceConfig):
        token: SecretStr = Field(default_factory=lambda: SecretStr("123456"))

    assert judged("CF-05", configured(Made)).where == "Made.token"


@pytest.mark.parametrize("how", [{"default": SecretStr("")}, {"default_factory": lambda: SecretStr("")}])
def test_an_empty_secret_is_no_default(how: dict[str, Any]) -> None:
    class Empty(ReferenceConfig):
        token: SecretStr = Field(**how)

    holds("CF-05", Empty)


@pytest.mark.parametrize(("method", "how"), [("__repr__", "repr()"), ("__str__", "str()"), ("__format__", "format()")])
@pytest.mark.parametrize("shown", ["settings", "adapter"])
def test_every_way_of_printing_is_looked_at(method: str, how: str, shown: str) -> None:
    def said(self: Any, *_: object) -> str:
        return f"{type(self).__name__} {getattr(self, 'config', self).token.get_secret_value()}"

    if shown == "settings":
        kind = configured(type("Open", (ReferenceConfig,), {"__str__": lambda self: "settings", method: said}))
    else:
        kind = type("Open", (Reference,), {"__str__": lambda self: "adapter", method: said})
    assert judged("CF-06", kind).observed == f"the secret in {how} of the {shown}"


def test_a_default_of_none_is_left_alone() -> None:
    class Strict(ReferenceConfig):
        district: str = None  # type: ignore[assignment]

    holds("CF-07", Strict)


def test_earlier_settings_say_canary_for_a_secret(tmp_path: Path) -> None:
    class Long(ReferenceConfig):
        token: SecretStr = Field(min_length=7)  # longer than the word canary

    here = Subject.of(Reference).folder
    (tmp_path / "conformance.toml").write_bytes((here / "conformance.toml").read_bytes())
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "0.9.0.toml").write_text('token = "canary"\n', encoding="utf-8")
    CHECKS["CF-08"].run(Harness(Subject.of(configured(Long), tmp_path)))


def test_one_field_that_can_be_set_is_found_behind_others() -> None:
    class Loose(ReferenceConfig):
        def __setattr__(self, name: str, value: Any) -> None:
            if name != "page_size":
                super().__setattr__(name, value)

    assert judged("CF-09", configured(Loose)).observed == "page_size could be set"
