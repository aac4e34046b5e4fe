"""RC-11 to RC-16: what the fields of an item say comes through, and what they do not say is not made up."""

import re
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal, InvalidOperation
from typing import Any

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.lab.rows import Row
from conformance.leaves import Spot, leaves, numbered, other, told, with_leaf, without_leaf
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.shaped import differing, drafted, fullest, items, kept, reserved, status_of
from hub.api import Adapter, Item
from schemas.identity import redact

READS = Level.READS

ABOUT = frozenset({"title", "detail", "parties", "amount", "address"})
"""Fields of a draft that say whom a matter is about, and what it is."""

_EMPTY_WORD = re.compile(r"\b(None|null|NULL|nan)\b|\\N")

FEN = {"fen": 1, "yuan": 100, "wan": 1_000_000}
"""Fen in a unit of money."""

AMOUNTS = {"fen": "123400", "yuan": "1234.50", "wan": "1.25"}
"""A likely amount in each unit."""

RARE = "㛃䶮𠮷"
"""Characters of real names: of CJK extensions A and B, in GB18030 and not in GB2312."""


@check(
    "RC-11",
    level=READS,
    clause="Every field the recording fills comes through to the draft.",
    why="A field nobody reads is lost without a sound. What has no place in a draft goes to extra, as text.",
    failing="Draft(key=…, title=…)  # detail, parties and place are in the row, and nobody asks for them",
    passing='Draft(key=…, title=…, detail=…, parties=…, extra={"judge": item.get("judge")})',
)
def fields_come_through(h: Harness) -> None:
    """Change the leaves of each item one by one, and look whether its draft does.

    What says whom a matter is about and what it is has to come through at each status it is told at; other fields may
    stand in for one another.
    """
    out = {h.subject.wire.row, *h.subject.spec.unmapped}
    moved: dict[str, dict[str, set[str]]] = {}
    with items(h) as (adapter, found):
        for item in found:
            before = drafted(adapter, item)
            status = "" if getattr(before, "deleted", False) else status_of(before)
            for spot, value in leaves(item):
                by = moved.setdefault(told(spot), {})
                if by.get(status) or not {told(spot), str(spot[0])}.isdisjoint(out) or not (others := other(value)):
                    continue
                drafts = (drafted(adapter, with_leaf(item, spot, each)) for each in others)
                by[status] = {name for draft in drafts if draft != before for name in differing(before, draft)}
    moved = {name: by for name, by in moved.items() if by}
    if unseen := [name for name, by in moved.items() if not any(by.values())]:
        raise Violation(
            expected="a draft that changes when a field of its item does",
            observed=f"no change for {', '.join(unseen)}",
            likely="the field is not mapped; give it its place in the draft, or keep it in extra",
            where=f"{len(unseen)} of {len(moved)} fields",
        )
    for name, by in moved.items():
        if (deaf := [status for status in by if status and not by[status]]) and not ABOUT.isdisjoint(
            set[str]().union(*by.values())
        ):
            raise Violation(
                expected="a draft that changes when a field of its item does, at each status",
                observed=f"no change for {name} at the status {redact(deaf[0])}",
                likely="the draft leaves out, for matters at that status, what their rows tell",
                where=f"{len(deaf)} of {len(by)} statuses",
            )


@check(
    "RC-12",
    level=READS,
    clause="A draft depends on its item alone, and leaves it as it was.",
    after=("RC-01",),
    why="Items are shaped again from stored bytes, in other processes and another order, and must come out the same.",
    failing='if not item["cause"]: item["cause"] = self.last_cause  # depends on what came before',
    passing="code that reads the item and nothing else",
)
def drafts_are_pure(h: Harness) -> None:
    """Shape items twice, and backwards, amid items that say less: what those lack must come from nowhere else."""
    with items(h) as (adapter, found):
        poor = list(_poorer(fullest(found), h.subject.wire.key))
        scant = [drafted(adapter, item) for item in poor]
        once = []
        for at, item in enumerate(found, 1):
            before = deepcopy(item)
            once.append(adapter.draft(item))
            if item != before:
                changed = [name for name in {**item, **before} if item.get(name) != before.get(name)]
                raise Violation(
                    expected="the item as it was before",
                    observed=f"draft changed {', '.join(changed)}",
                    likely="draft writes into the item, or takes fields out of it",
                    where=f"item {at}",
                )
    with items(h) as (adapter, found):
        backwards = [adapter.draft(item) for item in reversed(found)][::-1]
        scant_after = [drafted(adapter, item) for item in reversed(poor)][::-1]
        again = [adapter.draft(item) for item in found]
    for what, drafts in (("in another order", [*backwards, *scant_after]), ("a second time", [*again, *scant])):
        for at, (one, same) in enumerate(zip([*once, *scant], drafts, strict=True), 1):
            if one != same:
                raise Violation(
                    expected="the same draft for the same item",
                    observed=f"another one {what}: {', '.join(differing(one, same))}",
                    likely="draft keeps something from the items before, or looks at a clock or at chance",
                    where=f"item {at}" if at <= len(found) else "an item of which fields were taken away",
                )


def _poorer(row: Row, key: str) -> Iterator[Row]:
    """The row without each of its fields, and with nothing but its key."""
    yield from ({name: value for name, value in row.items() if name != gone} for gone in row)
    if key in row:
        yield {key: row[key]}


@check(
    "RC-13",
    level=READS,
    clause="An amount is told in yuan.",
    after=("RC-02",),
    why="The hub keeps fen and does the sum itself. Done twice, a wage claim of 8,000 yuan is one of 800,000.",
    failing='amount=int(float(item["amount"]) * 100)',
    passing='amount=item["amount"]',
)
def amounts_are_yuan(h: Harness) -> None:
    """Write a known amount, in the source's unit, where the draft takes its own from."""
    key, unit = h.subject.wire.key, h.subject.wire.unit
    with items(h) as (adapter, found):
        probes = [probe for item in (found[0], fullest(found)) for probe in _amounts(adapter, item, AMOUNTS[unit])]
    if not probes:
        raise NotApplicable("no field of the recording gives an amount")
    clones = [{**row, key: numbered(row[key], number)} for number, (_, row) in enumerate(probes, 1)]
    records = kept(h, clones).records
    if not any(str(clone[key]) in records for clone in clones):
        raise NotObserved("no row with another amount became a record")
    for (spot, row), clone in zip(probes, clones, strict=True):
        record = records.get(str(clone[key]))
        expected = int(_decimal(_at(row, spot)) * FEN[unit])
        if record is not None and record.body.get("amount_fen") != expected:
            raise Violation(
                expected=f"{expected} fen",
                observed=f"{record.body.get('amount_fen')} fen",
                likely=f"the source tells {unit}, and the adapter hands on another unit than yuan",
                where=f"field {told(spot)} = {_at(row, spot)!r}",
            )


def _amounts(adapter: Adapter[Any], item: Item, amount: str) -> Iterator[tuple[Spot, Row]]:
    """Copies of the item with another amount, and where it stands."""
    before = drafted(adapter, item)
    for spot, value in leaves(item):
        if _decimal(value) is None:
            continue
        kind: type[str | float | int] = str if isinstance(value, str) else type(value)
        row = with_leaf(item, spot, kind(amount if kind is not int else float(amount)))
        draft = drafted(adapter, row)
        if (
            draft is not None
            and before is not None
            and getattr(draft, "amount", None) != getattr(before, "amount", None)
        ):
            yield spot, row


def _decimal(value: Any) -> Any:
    try:
        return None if isinstance(value, bool) or value is None else Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return None


def _at(row: Any, spot: Spot) -> Any:
    for step in spot:
        row = row[step]
    return row


@check(
    "RC-14",
    level=READS,
    clause="Rare characters come through in every text field.",
    after=("RC-02",),
    why="People are called 㛃, 䶮 and 𠮷. A name cut on the way is another person's, and is never found again.",
    failing='name=row["name"].encode("gbk", "ignore").decode("gbk")',
    passing='name=row["name"]',
)
def rare_characters_come_through(h: Harness) -> None:
    """Append rare characters to each text."""
    key = h.subject.wire.key
    row = fullest(h.recording.rows)
    spots = [
        (spot, value)
        for spot, value in leaves(row)
        if isinstance(value, str) and spot[0] not in reserved(h) and any("\u4e00" <= sign <= "\u9fff" for sign in value)
    ]
    plain = {**row, key: numbered(row[key], 1)}
    clones = [
        with_leaf({**row, key: numbered(row[key], at)}, spot, value + RARE) for at, (spot, value) in enumerate(spots, 3)
    ]
    decoy = {**row, key: numbered(row[key], 2)}  # stands first, where the canaries are planted
    found = kept(h, [decoy, plain, *clones]).records
    base = set(_texts(found[str(plain[key])].body)) if str(plain[key]) in found else set()
    if not spots:
        raise NotApplicable("no field of the recording holds Chinese text")
    if base.isdisjoint(value for _, value in spots):
        raise NotObserved("no Chinese text of the row stands in its record as it came")
    for (spot, value), clone in zip(spots, clones, strict=True):
        if value not in base:
            continue
        record = found.get(str(clone[key]))
        if record is None or value + RARE not in set(_texts(record.body)):
            raise Violation(
                expected=f"{RARE} as the source wrote it",
                observed="the item refused" if record is None else "a text without it",
                likely="the text was led through an encoding that lacks these characters",
                where=f"field {told(spot)}",
            )


def _texts(body: Any) -> Iterator[str]:
    return (value for _, value in leaves(body) if isinstance(value, str))


@check(
    "RC-15",
    level=READS,
    clause="An item that lacks a field beside its key is still read.",
    why="Serialisers leave out what is null. A record without a phone is a record; a rejected one is a person unheard.",
    failing='phone=item["party"]["phone"]',
    passing='phone=(item.get("party") or {}).get("phone")',
)
def fields_may_be_missing(h: Harness) -> None:
    """Take the fields out one by one, inner ones too."""
    with items(h) as (adapter, found):
        row = fullest(found)
        spots = {spot[: depth + 1]: None for spot, _ in leaves(row) for depth in range(len(spot))}
        spots = {spot: None for spot in (*spots, *((name,) for name in row)) if isinstance(spot[-1], str)}
        for spot in spots:
            if spot[0] == h.subject.wire.key:
                continue
            if drafted(adapter, without_leaf(row, spot)) is None:
                raise Violation(
                    expected="a draft that leaves the field open",
                    observed="an error: the whole item would be rejected",
                    likely="the field is read with [] where .get() is meant",
                    where=f"field {told(spot)} missing",
                )


@check(
    "RC-16",
    level=READS,
    clause="A field that is null, empty or \\N rejects no item and becomes no value.",
    after=("RC-02",),
    why="Exports write nothing in several ways. A party called None is a person who does not exist.",
    failing='title=f"{row["cause"]}: {row["title"]}"  # "None: None"',
    passing='title=row.get("title") or row.get("cause")',
)
def nothing_is_no_value(h: Harness) -> None:
    """Read rows whose fields say nothing, in four ways."""
    key, keep = h.subject.wire.key, reserved(h)
    row = fullest(h.recording.rows)
    texts = [spot for spot, value in leaves(row) if isinstance(value, str) and spot[0] not in keep]
    clones: dict[str, Row] = {}
    for number, (name, blank) in enumerate({"null": None, "inner null": None, "empty": "", "\\N": "\\N"}.items(), 1):
        clone: Row = {**deepcopy(row), key: numbered(row[key], number)}
        if name == "null":
            clone |= {field: None for field in row if field not in keep}
        else:
            for spot in texts:
                clone = with_leaf(clone, spot, blank)
        clones[name] = clone
    decoy = {**row, key: numbered(row[key], 9)}
    found = kept(h, [decoy, *clones.values()]).records
    usual = {*_texts(found[str(decoy[key])].body)} if str(decoy[key]) in found else set()  # such words may be meant
    for name, clone in clones.items():
        record = found.get(str(clone[key]))
        if record is None or (
            said := [
                spot
                for spot, value in leaves(record.body)
                if isinstance(value, str) and _EMPTY_WORD.search(value) and value not in usual
            ]
        ):
            raise Violation(
                expected="the field left open",
                observed="the item refused" if record is None else f"the value in {', '.join(map(told, said))}",
                likely="the field is read without asking whether it says anything",
                where=f"fields that are {name}",
            )
