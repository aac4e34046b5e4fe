"""Both READMEs tell the same, and what they show runs.

A fenced block marked ``run`` is executed: ``console`` blocks command by command in an empty folder, the lines below a
command being what it prints (``...`` stands for anything), ``python`` blocks as a module.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from hub.cli.main import COMMANDS
from hub.manifest import faults

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = (ROOT / name for name in ("README.md", "README.zh-CN.md"))
FENCE = re.compile(r"^```(\w+)( run)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block."""

    language: str
    runs: bool
    text: str


def blocks(file: Path) -> list[Block]:
    return [Block(found[1], bool(found[2]), found[3]) for found in FENCE.finditer(file.read_text(encoding="utf-8"))]


def prose(file: Path) -> str:
    return FENCE.sub("", file.read_text(encoding="utf-8"))


def tables(file: Path) -> list[list[list[str]]]:
    """Per table and row, the names in code style in each cell."""
    found = re.findall(r"(?:^\|.*\n)+", prose(file), re.MULTILINE)
    return [[re.findall(r"`[^`]+`", row.split("|")[1]) for row in table.splitlines()] for table in found]


def commands(text: str) -> list[tuple[str, str]]:
    """(command, what it prints) of a console block."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(command, said) for command, _, said in (part.partition("\n") for part in parts)]


def printed_as_told(printed: str, told: str) -> bool:
    """Whether a print is as told; spaces at line ends do not count."""
    lines = [line.rstrip() for line in told.strip().splitlines()]
    pattern = "\n".join(".*" if line == "..." else ".*".join(map(re.escape, line.split("..."))) for line in lines)
    return (
        re.fullmatch(pattern, "\n".join(line.rstrip() for line in printed.strip().splitlines()), re.DOTALL) is not None
    )


def test_both_have_the_same_sections() -> None:
    shapes = [re.findall(r"^#+ ", prose(file), re.MULTILINE) for file in (ENGLISH, CHINESE)]
    assert shapes[0] == shapes[1]
    assert len(shapes[0]) > 5


def test_both_show_the_same_examples() -> None:
    assert blocks(ENGLISH) == blocks(CHINESE)


def test_both_have_the_same_tables() -> None:
    assert tables(ENGLISH) == tables(CHINESE)


def test_both_name_the_same_things_and_link_to_the_same_places() -> None:
    links = [
        set(re.findall(r"\]\(([^)]+)\)", prose(file))) - {"README.md", "README.zh-CN.md"} for file in (ENGLISH, CHINESE)
    ]
    assert links[0] == links[1]
    names = [set(re.findall(r"`([^`]+)`", prose(file))) for file in (ENGLISH, CHINESE)]
    assert names[0] == names[1]


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", prose(ENGLISH)):
        assert (ROOT / link).exists(), link


def test_folders_of_the_house_are_there() -> None:
    (house,) = (table for table in tables(ENGLISH) if ["`hub/ingest.py`"] in table)
    for name in (name.strip("`") for row in house for name in row):
        assert (ROOT / name).exists(), name


def test_every_command_is_told() -> None:
    (told,) = (table for table in tables(ENGLISH) if ["`hub run`"] in table)
    named = {name.strip("`") for row in told for name in row}
    assert named == {f"hub {name}" for name in (*COMMANDS, "lab", "conform")}


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"make ([a-z]+)", ENGLISH.read_text(encoding="utf-8")))
    assert named
    assert named <= targets


@pytest.mark.parametrize(
    "text", [block.text for block in blocks(ENGLISH) if block.runs and block.language == "console"]
)
def test_console_examples_run(text: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    assert commands(text)
    for command, told in commands(text):
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=clean | {"PATH": path, "COLUMNS": "200"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert not told or printed_as_told(done.stdout, told), f"{command}\n{done.stdout}"


@pytest.mark.parametrize("text", [block.text for block in blocks(ENGLISH) if block.runs and block.language == "python"])
def test_python_examples_are_sound_adapters(text: str) -> None:
    names: dict = {"__name__": "example"}
    exec(compile(text, "README.md", "exec"), names)
    (adapter,) = names["hub_adapters"]()
    assert list(faults(adapter)) == []
    item = dict.fromkeys(("case_no", "updated", "cause", "cause_code", "filed", "state"), "1")
    draft = adapter(adapter.Config(base_url="https://court.example.org")).draft(item)
    assert draft.key == "1"
    assert not draft.deleted


@pytest.mark.parametrize(
    ("printed", "told", "fits"),
    [
        ("a\nb \n", "a\nb", True),
        ("a\nx\ny\nb", "a\n...\nb", True),
        ("a 0.80\nb", "a ...\nb", True),
        ("a\nc", "a\nb", False),
    ],
)
def test_prints_are_compared(printed: str, told: str, fits: bool) -> None:
    assert printed_as_told(printed, told) is fits
