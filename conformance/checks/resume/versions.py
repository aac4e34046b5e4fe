"""RS: what a store holds after several reads: each change once, the newest on top."""

from datetime import datetime, timedelta

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.leaves import masked
from conformance.outcome import Violation
from conformance.resuming import (
    EVERYTHING,
    TRUE_TO_KEY,
    TRUE_TO_TIME,
    clone,
    recorded,
    stamp,
    stored,
    timed,
    told_of,
)
from hub.testing import RunReport, Store

RESUMES = Level.RESUMES


@check(
    "RS-01",
    level=RESUMES,
    clause="A second run over an unchanged source writes nothing.",
    why="A store that grows by reading is useless as history: nobody can tell a change from a second look.",
    after=TRUE_TO_KEY,
    failing='extra={"read_at": str(self.read_at)}  # differs from run to run',
    passing="drafts that hold what the source says, and nothing of the moment they were read",
)
def second_run_writes_nothing(h: Harness) -> None:
    """Run twice, the second time from before everything, an hour later."""
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        before = told_of(stored(h, store))
        sim.clock += timedelta(hours=1)
        second = h.run(sim, store, overlap_s=EVERYTHING)
        after = told_of(stored(h, store))
    if after != before or second.counts.stored or second.counts.deleted:
        raise Violation(
            expected="nothing written",
            observed=f"{second.counts.stored} of {second.counts.fetched} items stored anew",
            likely="the draft holds something of the read itself: its time, its place on the page, a number drawn",
            where="second run",
        )


@check(
    "RS-04",
    level=RESUMES,
    clause="A change of any row is stored as a new version of its record.",
    why="A case that was closed and is still shown as open sends people to the wrong door.",
    after=TRUE_TO_TIME,
    waivable=False,
    failing='rows = [row for row in rows if row["state"] == "open"]  # "closed ones do not change"',
    passing="take every row the source gives",
)
def changes_are_stored(h: Harness) -> None:
    """Give every row a newer time after a run; each of its records gets its second version."""
    timed(h)
    wire = h.subject.wire
    with h.source(rows=recorded(h)) as sim, h.store() as store:
        h.run(sim, store)
        before = stored(h, store)
        for key in [row[wire.key] for row in sim.rows]:
            sim.rows.update(key, **{wire.time: sim.later()})
        h.run(sim, store)
        after = stored(h, store)
    still = [key for key, record in before.items() if after[key].versions != record.versions + 1]
    if still or after.keys() != before.keys():
        raise Violation(
            expected=f"one version more of each of {len(before)} records",
            observed=f"{len(still)} unchanged, {len(after) - len(before)} new keys",
            likely="rows are dropped on a resumed read, or the draft leaves the update out",
            where=f"key {masked(still[0])}" if still else "keys",
        )


@check(
    "RS-06",
    level=RESUMES,
    clause="The newer revision of a row wins, whichever comes first.",
    why="Replicas lag and pages overlap: an old copy comes after a new one, and must not undo it.",
    after=TRUE_TO_TIME,
    waivable=False,
    failing="rows = {row[key]: row for row in rows}.values()  # of two copies the last one wins",
    passing="give both copies: the hub compares revisions",
)
def newer_revision_wins(h: Harness) -> None:
    """Let two copies of a row come in one read, either one first, then the old one alone.

    A source that goes on from a row's time and key (a keyset) promises their order: the old copy comes first.
    """
    newest, wire = timed(h), h.subject.wire
    row, older = recorded(h)[0], newest - timedelta(days=2)
    old, new = ({**row, wire.time: stamp(h, at)} for at in (older, newest))
    for turned in (False, True) if wire.page.kind != "keyset" else (False,):
        with h.source(rows=[clone(h, older), old, new]) as sim, h.store() as store:
            if turned:
                sim.fault("overlap", times=None, turned=True)
            report = h.run(sim, store)
            _is_new(h, store, newest, report, "one read with both copies")
            sim.clear()
            sim.rows.update(row[wire.key], **{wire.time: h.times.write(older)})
            report = h.run(sim, store, overlap_s=EVERYTHING)
            _is_new(h, store, newest, report, "a read with the old copy")


def _is_new(h: Harness, store: Store, newest: datetime, report: RunReport, where: str) -> None:
    """The newest revision of the store is that of the newer copy. Raises Violation."""
    latest = max((each.revision or 0 for each in h.records(store)), default=0)
    if latest != int(newest.timestamp()) * 1_000_000 + newest.microsecond:
        raise Violation(
            expected="the newer copy in the store",
            observed="the older one",
            likely=f"the read ended before it came to the newer copy: {report.error}"
            if (report.error or "").startswith("source.")
            else "copies are sorted out by their place in the page, or the revision is left out",
            where=where,
        )


@check(
    "RS-15",
    level=RESUMES,
    clause="Two full reads of an unchanged source agree, however far apart.",
    why="A first read that goes back a fixed time loses what is older, and each new store loses more.",
    after=TRUE_TO_KEY,
    waivable=False,
    failing="since or source.now() - timedelta(days=365)",
    passing="since None means everything; history_from is the operator's to set",
)
def full_reads_agree(h: Harness) -> None:
    """Read everything twice, two years apart by the clock."""
    reads = []
    with h.source() as sim:
        for _ in range(2):
            reads.append({str(seen.draft.key): seen.draft for seen in h.drafts(sim)})
            sim.clock += timedelta(days=730)
    one, two = reads
    differing = sorted(key for key in one.keys() | two.keys() if one.get(key) != two.get(key))
    if differing:
        raise Violation(
            expected=f"the same {len(one)} drafts",
            observed=f"{len(one.keys() - two.keys())} missing, {len(differing)} different",
            likely="a full read is bounded by the clock, or the draft looks at it",
            where=f"key {masked(differing[0])}",
        )
