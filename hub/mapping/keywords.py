"""The classifier's keywords: those of the taxonomy's items, and the weights and signals laid over them.

``keywords.csv`` has the columns ``keyword,item,weight,signal``. A row speaks for an item (weight 3: decisive alone; 2: strong; 1: supports;
below 0: against), overriding the weight the keyword has by ``items.csv``, or names a circumstance for the tie-break rules, or both.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import schemas.taxonomy
from schemas.taxonomy import Taxonomy

TABLE = Path(schemas.taxonomy.__file__).parent / "keywords.csv"


class Keyword(NamedTuple):
    """One word and what it says. ``item`` or ``signal`` may be empty."""

    text: str
    item: str = ""
    weight: float = 0.0
    signal: str = ""


@cache
def overlay(table: Path = TABLE) -> tuple[Keyword, ...]:
    """The rows of ``keywords.csv``. Raises ValueError, naming the row, for a weight that is no number."""
    with table.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Keyword(row["keyword"], row["item"], float(row["weight"] or 0), row["signal"]) for row in csv.DictReader(lines)
        )


def keywords(taxonomy: Taxonomy, table: Path = TABLE) -> Iterator[Keyword]:
    """Every keyword of a live item with its weight, then the overlay, targets that are retired pointed on."""
    for code, item in taxonomy.items.items():
        if taxonomy.live(code) and code != "D2103":  # "other" is never found by text
            for word in item.keywords:
                yield Keyword(word, code, weight_by_length(word))
    for row in overlay(table):
        item = row.item and taxonomy.current(row.item)
        if item or row.signal:
            yield row._replace(item=item or "")


def weight_by_length(word: str) -> float:
    """A longer word says more: 1.0 for two characters, 1.8 for three, 2.4 for four and more."""
    return {1: 0.5, 2: 1.0, 3: 1.8}.get(len(word), 2.4)
