"""RC-01 to RC-06: items become records, under keys that identify them for ever."""

from copy import deepcopy

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.leaves import NOTHING, leaves, masked, numbered, other, told, with_leaf
from conformance.outcome import Violation
from conformance.shaped import drafted, fullest, items

READS = Level.READS

_SAYING = ("title", "name", "dataset", "action", "number")
"""What a record, or an entry of one of the other kinds, says first: one of these."""


@check(
    "RC-01",
    level=READS,
    clause="Every item of the recording becomes a record.",
    why="An item that is refused is a person's matter nobody sees. The recording holds ordinary items only.",
    failing='status=STATES[item["state"]]  # KeyError for a state the author had not met',
    passing='status=item["state"]  # raw; the manifest\'s stages give it meaning',
)
def items_become_records(h: Harness) -> None:
    """Run the recording; look for refusals and for records that say nothing."""
    with h.source() as sim, h.store() as store:
        report, found = h.run(sim, store), h.records(store)
        if report.counts.rejected:
            refused = [line for line in h.log if line["event"] == "record.rejected"]
            raise Violation(
                expected="no item refused",
                observed=f"{report.counts.rejected} of {report.counts.fetched} items were refused",
                likely="the draft raises for some of them; `hub adapter try` shows where",
                where=", ".join(sorted({f"{line.get('code')} {line.get('field')}" for line in refused})),
            )
        if empty := [record for record in found if not (record.deleted or any(map(record.body.get, _SAYING)))]:
            raise Violation(
                expected="a record that says what it is about",
                observed=f"{len(empty)} of {len(found)} records have neither title nor detail",
                likely="the draft reads these fields by other names than the source writes",
                where=f"key {masked(empty[0].key)}",
            )


@check(
    "RC-02",
    level=READS,
    clause="Within one full read, no two records share a key.",
    after=("RC-01",),
    why="Two matters under one key overwrite each other: one of them is lost, and no count shows it.",
    waivable=False,
    failing='key=str(item["row"])  # restarts on each page',
    passing='key=item["case_no"]',
)
def keys_are_unique(h: Harness) -> None:
    """Compare the keys of all drafts of one read."""
    first: dict[str, str] = {}
    for seen in h.read_all():
        key = str(seen.draft.key).strip()
        if key in first:
            raise Violation(
                expected="a new key for every record",
                observed=f"key {masked(key)} at {first[key]} and at {seen.spot}",
                likely="the key is a row number that restarts on each page, or only a part of what identifies the row",
                where=seen.spot,
            )
        first[key] = seen.spot


@check(
    "RC-03",
    level=READS,
    clause="An item without a key becomes no record.",
    after=("RC-02",),
    why="A made-up key is another one at the next read, or the same for all items without one: doubles, or losses. "
    "A key counts as none where it is empty, blank, or a word for nothing: \\N, null, NULL, None, nan, (null).",
    failing='key=item.get("case_no") or "unknown"',
    passing='key=item["case_no"]  # missing: the item is rejected, and can be replayed',
)
def keyless_items_are_refused(h: Harness) -> None:
    """Take the key out of an item, in the ways sources do."""
    key = h.subject.wire.key
    with items(h) as (adapter, found):
        row = fullest(found)
        for blank in (None, "", "  ", "null", "\\N"):
            draft = drafted(adapter, {**row, key: blank})
            if draft is not None and str(draft.key or "").strip() not in ("", *NOTHING):
                raise Violation(
                    expected="no key, or an error, where the source gives none",
                    observed=f"a key of {len(str(draft.key))} characters",
                    likely="a default stands in for the missing key",
                    where=f"field {key} = {blank!r}",
                )


@check(
    "RC-04",
    level=READS,
    clause="An item that cannot be read is rejected alone, and its neighbours are stored.",
    after=("RC-02",),
    why="Every source holds a bad row one day. If it stops the read, all behind it is lost until someone looks.",
    waivable=False,
    failing='items = sorted(page.rows, key=lambda row: row["case_no"])  # one row without it fails the page',
    passing="leave the rows as they come; what draft raises concerns its own item",
)
def bad_items_are_alone(h: Harness) -> None:
    """Run a source one of whose rows lacks its key."""
    with h.source("bad_row") as sim, h.store() as store:
        good = set(sim.keys)
        report, found = h.run(sim, store, page_size=len(good) + 2), h.records(store)
    if report.outcome != "complete" or len(found) < len(good):
        raise Violation(
            expected=f"all {len(good)} neighbours stored, the read complete",
            observed=f"{len(found)} stored, the read {report.outcome}",
            likely="something beside draft looks into the rows, and one of them breaks it",
            where=f"a row without {h.subject.wire.key}",
        )


@check(
    "RC-05",
    level=READS,
    clause="A key does not depend on where its item stands in the read.",
    after=("RC-02",),
    why="Rows move as others come and go. A key that moves with them makes every row a new matter at each read.",
    waivable=False,
    failing="key=f\"{item['case_no']}-{item['row']}\"",
    passing='key=item["case_no"]',
)
def keys_do_not_move(h: Harness) -> None:
    """Read the rows again, each one place further on."""
    rows, key = deepcopy(list(h.recording.rows)), h.subject.wire.key
    with h.source() as sim:
        first = {str(seen.item.get(key)): seen for seen in h.drafts(sim)}
    ahead = {**rows[0], key: numbered(rows[0][key], -1) if isinstance(rows[0][key], int) else f"0{rows[0][key]}"}
    with h.source(rows=[ahead, *rows]) as sim:
        again = {str(seen.item.get(key)): seen for seen in h.drafts(sim)}
    for name, seen in first.items():
        if name in again and again[name].draft.key != seen.draft.key:
            raise Violation(
                expected="the same key wherever the item stands",
                observed=f"another key at {again[name].spot} than at {seen.spot}",
                likely="the key is made of the item's place in its page or in the read",
                where=seen.spot,
            )


@check(
    "RC-06",
    level=READS,
    clause="A key survives a change of any other field of its item.",
    after=("RC-02",),
    why="A matter's title, state and times change over its life. A key made of them loses the matter at each change.",
    waivable=False,
    failing="key=f\"{item['case_no']}@{item['updated']}\"  # each change is a new matter",
    passing='key=item["case_no"], revision=item["updated"]',
)
def keys_survive_changes(h: Harness) -> None:
    """Change the fields of an item one by one."""
    with items(h) as (adapter, found):
        row = fullest(found)
        before = adapter.draft(deepcopy(row)).key
        for spot, value in leaves(row):
            if spot[0] in (h.subject.wire.key, h.subject.wire.row):  # the place in the page is another check's matter
                continue
            for changed in other(value):
                draft = drafted(adapter, with_leaf(row, spot, changed))
                if draft is not None and draft.key != before:
                    raise Violation(
                        expected="the same key after another field has changed",
                        observed="another key",
                        likely=f"the key is made of {told(spot)} too",
                        where=f"field {told(spot)}",
                    )
