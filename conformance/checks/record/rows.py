"""RC-19 to RC-21: no row vanishes for what it says, each status has its stage, and keys are told apart to the sign."""

from collections.abc import Iterator, Sequence, Set
from typing import Any

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.lab.rows import Row
from conformance.leaves import Spot, leaves, masked, numbered, other, told, with_leaf
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.shaped import STAGED, drafted, fullest, items, kept, reserved

READS = Level.READS

LONG = 60
"""Signs in a long key: area, body, year, serial and a digest are as many."""

PROBE = "一种没有听说过的状态"


@check(
    "RC-19",
    level=READS,
    clause="Each row of a page becomes a record or a rejection, whatever its fields say.",
    after=("RC-01", "RC-02", "PG-11"),
    why="A row that code beside draft passes over is counted nowhere: the read looks complete, and nobody can ask why "
    "the matter is not there. What is no dispute is the mapping's to say, and what is void is a tombstone.",
    waivable=False,
    failing='items = [row for row in page.rows if row["status"] != "11"]',
    passing="give every row; a void one as deleted, one that cannot be read as RecordRejected",
)
def no_row_vanishes(h: Harness) -> None:
    """Serve a row for each status the manifest knows, and for each field one that leaves it empty or says otherwise."""
    key = h.subject.wire.key
    with items(h) as (adapter, found):
        row = fullest(found)
        changed = [(told(spot), clone) for spot, clone in _changed(row, reserved(h))]
        if spot := _status(adapter, row):
            changed += [(f"{told(spot)} {code}", with_leaf(row, spot, code)) for code in _codes(h, row, spot)]
    rows = [{**clone, key: numbered(row[key], number)} for number, (_, clone) in enumerate(changed, 1)]
    counted = _counted(h, rows)
    if counted >= len(rows):
        return
    if (at := _first_gone(h, rows)) is not None:
        raise Violation(
            expected="a record or a rejection",
            observed="nothing: the row is counted nowhere",
            likely="items leaves rows out, for what one of their fields says or does not say",
            where=f"a row in which {changed[at][0]} is another",
        )
    raise Violation(
        expected=f"{len(rows)} rows accounted for",
        observed=f"{counted}",
        likely="items leaves rows out that resemble each other",
        where="a page of rows that differ in their key and one more field",
    )


@check(
    "RC-20",
    level=READS,
    clause="A row of each status the manifest knows is at the stage the manifest names.",
    after=("RC-02", "RC-19"),
    why="A status table is promised for every code in it. One that the rows never reach misleads whoever reads it.",
    failing='stages={"10": Stage.RECEIVED}; status=STATUS_NAMES[item["status"]]  # the table knows codes',
    passing='stages={"10": Stage.RECEIVED}; status=item["status"]',
)
def statuses_lead_to_their_stages(h: Harness) -> None:
    """Serve a row of each status."""
    stages = h.subject.manifest.stages
    if not stages:
        raise NotApplicable("the manifest has no table of statuses")
    key = h.subject.wire.key
    with items(h) as (adapter, found):
        row = fullest(found)
        spot = _status(adapter, row)
        if not isinstance(drafted(adapter, row), STAGED):
            raise NotApplicable("drafts of this kind have no stage")
    if spot is None:
        raise NotApplicable("no field of the recording alone gives the status")
    rows = {
        code: {**with_leaf(row, spot, code), key: numbered(row[key], number)}
        for number, code in enumerate(_codes(h, row, spot), 1)
    }
    records = kept(h, list(rows.values())).records
    if not any(str(clone[key]) in records for clone in rows.values()):
        raise NotObserved("no row of a known status became a record")
    for code, clone in rows.items():
        record = records.get(str(clone[key]))
        if record is None or record.deleted:
            continue  # RC-19 has seen to it that it is a rejection, or it is void
        if record.body.get("stage") != stages[str(code)].value:
            raise Violation(
                expected=f"the stage {stages[str(code)].value}",
                observed=f"{record.body.get('stage', 'none')}",
                likely="the draft tells the status in other words than the table of the manifest",
                where=f"{told(spot)} {code}",
            )


@check(
    "RC-21",
    level=READS,
    clause="Keys that differ in one sign are the keys of different records.",
    after=("RC-02", "RC-19"),
    why="A key is the source's own word, not ours to put in order: where 012 and 12, or a and A, are two matters, "
    "the hub that trims or folds them keeps one and loses the other.",
    waivable=False,
    failing='key=item["case_no"].upper()',
    passing='key=item["case_no"]',
)
def keys_are_kept_to_the_sign(h: Harness) -> None:
    """Serve rows whose keys resemble that of another: a zero more, another case, a sign more or less."""
    key = h.subject.wire.key
    with items(h) as (_, found):
        row = fullest(found)
    twins = _twins(row[key])
    kept_all = kept(h, [{**row, key: each} for each in twins])
    if len(kept_all.records) + kept_all.report.counts.rejected < len(twins):
        lost = [each for each in twins[1:] if len(kept(h, [row, {**row, key: each}]).records) < 2]
        raise Violation(
            expected=f"{len(twins)} records, or rejections",
            observed=f"{len(kept_all.records)} records",
            likely="the key is trimmed, folded to one case, turned into a number or cut",
            where="keys like " + (", ".join(masked(each) for each in lost) or masked(row[key])),
        )


def _twins(key: Any) -> list[Any]:
    """A key and others that differ from it in one sign."""
    if isinstance(key, int):
        return [key, key * 10, key + 1]
    text = str(key)
    long = f"{text}-".ljust(LONG, "1")
    alike = (
        text,
        text.swapcase(),
        f"0{text}",
        f"9{text[1:]}",
        f"{text}0",
        f"{text}-1",
        f"{text[:-1]}9",
        text[1:],
        text[:-1],
        "".join(filter(str.isalnum, text)),
        long,
        f"{long[:-1]}9",
        f"9{long[1:]}",
    )
    return [each for each in dict.fromkeys(alike) if each.strip() == each and each]


def _counted(h: Harness, rows: Sequence[Row]) -> int:
    return kept(h, rows).report.counts.fetched


def _first_gone(h: Harness, rows: Sequence[Row]) -> int | None:
    """Which row, by halves, is counted nowhere even where it is the only one."""
    low, high = 0, len(rows)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _counted(h, rows[low:middle]) < middle - low else (middle, high)
    return None if _counted(h, rows[low:high]) else low


def _changed(row: Row, keep: Set[str]) -> Iterator[tuple[Spot, Row]]:
    """The row with each of its values left empty, and told otherwise; those the suite itself needs are kept."""
    for spot, value in leaves(row):
        if spot[0] not in keep:
            for changed in (type(value)() if isinstance(value, str) else None, *other(value)):
                yield spot, with_leaf(row, spot, changed)


def _status(adapter: Any, row: Row) -> Spot | None:
    """Where the status stands: the field whose word alone the draft takes for it."""
    for spot, _ in leaves(row):
        draft = drafted(adapter, with_leaf(row, spot, PROBE))
        if draft is not None and draft.status == PROBE:
            return spot
    return None


def _codes(h: Harness, row: Row, spot: Spot) -> list[Any]:
    """The statuses of the manifest's table, as this source writes them: numbers where its own is one."""
    at = dict(leaves(row))[spot]
    stages = h.subject.manifest.stages
    return [int(code) if isinstance(at, int) and code.isdecimal() else code for code in stages]
