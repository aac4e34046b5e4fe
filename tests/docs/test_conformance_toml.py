"""Every key of ``conformance.toml`` stands in its page, with its type and default, and with an example that holds."""

import dataclasses
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

from conformance.description import SubjectSpec
from conformance.waivers import Waiver

PAGE = Path(__file__).parents[2] / "docs" / "conformance-toml.md"
KEY, TYPE, DEFAULT, EXAMPLE, MEANING = range(5)
PLAIN = {str: "text", int: "number", bool: "true or false"}


def sections() -> dict[str, list[list[str]]]:
    """The rows of each table by its heading."""
    found = {}
    for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        lines = [line for line in part.splitlines() if line.startswith("| `")]
        found[part.splitlines()[0]] = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    return found


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables an annotation allows."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models(inner)


def reached(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield kind
    for field in kind.model_fields.values():
        for below in models(field.annotation):
            yield from reached(below)


def named(heading: str) -> set[type[BaseModel]]:
    """The tables a heading names: ``[wire.page]`` and others."""
    found = set()
    for path in re.findall(r"`\[([\w.]+)\]`", heading):
        kind: type[BaseModel] = SubjectSpec
        for step in path.split("."):
            if step != "NAME":
                (kind,) = models(kind.model_fields[step].annotation)
        found.add(kind)
    return found or {SubjectSpec}


def told_type(annotation: Any) -> str:
    """A type in words."""
    inner = [each for each in get_args(annotation) if each not in (type(None), Ellipsis)]
    match get_origin(annotation):
        case None:
            return PLAIN.get(annotation, "table")
        case origin if origin is Literal:
            return ", ".join(f"`{each if isinstance(each, str) else json.dumps(each)}`" for each in inner if each != "")
        case origin if origin in (tuple, frozenset):
            return f"list: {told_type(inner[0])}"
        case origin if origin is dict:
            return "table" if inner[1] is Any else f"table: {told_type(inner[1])}"
    return " or ".join(told_type(each) for each in inner)


def told_default(field: Any) -> str:
    if field.is_required():
        return "needed"
    plain = isinstance(field.default, str | int | bool) and field.default != ""
    return f"`{json.dumps(field.default)}`" if plain else ""


WAIVE, PARTS = "`[[waive]]`", [each for each in sections() if each != "`[[waive]]`"]


def test_every_table_has_its_section() -> None:
    assert set().union(*map(named, PARTS)) == set(reached(SubjectSpec))


@pytest.mark.parametrize("heading", PARTS)
def test_every_key_is_told_with_its_type_and_default(heading: str) -> None:
    (kind,) = named(heading)
    told = {row[KEY].strip("`"): (row[TYPE], row[DEFAULT]) for row in sections()[heading]}
    assert told == {name: (told_type(f.annotation), told_default(f)) for name, f in kind.model_fields.items()}


@pytest.mark.parametrize("heading", PARTS)
def test_every_example_holds(heading: str) -> None:
    (kind,) = named(heading)
    for row in sections()[heading]:
        name, value = row[KEY].strip("`"), tomllib.loads(row[EXAMPLE].strip("`"))
        assert value.keys() == {name}
        assert row[MEANING], name
        try:
            kind.model_validate(value)
        except ValidationError as why:
            assert [each["msg"] for each in why.errors() if each["loc"][:1] == (name,)] == []


def test_the_keys_of_a_waiver_are_told() -> None:
    assert [row[KEY].strip("`") for row in sections()[WAIVE]] == [field.name for field in dataclasses.fields(Waiver)]
