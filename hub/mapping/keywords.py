"""The classifier's keywords: the words of the taxonomy's items, and tuned weights laid over them.

``keywords.csv`` in the taxonomy's folder has the columns ``keyword,item,weight``. Weights: 3 decides alone, 2 is
strong, 1 supports, below 0 speaks against, 0 takes a word of ``items.csv`` out.
"""

import csv
from collections.abc import Iterator
from typing import NamedTuple

from hub.errors import ConfigError
from schemas.taxonomy import Taxonomy

TABLE = "keywords.csv"
OTHER = "D2103"
"""其他未列明纠纷: found by an explicit code only, never by text."""


class Keyword(NamedTuple):
    """One word, the item it speaks for, and how strongly."""

    text: str
    item: str
    weight: float


def keywords(taxonomy: Taxonomy) -> Iterator[Keyword]:
    """Yield every live item's words with weights by length, then the tuned ones: the later counts.

    Retired items are pointed on. Raises ConfigError for a weight that is no number.
    """
    for code, item in taxonomy.items.items():
        if item.live and code != OTHER:
            for word in item.keywords:
                yield Keyword(word, code, weight_by_length(word))
    table = taxonomy.folder / TABLE
    if not table.exists():
        return
    with table.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                weight = float(row["weight"])
            except ValueError:
                raise ConfigError("the weight is no number", where=f"{TABLE} row {number}") from None
            current = taxonomy.current(row["item"])
            if current and current != OTHER:
                yield Keyword(row["keyword"], current, weight)


def weight_by_length(word: str) -> float:
    """A longer word says more: 1.0 for two characters, 1.8 for three, 2.4 for four and more."""
    return {1: 0.5, 2: 1.0, 3: 1.8}.get(len(word), 2.4)
