"""The page on the life of a dispute shows the table as it is."""

import re
from pathlib import Path

from hub.casework.life import PRECEDENCE, picture, words

PAGE = (Path(__file__).parents[2] / "docs" / "life.md").read_text(encoding="utf-8")


def test_the_picture_is_as_generated() -> None:
    (drawn,) = re.findall(r"^```mermaid\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert drawn == picture(), "run: python -m hub.casework.life, and put it into docs/life.md"


def test_the_order_of_precedence_is_as_told() -> None:
    section = PAGE.partition("## Where a case stands")[2].partition("Waiting comes after")[0]
    flat = " ".join(section.split())
    spots = [flat.index(words(stage)) for stage in PRECEDENCE]
    assert spots == sorted(spots)
