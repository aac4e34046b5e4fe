"""What the code may say stands in the docs, and nothing else does: errors, events, settings, rejections, notes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import errors
from hub.contract import AdapterConfig, DatabaseConfig, SourceConfig
from hub.events import EVENTS
from hub.settings import SECTIONS, SOURCE_KEYS

ROOT = Path(__file__).parents[2]
CODE = re.compile(
    r"(draft|key|schema|text|time|revision|number|code|region|place|identity|phone|status|reference|digest|name)\.[a-z_]+"
)
ENDS = re.compile(r"((?:run|worker)\.[a-z]+): ")


def section(file: str, heading: str = "") -> str:
    """The text of a docs file, or of one section of it."""
    text = (ROOT / "docs" / file).read_text(encoding="utf-8")
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0] if heading else text


def rows(text: str) -> list[list[str]]:
    """The cells of every table row below its head."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def firsts(text: str) -> list[str]:
    """Every name in the first column of the tables; a cell may hold several."""
    return [name for row in rows(text) for name in re.findall(r"`([^`]+)`", row[0])]


def tree(kind: type[errors.HubError]) -> Iterator[type[errors.HubError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


def constants(*places: str) -> Iterator[str]:
    """Every text constant of the modules in these places."""
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_every_error_code_is_documented_with_its_exit_code() -> None:
    told = {name: row[2] for row in rows(section("errors.md", "Errors")) for name in re.findall(r"`([^`]+)`", row[0])}
    known = {kind.code: str(kind.exit_code) for kind in tree(errors.HubError) if kind.__module__ == "hub.errors"}
    assert told == known


def test_every_end_of_a_run_is_documented() -> None:
    places = ("hub/batch.py", "hub/ingest.py", "hub/engine")
    said = {found[1] for text in constants(*places) if (found := ENDS.match(text))}
    assert said, "no end was found: the pattern no longer fits the code"
    assert set(firsts(section("errors.md", "How a run ends"))) == said


def test_every_rejection_and_note_is_documented() -> None:
    said = {text for text in constants("hub/mapping", "adapters") if CODE.fullmatch(text)}
    assert len(said) > 20, "hardly a code was found: the pattern no longer fits the code"
    told = set(firsts(section("errors.md", "Rejections"))) | set(firsts(section("errors.md", "Notes on records")))
    assert said - told - {"schema.string_type", "schema.extra"} == set()


def test_every_event_is_documented_with_its_level_and_keys() -> None:
    told = {row[0].strip("`"): (row[1], set(re.findall(r"`(\w+)`", row[3]))) for row in rows(section("events.md"))}
    assert told == {name: (event.level, set(event.keys)) for name, event in EVENTS.items()}


def test_every_setting_is_documented_with_its_default() -> None:
    known = {"home": ""}
    for name, table in SECTIONS.items():
        for at, info in table.model_fields.items():
            known[f"{name}.{info.alias or at}"] = "" if info.default is None else f"{info.default}"
    told = {row[0].strip("`"): row[1].strip("`") for row in rows(section("settings.md").split("\n## ")[0])}
    assert told.keys() == known.keys()
    differing = {key: (told[key], value) for key, value in known.items() if value and told[key] != value}
    assert differing == {}


def test_every_key_of_a_source_is_documented() -> None:
    text = section("settings.md", "A source: `[source.NAME]`")
    assert set(firsts(text)) == SOURCE_KEYS | set(AdapterConfig.model_fields)


def test_every_key_of_a_front_database_is_documented() -> None:
    text = section("settings.md", "A front database")
    assert set(firsts(text)) == set(DatabaseConfig.model_fields) - set(SourceConfig.model_fields)


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_no_name_is_documented_twice_in_a_table(file: str) -> None:
    for part in section(file).split("\n## "):
        for table in part.split("\n\n"):
            names = firsts(table)
            assert len(names) == len(set(names)), part.splitlines()[0]
