"""RS: reads that end early or go wrong: progress follows the rows."""

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import Violation
from conformance.paged import first_rows
from conformance.resuming import (
    FAR,
    TRUE_TO_KEY,
    TRUE_TO_TIME,
    Stopped,
    clone,
    expect,
    recorded,
    stop_at,
    stored,
    timed,
    told_of,
)
from hub.testing import POINTS

RESUMES = Level.RESUMES


@check(
    "RS-07",
    level=RESUMES,
    clause="After a read that breaks off, the next run brings what is missing.",
    why="A watermark ahead of the rows skips them for ever; the run that skips them is green.",
    after=TRUE_TO_TIME,
    waivable=False,
    failing="except SourceUnavailable: return  # page 2 failed: the read looks complete",
    passing="let the error rise: the run is incomplete, and the mark stays",
)
def mark_never_leads(h: Harness) -> None:
    """Fail the second page, with the newest row on the first; then run on in peace, without overlap."""
    timed(h)
    wire = h.subject.wire
    with h.source() as sim, h.store() as store:
        pages, first = first_rows(h, sim)
        sim.rows.update(first[wire.key], **{wire.time: sim.later()})
        sim.fault("status", status=503, after=pages, times=None)
        h.run(sim, store, page_size=2)
        sim.clear()
        h.run(sim, store, page_size=2, overlap_s=0)
        likely = "the error was swallowed and the read looked complete, or ORDERED is claimed of rows that are not"
        expect(h, sim, store, recorded(h), likely=likely, where="the run after one that failed on page 2")


@check(
    "RS-08",
    level=RESUMES,
    clause="A row from the far future moves no watermark.",
    why="One row of 9999-09-09, and nothing changed before that day is ever asked for again.",
    after=TRUE_TO_TIME,
    waivable=False,
    failing='revision=min(item["updated"], as_of)  # the future becomes now',
    passing='revision=item["updated"]  # the hub leaves the future out',
)
def future_moves_no_mark(h: Harness) -> None:
    """Compare the marks of a source with and without such a row."""
    future, marks = clone(h, timed(h) + FAR), []
    for more in ((), (future,)):
        with h.source() as sim, h.store() as store:
            sim.rows.add(*more)
            marks.append(h.run(sim, store).watermark)
    if marks[0] != marks[1]:
        raise Violation(
            expected="the watermark that the other rows prove",
            observed="another one, moved by a row decades ahead",
            likely="the draft makes a plausible time of an impossible one",
            where=f"field {h.subject.wire.time}",
        )


@check(
    "RS-09",
    level=RESUMES,
    clause="A run that ends at any commit point leaves nothing that the next one does not make whole.",
    why="Machines lose power. Rows and progress are committed together; an adapter that keeps its own place is not.",
    after=TRUE_TO_KEY,
    waivable=False,
    failing='type(self).position = page.body["next"]  # kept by the class: ahead of what was committed',
    passing="begin where `since` says, every time",
)
def any_end_is_made_whole(h: Harness) -> None:
    """End the run at each commit point, on the first or the second page; compare with an undisturbed one."""
    with h.source() as sim:
        with h.store() as oracle:
            h.run(sim, oracle)
            expected = told_of(stored(h, oracle))
        for at, point in enumerate(POINTS):
            with h.store() as store:
                try:
                    h.run(sim, store, stop=stop_at(point, 1 + at % 2))
                except Stopped:
                    h.observe()
                h.run(sim, store)
                found = told_of(stored(h, store))
            if found != expected:
                lost = len(expected.keys() - found.keys())
                raise Violation(
                    expected=f"the {len(expected)} records of an undisturbed run",
                    observed=f"{lost} missing, {len(found.keys() - expected.keys())} more",
                    likely="the adapter keeps its own place in the read, ahead of what was committed",
                    where=f"the run after an end at {point}, page {1 + at % 2}",
                )
