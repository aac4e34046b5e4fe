"""The page on the counter tells the levels, the columns and the fields as they are."""

import json
import re
from pathlib import Path

from hub.casework.consultation import LEVELS
from hub.casework.intake import Matter, read_matter
from hub.casework.pool_list import AWAY, COLUMNS

PAGE = (Path(__file__).parents[2] / "docs" / "counter.md").read_text(encoding="utf-8")


def test_the_matter_shown_is_one_and_shows_every_field() -> None:
    (shown,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    told = json.loads(shown)
    read_matter(told)
    assert set(told) == set(Matter.model_fields)


def test_every_column_of_a_list_is_told_with_its_chinese_name() -> None:
    for name, called in COLUMNS.items():
        assert any(f"{chinese} `{name}`" in PAGE for chinese in called), name
    assert all(word in PAGE for word in AWAY if not word.isascii() and len(word) > 1)


def test_the_levels_are_as_told() -> None:
    rows = re.findall(r"^\| (\d) \| (.+) \|$", PAGE, re.MULTILINE)
    assert {int(level): name for level, name in rows} == LEVELS
