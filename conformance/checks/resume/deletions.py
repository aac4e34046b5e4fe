"""RS: deletions. A tombstone is honoured, stays, and is no last word: what comes back newer lives again."""

from collections.abc import Mapping
from datetime import timedelta

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.leaves import masked
from conformance.outcome import Violation
from conformance.resuming import EVERYTHING, TRUE_TO_TIME, names, recorded, stored, timed
from hub.api import Capability
from hub.testing import RecordRow

RESUMES = Level.RESUMES


@check(
    "RS-11",
    level=RESUMES,
    clause="A tombstone marks its record as deleted.",
    after=TRUE_TO_TIME,
    why="A withdrawn case that lives on in the store is acted upon. Absence is no deletion; a tombstone is.",
    needs=Capability.DELETIONS,
    failing='deleted=item["state"] == "deleted"  # the source says "void"',
    passing='deleted=item["state"] == "void"',
)
def tombstones_are_honoured(h: Harness) -> None:
    """Delete every row after a run: each bears a status of its own, and any matter may be withdrawn."""
    with h.source(rows=recorded(h)) as sim, h.store() as store:
        known = names(h, sim)
        h.run(sim, store)
        for key in sim.keys:
            sim.tombstone(key)
        sim.clock += timedelta(days=len(sim.keys))  # where update times are days, each tombstone is one of its own
        h.run(sim, store)
        found = stored(h, store)
        living = [(key, known.get(key, key) in found) for key in sim.keys if not _deleted(found, known.get(key, key))]
    for key, kept in living[:1]:
        raise Violation(
            expected=f"{len(known)} records marked as deleted",
            observed=f"{len(living)} that are not: {'one lives on' if kept else 'one is no record'}",
            likely="the draft asks another field or value than the source writes, or honours it in one state only",
            where=f"key {masked(key)}",
        )


@check(
    "RS-12",
    level=RESUMES,
    clause="An older row does not undo a tombstone, not even one that came first.",
    why="A replica that lags brings the deleted matter back to life, with all the personal data in it.",
    needs=Capability.DELETIONS,
    after=("RS-11",),
    waivable=False,
    failing='if item["state"] == "void": return Draft(key=item["case_no"], deleted=True)  # no revision',
    passing="a tombstone bears its revision like any row",
)
def tombstones_stay(h: Harness) -> None:
    """Let the old row come after its tombstone: of a matter known before, and of one first heard of by it."""
    newest, wire = timed(h), h.subject.wire
    for known_before in (True, False):
        with h.source(rows=recorded(h)) as sim, h.store() as store:
            last = recorded(h)[-1]
            key = last[wire.key]
            name = names(h, sim).get(str(key), str(key))
            if known_before:
                h.run(sim, store)
            sim.tombstone(key)
            h.run(sim, store)
            sim.rows.update(key, **{**last, wire.time: h.times.write(newest - timedelta(days=1))})
            h.run(sim, store, overlap_s=EVERYTHING)
            record = stored(h, store).get(name)
        if record is None or not record.deleted:
            raise Violation(
                expected="a record that stays deleted",
                observed="one that lives again",
                likely="the tombstone's draft has no revision, so that any row counts as newer",
                where="a matter known before" if known_before else "a matter first heard of by its tombstone",
            )


@check(
    "RS-29",
    level=RESUMES,
    clause="A deleted row that comes back newer is a living record again.",
    why="Clerks withdraw a matter by mistake and restore it the same day. A hub that holds it deleted for ever shows "
    "nobody a case that is being heard.",
    needs=Capability.DELETIONS,
    after=("RS-11",),
    waivable=False,
    failing="GONE.add(draft.key); draft.deleted = draft.key in GONE  # once deleted, for ever deleted",
    passing="draft.deleted says what this row says: the hub knows which revision is the newer one",
)
def what_comes_back_lives(h: Harness) -> None:
    """Delete a row after a run, and restore it after another."""
    wire = h.subject.wire
    with h.source(rows=recorded(h)) as sim, h.store() as store:
        row = recorded(h)[-1]
        key = str(row[wire.key])
        name = names(h, sim).get(key, key)
        sim.tombstone(key)
        h.run(sim, store)
        back = {**row, wire.time: sim.later()}
        sim.rows.delete(key)
        sim.rows.add(back)
        sim.clock += timedelta(days=2)  # where update times are days, each of the two is one of its own
        h.run(sim, store)
        found = stored(h, store)
    if name not in found or _deleted(found, name):
        raise Violation(
            expected="a record that lives again",
            observed="one that stays deleted" if name in found else "no record",
            likely="the adapter remembers what was deleted, or gives the tombstone a revision of its own",
            where=f"key {masked(key)}",
        )


def _deleted(found: Mapping[str, RecordRow], name: str) -> bool:
    """Whether there is such a record, marked as deleted."""
    return name in found and found[name].deleted
