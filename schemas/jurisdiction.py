"""Which court a matter belongs before: a special court by its cause of action or item, else that of the place.

``jurisdiction.csv`` holds the rules; its source: ``schemas/taxonomy/SOURCES.md``, section Courts.
"""

import csv
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from schemas.courts import Court, court, court_of
from schemas.taxonomy import Taxonomy

TABLE = Path(__file__).with_name("jurisdiction.csv")


class Rule(NamedTuple):
    """Matters of a cause (and those below it), or of an item, in ``regions`` (first digits) belong before a court."""

    kind: Literal["cause", "item"]
    code: str
    regions: str
    court: str
    basis: str


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of the table."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Rule("cause" if row["kind"] == "cause" else "item", row["code"], row["regions"], row["court"], row["basis"])
            for row in csv.DictReader(lines)
        )


def special_court(taxonomy: Taxonomy, region: str, *, item: str | None, label: str | None) -> Court | None:
    """The special court a matter belongs before, None for none. A ``label`` that is a cause of action decides alone:
    an item is coarser."""
    cause = taxonomy.causes_by_label.get(label or "")
    kind, codes = ("cause", set[str]()) if cause else ("item", {item} if item else set[str]())
    while cause:
        codes.add(cause.code)
        cause = taxonomy.causes.get(cause.parent)
    led = (rule for rule in rules() if rule.kind == kind and rule.code in codes and region.startswith(rule.regions))
    return next((court(rule.court) for rule in led), None)


def court_for(taxonomy: Taxonomy, region: str, *, item: str | None = None, label: str | None = None) -> Court | None:
    """The court a matter of a region belongs before; None where neither matter nor place leads to one."""
    return special_court(taxonomy, region, item=item, label=label) or court_of(region)
