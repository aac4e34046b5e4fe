"""What is derived of cases, and nowhere else: which case leads, and what a leading case is told to be."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from hub.store.cases import HEADS, Head, held, leads, led_by
from hub.store.driver import Driver
from schemas.life import Stage
from schemas.regions import UNKNOWN

METHODS = ("person", "adapter_crosswalk", "department_crosswalk", "cause", "text", "proposal")
"""How an item was found, the surest first (`schemas.record.Method`)."""

Leading = Callable[[Iterable[Stage | None]], Stage | None]
"""A case's stage for the stages of its live records."""


def regroup(connection: Connection, codes: Collection[str]) -> set[str]:
    """Find anew what leads what around these cases, after merges came or went; answers all codes looked at.

    Of cases that hold together the one issued first leads.
    """
    around = set(led_by(connection, set(leads(connection, codes).values())))
    rows = Driver.of(connection).among("SELECT code, issued, merged_into FROM case_file WHERE code", around)
    age = {code: (issued, code) for code, issued, _ in rows}
    above = {code: code for code in age}

    def top(code: str) -> str:
        while above[code] != code:
            above[code] = above[above[code]]
            code = above[code]
        return code

    for each in held(connection, around):
        one, other = top(each.code), top(each.into)
        older, younger = sorted((one, other), key=age.__getitem__)
        above[younger] = older
    changed = [
        (None if (leader := top(code)) == code else leader, code)
        for code, _, merged_into in rows
        if (merged_into or code) != top(code)
    ]
    Driver.of(connection).many(
        "UPDATE case_file SET merged_into = ? WHERE code = ?", sorted(changed, key=lambda r: r[1])
    )
    return around


def refresh(connection: Connection, codes: Collection[str], *, at: str, leading: Leading) -> None:
    """Derive anew what is told of the cases that lead these and of those they lead, and write what is different.

    ``leading`` answers the case's stage for the stages of its live records.
    """
    driver = Driver.of(connection)
    lead = led_by(connection, set(leads(connection, codes).values()))
    columns = (*_TOLD, "merged_into")
    rows = driver.among(f"SELECT code, {', '.join(columns)} FROM case_file WHERE code", lead)  # noqa: S608 - own columns
    heads: dict[str, list[Head]] = defaultdict(list)
    join = "FROM case_record c JOIN record r ON r.home = c.home AND r.id = c.record WHERE c.code"
    for code, *head in driver.among(f"SELECT c.code, {HEADS} {join}", lead):
        heads[lead[code]].append(Head._make(head))
    changed = []
    for code, *told in rows:
        now = _derived(sorted(heads[code], key=lambda head: (head.opened or head.stored, head.ref)), leading)
        if told[-1] is not None:  # led by another
            now = (None, UNKNOWN, "", None, None, None, 0, 0)
        if tuple(told[:-1]) != now:
            changed.append((*now, at, code))
    values = ", ".join(f"{name} = ?" for name in (*_TOLD, "changed"))
    driver.many(f"UPDATE case_file SET {values} WHERE code = ?", sorted(changed, key=lambda row: row[-1]))  # noqa: S608


_TOLD = ("opened", "region", "title", "item", "category", "stage", "records", "sources")


def _derived(heads: Sequence[Head], leading: Any) -> tuple[Any, ...]:
    """`_TOLD`, from a case's records, the oldest first."""
    live = [head for head in heads if not head.deleted]
    told = live or heads
    title = next((head.title for head in told if head.title), "")
    regions = [head.region for head in told if head.region != UNKNOWN]
    region = next((each for each in regions if not each.endswith("000000")), regions[0] if regions else UNKNOWN)
    best = min((head for head in live if head.category), key=_surest, default=None)
    return (
        min((head.opened for head in live if head.opened), default=None),
        region,
        title,
        best.item if best else None,
        best.category if best else None,
        _text(leading(Stage(head.stage) if head.stage else None for head in live)),
        len(live),
        len({head.source for head in live}),
    )


def _text(stage: Stage | None) -> str | None:
    return stage.value if stage else None


def _surest(head: Head) -> tuple[int, int, float]:
    """The smallest knows the item best; of equals the oldest comes first."""
    return head.item is None, METHODS.index(head.method) if head.method in METHODS else len(METHODS), -head.confidence
