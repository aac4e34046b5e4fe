"""IN: pushes that come again, too late, or while the hub is going down: each acts once, and the newest word stands."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.lab.rows import Row
from conformance.lab.sender import Sender
from conformance.leaves import masked
from conformance.outcome import NotApplicable, Violation
from conformance.pushing import inbox, push, read, sender
from conformance.resuming import Stopped, stop_at, stored, told_of
from hub.api import Capability
from hub.testing import PUSH_POINTS, RecordRow, Store

RESUMES = Level.RESUMES

DAY: Final = timedelta(days=1)


def living(h: Harness, sim: Sender) -> list[Row]:
    """Copies of the sender's rows, none of them a tombstone."""
    gone = h.subject.wire.deleted
    return [dict(row) for row in sim.rows if not gone or row.get(gone.field) != gone.value]


def dated(sim: Sender, rows: Sequence[Row]) -> tuple[Row, datetime]:
    """The first row that tells when it was changed, and that time. Raises NotApplicable."""
    for row in rows:
        if (at := sim.moment(row)) is not None:
            return row, at
    raise NotApplicable("the pushed rows tell no update time")


def with_text(row: Row, sim: Sender) -> Row:
    """The row, telling something else of what it is about."""
    texts = {name: value for name, value in row.items() if isinstance(value, str)}
    name = max(
        texts.keys() - {sim.spec.key, sim.spec.time, sim.spec.code}, key=lambda each: len(texts[each]), default=""
    )
    return {**row, name: f"{texts[name]}（旧）"} if name else row


def said(records: Mapping[str, RecordRow]) -> dict[str, tuple[Any, ...]]:
    """What the records say, by key, however often they were told."""
    return {key: (each.revision, each.deleted, dict(each.body)) for key, each in records.items()}


def tell(h: Harness, sim: Sender, store: Store, *readings: Sequence[Row]) -> dict[str, RecordRow]:
    """Push each lot and read it before the next; the records by key."""
    for rows in readings:
        push(h, sim, store, rows)
        read(h, sim, store)
    return stored(h, store)


@check(
    "IN-12",
    level=RESUMES,
    clause="What is pushed again, by whatever number and at whatever time, acts once.",
    why="A source that missed our answer tells it again, and some tell everything again each night.",
    needs=Capability.PUSH,
    after=("IN-07", "RC-06"),
    failing='def items(self, page): return [page.body["case"] | {"case_no": page.body["id"]}]',
    passing='key=item["case_no"]: the number of the push says nothing of the matter',
)
def pushed_again_acts_once(h: Harness) -> None:
    """Push every row three times: the same push word for word, then a new one an hour later."""
    with sender(h) as sim, h.store() as store:
        rows = [dict(row) for row in sim.rows]
        with inbox(h, sim, store) as door:
            for body in sim.bodies(rows):
                request = sim.request(door, body)
                if [sim.send(door, request).good for _ in range(2)] != [True, True]:
                    raise Violation(
                        expected="success for the same push told twice",
                        observed="a refusal",
                        likely="the source will go on telling it",
                        where="the same push, word for word",
                    )
        read(h, sim, store)
        before = told_of(stored(h, store))
        sim.clock += timedelta(hours=1)
        after = told_of(tell(h, sim, store, rows))
    if other := sorted(key for key in after if after[key] != before.get(key)):
        raise Violation(
            expected=f"the {len(before)} records there were",
            observed=f"{len(after.keys() - before.keys())} more, {len(other)} written anew",
            likely="the draft holds something of the push itself: its number, or the time it was sent",
            where=f"key {masked(other[0])}",
        )


@check(
    "IN-13",
    level=RESUMES,
    clause="An older state that is pushed after a newer one does not win.",
    why="Queues on the way turn the order around, and what failed at noon is told again at night.",
    needs=Capability.PUSH,
    after=("IN-07", "RC-07"),
    waivable=False,
    failing='def items(self, page): return [page.body["case"] | {"updated": page.body["sent"]}]',
    passing='revision=item["updated"]: when the matter changed, not when it was told',
)
def newer_state_stands(h: Harness) -> None:
    """Two states of a row, the older one last: in one reading, and in two."""
    with sender(h) as sim:
        row, at = dated(sim, living(h, sim))
        old = with_text({**row, sim.spec.time: sim.stamp(at - DAY)}, sim)
        with h.store() as store:
            newest = said(tell(h, sim, store, [row]))
        for where, readings in (("one reading", [[row, old]]), ("two readings", [[row], [old]])):
            sim.clock += timedelta(minutes=1)
            with h.store() as store:
                found = said(tell(h, sim, store, *readings))
            if found != newest:
                raise Violation(
                    expected="the newer state in the store",
                    observed="the older one" if found.keys() == newest.keys() else "another key",
                    likely="the revision is left out for pushes, or is the time of the push",
                    where=f"{where}, the older state last",
                )


@check(
    "IN-14",
    level=RESUMES,
    clause="A tombstone that is pushed marks its record as deleted, and an older push does not undo it.",
    why="Withdrawn matters are told once. One that lives on in the store is acted upon.",
    needs=(Capability.PUSH, Capability.DELETIONS),
    after=("IN-13",),
    waivable=False,
    failing='def items(self, page): return [row for row in page.rows if row["state"] != "void"]',
    passing="every row that is pushed, tombstones too",
)
def tombstones_are_pushed(h: Harness) -> None:
    """A row, its tombstone, and the row once more."""
    gone = h.subject.wire.deleted
    if gone is None:
        raise NotApplicable("conformance.toml tells no tombstone")
    with sender(h) as sim, h.store() as store:
        row, at = dated(sim, living(h, sim))
        dead = {**row, gone.field: gone.value, sim.spec.time: sim.stamp(at + DAY)}
        for where, rows in (("the tombstone", [row, dead]), ("the row as it was, after its tombstone", [row])):
            found = tell(h, sim, store, rows)
            if [record.deleted for record in found.values()] != [True]:
                raise Violation(
                    expected="one record, marked as deleted",
                    observed=f"{len(found)} records, {sum(each.deleted for each in found.values())} of them deleted",
                    likely="items() leaves out what is withdrawn, or its draft has no revision",
                    where=where,
                )


@check(
    "IN-15",
    level=RESUMES,
    clause="What was answered with success is read to its end, at whatever point the reading broke off.",
    why="The source tells it no more. Between its answer and our commit the hub may go down, or the disk be full.",
    needs=Capability.PUSH,
    after=("IN-07",),
    waivable=False,
    failing='if page.body["id"] in self.seen: return []  # told already',
    passing="pure items(): the same push gives the same rows, as often as it is opened",
)
def broken_off_is_read_again(h: Harness) -> None:
    """An end at each point of the reading; then a reading in peace."""
    with sender(h) as sim, h.store() as store:
        whole = told_of(tell(h, sim, store, [dict(row) for row in sim.rows]))
    for point in PUSH_POINTS:
        with sender(h) as sim, h.store() as store:
            push(h, sim, store)
            adapter = h.adapter(sim)  # where only a commit failed, it lives on
            with suppress(Stopped):
                read(h, sim, store, stop=stop_at(point, 1), adapter=adapter)
            read(h, sim, store, adapter=adapter)
            found = told_of(stored(h, store))
        if lost := sorted(key for key in whole if found.get(key) != whole[key]):
            raise Violation(
                expected=f"all {len(whole)} records",
                observed=f"{len(lost)} that are missing or other than they were",
                likely="items() or draft() remember what they have seen",
                where=f"an end at {point}",
            )
