"""RC-23 and RC-24: what a row leaves open stays open, and items are cut from the bytes of their own page alone."""

from collections.abc import Set as AbstractSet
from copy import deepcopy
from dataclasses import asdict
from typing import Any

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.lab.rows import Row
from conformance.leaves import NOTHING, Spot, leaves, numbered, stands_in, told, with_leaf, without_leaf
from conformance.outcome import Violation
from conformance.shaped import by_status, drafted, fullest, items, reserved
from hub.api import Adapter, Draft, DraftEntry, Item
from hub.testing import reopen

READS = Level.READS

HOUSE = frozenset({"kind", "role", "action", "method"})
"""Fields told in words of the hub's own, some of which have a default."""

MONTH_S = 2_592_000
"""Enough that a day cut out of the time is another one."""

Said = dict[Spot, str]


@check(
    "RC-23",
    level=READS,
    clause="What a row leaves open is taken from no other row, and not made up.",
    after=("RC-02", "RC-12"),
    why="A matter without a status is not a new one, and the place above its own is its neighbour's. What another "
    "field of the same row says may stand in; a constant may not: nobody can tell it from what the source said. Nor "
    "may the time of the last change for the day of opening: it moves with every change, and each deadline with it.",
    failing='status=item.get("state") or "open", opened=item.get("filed") or item.get("updated")',
    passing='status=item.get("state"), title=item.get("title") or item.get("cause")',
)
def open_fields_stay_open(h: Harness) -> None:
    """Shape a row of each status without each of its fields; then read rows without each of them, one under another."""
    wire = h.subject.wire
    with items(h) as (adapter, found):
        before = {status: (row, drafted(adapter, row)) for status, row in by_status(adapter, found).items()}
        for row, whole in before.values():
            sources = _sources(row, whole, {wire.key, wire.row})
            for spot, names in [*sources, *_lists(sources)]:
                poor = without_leaf(row, spot)
                draft, where = drafted(adapter, poor), f"field {told(spot)} missing"
                _hold(names, draft, poor, where)
                _hold_numbers(_numbers(draft) - _numbers(whole), poor, where)
            _no_change_opens(h, adapter, row)
    full = fullest(h.recording.rows)
    rows = [{**full, wire.key: numbered(full[wire.key], number)} for number in (1, 2)]
    with h.source(rows=rows) as sim:  # the canaries are planted in the first
        drafts = {str(seen.item.get(wire.key)): seen.draft for seen in h.drafts(sim)}
    sources = _sources(full, drafts.get(str(rows[1][wire.key])), reserved(h))
    clones = [
        with_leaf({**full, wire.key: numbered(full[wire.key], at)}, spot, None)
        for at, (spot, _) in enumerate(sources, 3)
    ]
    with h.source(rows=[*rows, *clones]) as sim:
        read = {str(seen.item.get(wire.key)): seen.draft for seen in h.drafts(sim, page_size=len(clones) + 3)}
    for clone, (spot, names) in zip(clones, sources, strict=True):
        _hold(names, read.get(str(clone[wire.key])), clone, f"field {told(spot)} null, and the row above has one")


def _sources(row: Row, draft: Draft | DraftEntry | None, keep: Any) -> list[tuple[Spot, list[Spot]]]:
    """The leaves of a row that stand in its draft as they are, and where."""
    said, numbers = _said(draft), _numbers(draft)
    found = [
        (spot, text, [name for name, each in said.items() if each == text])
        for spot, value in leaves(row)
        if spot[0] not in keep and (text := str(value).strip()) and value is not None
    ]
    return [(spot, names) for spot, text, names in found if names or text in numbers]


def _lists(sources: list[tuple[Spot, list[Spot]]]) -> list[tuple[Spot, list[Spot]]]:
    """The plain lists among them, whole."""
    lists: dict[Spot, list[Spot]] = {}
    for spot, names in sources:
        if not isinstance(spot[-1], str):
            lists.setdefault(spot[:-1], []).extend(names)
    return [*lists.items()]


def _hold(names: list[Spot], draft: Draft | DraftEntry | None, row: Row, where: str) -> None:
    """What stood in these fields of the draft is gone, or is something that the row says elsewhere."""
    said = _said(draft)
    if made := [name for name in names if name in said and not stands_in(said[name], row)]:
        raise Violation(
            expected="the field of the draft left open, or told by another field of the row",
            observed=f"a value for {', '.join(map(told, made))} that does not stand in the row",
            likely="a default for what the source does not say, or what an earlier row said is remembered",
            where=where,
        )


def _hold_numbers(new: AbstractSet[str], row: Row, where: str) -> None:
    """References that come only where a field is missing are told by another field."""
    known = {_bare(str(value)) for _, value in leaves(row)}
    if any(_bare(number) not in known and not stands_in(number, row) for number in new):
        raise Violation(
            expected="no reference that the row does not tell",
            observed="one that comes where a field is missing",
            likely="a number that stands for none: all matters that bear it are taken for one",
            where=where,
        )


def _no_change_opens(h: Harness, adapter: Adapter[Any], row: Row) -> None:
    """Where the row lacks its day of opening, that does not begin to move with the last change."""
    changed = {h.subject.wire.time: h.times.later([row], MONTH_S)}
    if _opened(adapter, row) != _opened(adapter, {**row, **changed}):
        return  # the source tells no other
    for spot, _ in leaves(row):
        for poor in (without_leaf(row, spot), with_leaf(row, spot, None)):
            if spot[0] not in changed and _opened(adapter, poor) != _opened(adapter, {**poor, **changed}):
                raise Violation(
                    expected="no day of opening",
                    observed="that of the last change",
                    likely="the update time stands in for the day of filing",
                    where=f"field {told(spot)} missing",
                )


def _opened(adapter: Adapter[Any], row: Item) -> Any:
    """When the draft was opened, but where one of its steps happened then: there the row tells what opened it."""
    draft = drafted(adapter, row)
    opened = getattr(draft, "opened", None)
    return None if opened in [step.at for step in getattr(draft, "steps", ())] else opened


def _numbers(draft: Draft | DraftEntry | None) -> AbstractSet[str]:
    return {str(said).strip() for spot, said in leaves(getattr(draft, "references", ())) if spot[1:] == (1,)}


def _bare(number: str) -> str:
    """A number however it is written: ``（2026）浙0106民初88号`` and ``(2026)浙0106民初88号`` are one."""
    return "".join(filter(str.isalnum, number))


def _said(draft: Draft | DraftEntry | None) -> Said:
    """What a draft says in words of the source, by where. Members of a plain list have no place of their own."""
    return {
        spot: text
        for spot, value in leaves(asdict(draft) if draft else {})
        if isinstance(spot[-1], str) and spot[-1] not in HOUSE and value is not None
        if (text := str(value).strip()) not in ("", *NOTHING)
    }


@check(
    "RC-24",
    level=READS,
    clause="The items of a page are those of its bytes, whatever page was cut before it, and opened anew as well.",
    after=("RC-12",),
    why="Pages are kept as bytes. Where there is much to shape, other processes open them anew; corrected mappings are "
    "laid over them years later. What was put into page.rows alone is lost there, and so is what items remembers.",
    failing='for row in page.rows: row["district"] = district   # in pages()',
    passing="content=orjson.dumps(body), body=body, rows=rows  # or: leave it to draft",
)
def items_are_of_their_bytes(h: Harness) -> None:
    """Cut the pages of a read as they come; then, by another adapter, opened from their bytes and backwards."""
    with h.source() as sim:
        pages = h.pages(sim)
        cut, manifest = h.adapter(sim).items, h.subject.manifest
        first = [deepcopy(list(cut(page))) for page in pages]
        cut = h.adapter(sim).items
        anew = [reopen(page.content, manifest, page.stream, page.fetched, page.window) for page in pages]
        backwards = [list(cut(page)) for page in reversed(anew)][::-1]
    for number, (one, same) in enumerate(zip(first, backwards, strict=True), 1):
        if one != same:
            raise Violation(
                expected="the same items of the same bytes",
                observed=f"others where it is opened anew: {_changed(one, same)}",
                likely="pages writes into page.rows and not into page.content, or items keeps what came before",
                where=f"page {number}",
            )


def _changed(one: list[Item], same: list[Item]) -> str:
    """How many there are, or the fields in which they differ."""
    if len(one) != len(same):
        return f"{len(same)} and not {len(one)}"
    names = {
        told(spot) for before, after in zip(one, same, strict=True) for spot, _ in {*leaves(before)} ^ {*leaves(after)}
    }
    return ", ".join(sorted(names))
