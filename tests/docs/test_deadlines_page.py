"""The page on deadlines shows the rules and the ladder as they are."""

from pathlib import Path

from hub.casework.deadlines import page, stage_terms
from hub.casework.ladder import ladder
from hub.casework.life import words

PAGE = (Path(__file__).parents[2] / "docs" / "deadlines.md").read_text(encoding="utf-8")


def test_the_rules_are_as_generated() -> None:
    assert page() in PAGE, "run: python -m hub.casework.deadlines, and put it into docs/deadlines.md"


def test_the_ladder_is_as_told() -> None:
    section = PAGE.partition("## The ladder")[2].partition("Each rung is")[0]
    rows = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("| ") and "rung" not in line]
    assert [(int(number), kind.split("`")[1]) for number, kind in rows] == [
        (rung.number, rung.kind) for rung in ladder()["*"]
    ]


def test_the_terms_of_records_are_as_told() -> None:
    section = PAGE.partition("## Terms of records")[2].partition("The term is a task")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:5]] for line in section.splitlines() if line[2:4].isupper()]
    assert rows == [[each.channel, words(each.stage), f"`{each.rule}`", each.step] for each in stage_terms().values()]
