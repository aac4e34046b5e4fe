"""What `hub adapter new` writes, and what it refuses to write."""

import ast
import json
import tomllib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.description import SubjectSpec
from hub.cli.main import main
from hub.cli.scaffold import Plan, kinds, name_fault, package_files, wires
from schemas.identity import citizen_number, citizen_region_note

TODAY = date(2026, 3, 2)
EVERY = [(kind, wire) for wire in wires() for kind in kinds()]


def files(kind: str = "court", wire: str = "http_json", **more: str) -> dict[str, str]:
    return package_files(Plan(name="lakeside", kind=kind, wire=wire, **more), today=TODAY)


def new(*arguments: str) -> "tuple[int, str]":
    done = CliRunner().invoke(main, ["adapter", "new", *arguments])
    return done.exit_code, done.output


def test_the_promised_wires_are_there() -> None:
    assert set(wires()) == {"http_json", "signed_gateway", "form", "soap", "files", "table", "webhook"}


@pytest.mark.parametrize(("kind", "wire"), EVERY)
def test_every_file_is_what_it_should_be(kind: str, wire: str) -> None:
    written = files(kind, wire)
    package = "src/yiwang_lakeside"
    adapter = written[f"{package}/adapter.py"]
    ast.parse(adapter)
    assert adapter.count("\n") < 60
    assert max(map(len, adapter.splitlines())) <= 120
    SubjectSpec.model_validate(tomllib.loads(written[f"{package}/conformance.toml"]))
    project = tomllib.loads(written["pyproject.toml"])
    assert project["project"]["entry-points"]["yiwang.adapters"] == {"lakeside": "yiwang_lakeside"}
    assert {
        f"{package}/__init__.py",
        f"{package}/crosswalk.sssom.tsv",
        ".github/workflows/conform.yml",
    } < written.keys()
    exchanges = [json.loads(line) for line in written[f"{package}/recordings/two_pages.jsonl"].splitlines()]
    assert len(exchanges) == 2
    assert not any("$" in text for path, text in written.items() if not path.endswith(("README.md", ".yml")))


def test_the_people_are_nobody() -> None:
    from hub.cli.scaffold import _matters

    for matter in _matters():
        number = citizen_number(matter["id_number"], on=TODAY)
        assert citizen_region_note(number) == "region_unknown"
        assert matter["phone"].startswith("1380000")


def test_titles_cannot_break_out_of_their_quotes() -> None:
    written = files(title='The "Lake"\nside\\', title_zh='湖"滨')
    ast.parse(written["src/yiwang_lakeside/adapter.py"])
    assert "The 'Lake' side" in written["src/yiwang_lakeside/adapter.py"]
    assert tomllib.loads(written["pyproject.toml"])["project"]["description"] == "Yiwang adapter: The 'Lake' side"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Lakeside", 'say "lakeside"'),
        ("lakeSide-court", 'say "lake_side_court"'),
        ("法院", "lower_snake_case"),
        ("9lives", 'say "lives"'),
        ("a__b", 'say "a_b"'),
        ("yiwang_lake", 'say "lake"'),
        ("none", "word of Python"),
        ("x" * 65, "at most 64"),
    ],
)
def test_names_that_cannot_be(name: str, said: str) -> None:
    assert said in name_fault(name)


@pytest.mark.parametrize("name", ["lakeside", "court_2", "class"])
def test_names_that_can_be(name: str) -> None:
    assert name_fault(name) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Lake", "--kind", "court", "--wire", "form"), 'say "lake"'),
        (("mobile_court", "--kind", "court", "--wire", "form"), "already, of yiwang"),
        (("lake", "--kind", "cort", "--wire", "form"), 'did you mean "court"?'),
        (("lake", "--kind", "court", "--wire", "http-json"), 'did you mean "http_json"?'),
        (("lake", "--kind", "court", "--wire", "web_hook"), 'did you mean "webhook"?'),
    ],
)
def test_refusals_say_why_and_write_nothing(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    code, told = new(*arguments, "--into", str(tmp_path))
    assert code == 2
    assert said in told
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    wanted = ("lake", "--kind", "grid", "--wire", "form", "--into", str(tmp_path / "deep"))
    assert new(*wanted)[0] == 0
    mine = tmp_path / "deep" / "yiwang-lake" / "README.md"
    mine.write_text("mine", encoding="utf-8")
    code, told = new(*wanted)
    assert (code, mine.read_text(encoding="utf-8")) == (2, "mine")
    assert "is there already" in told
