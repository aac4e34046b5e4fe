"""How far the codes of each source lead to items: what ``hub taxonomy coverage`` tells beside the records."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, get_args

from hub.cli.show import table
from hub.mapping.crosswalk import Relation, relation

if TYPE_CHECKING:
    from hub.store.rows import SeenCode

RELATIONS: tuple[Relation, ...] = get_args(Relation)


class Codes(NamedTuple):
    """The codes of one source. A code counts by the least that was found under it; ``items`` are those reached.

    ``exact`` is the same as an item of ours; of ``broader`` ours is the broader one; both decide. Of ``narrower`` ours
    are several, or only akin: the text decides. ``unmapped`` codes stand in no table. ``share`` is of all live items.
    """

    source: str
    codes: int
    exact: int
    broader: int
    narrower: int
    unmapped: int
    items: int
    share: float


def codes_by_source(seen: "Iterable[SeenCode]", items: Mapping[str, int], live: int) -> list[Codes]:
    """The codes of each source. ``items`` are the items each source's records reach, of ``live`` ones there are."""
    found: dict[str, dict[tuple[str | None, str | None], Relation]] = {}
    for each in seen:
        least, key = found.setdefault(each.source, {}), (each.code, each.label)
        least[key] = max(relation(each.evidence), least.get(key, RELATIONS[0]), key=RELATIONS.index)
    return [_codes(source, found.get(source, {}).values(), reached, live) for source, reached in items.items()]


def _codes(source: str, relations: Collection[Relation], items: int, live: int) -> Codes:
    counts = Counter(relations)
    return Codes(
        source,
        codes=len(relations),
        exact=counts["exact"],
        broader=counts["broader"],
        narrower=counts["narrower"],
        unmapped=counts["unmapped"],
        items=items,
        share=round(items / live, 4),
    )


def show_codes(rows: Iterable[Codes], reached: int, live: int) -> None:
    """Print a row for each source, and what all of them reach together: one item may be reached by several."""
    columns = (
        "来源 source", "编码 codes", "等同 exact", "我宽 broader", "我窄 narrower", "无对应 unmapped", "事项 items",
        f"占{live}项 share",
    )  # fmt: skip
    rows = list(rows)
    told: list[tuple[object, ...]] = [(*row[:-1], f"{row.share:.1%}") for row in rows]
    if len(rows) > 1:
        sums = (sum(column) for column in list(zip(*rows, strict=True))[1:6])
        told.append(("合计 all", *sums, reached, f"{reached / live:.1%}"))
    table(columns, told, right=range(1, len(columns)), title="来源编码与事项 codes of the sources and our items")
