"""What holds for every adapter in the house, read from its folder. What they do is the conformance suite's to say."""

from pathlib import Path

import pytest

import adapters
from schemas.taxonomy import load
from schemas.taxonomy.sssom import read_sssom

ROOT = Path(adapters.__file__).parent
ADAPTERS = sorted(file.relative_to(ROOT) for file in ROOT.glob("*/*/adapter.py"))
CROSSWALKS = sorted(file.relative_to(ROOT) for file in ROOT.glob("*/*/**/crosswalk.sssom.tsv"))


def test_these_are_the_folders_there_are() -> None:
    assert len(ADAPTERS) >= 20
    assert {file.parent for file in ADAPTERS} == {
        file.parent.relative_to(ROOT) for file in ROOT.glob("*/*/__init__.py")
    }


@pytest.mark.parametrize("file", ADAPTERS, ids=lambda file: file.parent.name)
def test_an_adapter_is_under_80_lines(file: Path) -> None:
    assert len((ROOT / file).read_text(encoding="utf-8").splitlines()) < 80


@pytest.mark.parametrize("file", CROSSWALKS, ids=lambda file: file.parts[1])
def test_a_crosswalk_leads_to_live_targets(file: Path) -> None:
    taxonomy = load()
    rows = read_sssom(ROOT / file).rows
    assert rows
    assert [row.object_code for row in rows if row.object_code and not taxonomy.live(row.object_code)] == []
