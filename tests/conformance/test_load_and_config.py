"""Faults of declaration and settings beyond those that have a broken adapter of their own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import Field, SecretStr, field_validator

import hub.api as hub
from conformance import checks
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.reference import Reference, ReferenceConfig
from conformance.subject import Subject

assert checks.MODULES, "importing the package fills CHECKS"


def judged(id: str, kind: type[hub.Adapter[Any]]) -> Violation:
    """The violation a check finds in a class."""
    with pytest.raises(Violation) as found:
        CHECKS[id].run(Harness(Subject.of(kind)))
    return found.value


class AsyncDraft(Reference):
    async def draft(self, item: hub.Item) -> hub.Draft:  # type: ignore[override]
        return super().draft(item)


class DraftOfTwo(Reference):
    def draft(self, item: hub.Item, page: hub.Page) -> hub.Draft:  # type: ignore[override]
        return super().draft(item)


class ItemsOneByOne(Reference):
    def items(self, page: hub.Page) -> Iterator[hub.Item]:  # type: ignore[override]
        yield from page.rows


class PagesOfAll(Reference):
    def pages(self, source: hub.Source) -> Iterator[hub.Page]:  # type: ignore[override]
        yield from super().pages(source, None)


class SortedInPlace(Reference):
    def items(self, page: hub.Page) -> list[hub.Item]:
        page.body["rows"].sort(key=lambda row: row["updated"], reverse=True)
        page.body["rows"][0].setdefault("newest", True)
        return list(page.rows)


@pytest.mark.parametrize("kind", [AsyncDraft, DraftOfTwo, ItemsOneByOne, PagesOfAll, SortedInPlace])
def test_what_is_overridden_unsoundly(kind: type[hub.Adapter[Any]]) -> None:
    assert judged("LD-14", kind).where


@pytest.mark.parametrize("zone", ["PRC", "GMT+8", "Asia/Shangai", "+08:00", "US/Pacific", "CST6CDT", "EST"])
def test_what_is_no_area(zone: str) -> None:
    kind = type("Elsewhere", (Reference,), {"manifest": replace(Reference.manifest, timezone=zone)})
    assert zone in judged("LD-09", kind).observed


@pytest.mark.parametrize("zone", ["UTC", "Asia/Urumqi", "America/Argentina/Buenos_Aires"])
def test_what_is_an_area(zone: str) -> None:
    kind = type("There", (Reference,), {"manifest": replace(Reference.manifest, timezone=zone)})
    CHECKS["LD-09"].run(Harness(Subject.of(kind)))


@pytest.mark.parametrize("version", ["", "1", "v1.0.0", "1.0.0 beta", "1..0"])
def test_what_is_no_version(version: str) -> None:
    judged("LD-07", type("Old", (Reference,), {"manifest": replace(Reference.manifest, version=version)}))


@pytest.mark.parametrize("version", ["1.0", "2026.3.1", "0.9.0rc1", "1.2.3-beta.1", "1.0.0+local"])
def test_what_is_a_version(version: str) -> None:
    kind = type("New", (Reference,), {"manifest": replace(Reference.manifest, version=version)})
    CHECKS["LD-07"].run(Harness(Subject.of(kind)))


def test_a_stream_with_a_bad_name() -> None:
    streams = (hub.Stream(name="Cases"),)
    kind = type("Streams", (Reference,), {"manifest": replace(Reference.manifest, streams=streams)})
    assert judged("LD-07", kind).where == "manifest.stream"


def test_a_docstring_that_names_no_wire() -> None:
    manifest = replace(Reference.manifest, name="brook", title="Brook", title_zh="")
    kind = type("Brook", (hub.Adapter,), {"manifest": manifest, "__doc__": "The adapter of the brook."})
    kind.__module__ = "tests_of_nothing"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, "tests_of_nothing", type(pytest)("tests_of_nothing"))
        folder = Subject.of(Reference).folder
        with pytest.raises(Violation, match="wire"):
            CHECKS["LD-13"].run(Harness(Subject.of(kind, folder)))
        kind.__doc__ = "The adapter of the brook, JSON over GET."
        CHECKS["LD-13"].run(Harness(Subject.of(kind, folder)))


def with_field(name: str, annotation: Any, default: Any = None) -> type[hub.Adapter[Any]]:
    config = type("Config", (ReferenceConfig,), {"__annotations__": {name: annotation}, name: default})
    return type("WithField", (Reference,), {"Config": config})


@pytest.mark.parametrize(
    ("name", "annotation"),
    [
        ("password", str), ("api_key", str), ("sign_secret", str | None), ("refresh_token", bytes | None),
        ("pwd", Any), ("key_passphrase", str), ("credentials", dict[str, str]),
    ],
)  # fmt: skip
def test_secrets_in_plain_text(name: str, annotation: Any) -> None:
    assert judged("CF-04", with_field(name, annotation)).where.endswith(name)


@pytest.mark.parametrize(
    ("name", "annotation"),
    [
        ("sort_key", str), ("public_key", str), ("token_url", str), ("secret_name", str), ("keyword", str),
        ("use_token", bool), ("api_key", SecretStr | None), ("tokens", int),
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_secret(name: str, annotation: Any) -> None:
    CHECKS["CF-04"].run(Harness(Subject.of(with_field(name, annotation))))


def test_a_sample_that_no_longer_fits() -> None:
    class LongToken(ReferenceConfig):
        token: SecretStr = Field(min_length=1000)

    kind = type("Longer", (Reference,), {"Config": LongToken})
    assert judged("CF-01", kind).where == "conformance.toml [settings]"


def test_a_secret_of_a_form_of_its_own_is_no_obstacle() -> None:
    class Numbered(ReferenceConfig):
        app_secret: SecretStr | None = None

        @field_validator("app_secret")
        @classmethod
        def _digits(cls, value: SecretStr | None) -> SecretStr | None:
            if value is not None and not value.get_secret_value().isdecimal():
                raise ValueError("digits are wanted")
            return value

    CHECKS["CF-06"].run(Harness(Subject.of(type("Numbers", (Reference,), {"Config": Numbered}))))


def test_what_does_not_apply_says_so() -> None:
    for id in ("LD-11", "ER-13"):
        with pytest.raises(NotApplicable):
            CHECKS[id].run(Harness(Subject.of(Reference)))
