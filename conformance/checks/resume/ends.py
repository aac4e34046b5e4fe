"""RS: reads that end early or go wrong: progress follows the rows."""

from datetime import UTC, datetime, timedelta

from conformance.check import Level, Violation, check
from conformance.harness import Harness
from conformance.replay import SimSource
from conformance.resuming import (
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
from hub.testing import POINTS, contents

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
    rows = recorded(h)
    with h.source(rows=rows) as sim, h.store() as store:
        first = h.pages(sim, page_size=2)[0].rows[0][h.subject.wire.key]
        sim.rows.update(_own(sim, h, first), **{h.subject.wire.time: sim.later()})
        sim.fault("status", status=503, after=1, times=None)
        h.run(sim, store, page_size=2)
        before = max(contents(store).watermarks.values(), default="")
        sim.clear()
        h.run(sim, store, page_size=2, overlap_s=0)
        after = max(contents(store).watermarks.values(), default="")
        likely = "the error was swallowed and the read looked complete, or ORDERED is claimed of rows that are not"
        expect(h, sim, store, rows, likely=likely, where="the run after one that failed on page 2")
        if after < before:
            raise Violation(expected="a watermark that stays or moves on", observed="one that moved back")


def _own(sim: SimSource, h: Harness, key: object) -> object:
    """The source's key that reads like this one; XML makes texts of numbers."""
    return next(row[h.subject.wire.key] for row in sim.rows if str(row[h.subject.wire.key]) == str(key))


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
    newest = timed(h)
    rows, marks = recorded(h), []
    future = clone(h, 1, datetime(newest.year + 20, 9, 9, 9, 9, 9, tzinfo=UTC))
    for some in (rows, [*rows, future]):
        with h.source(rows=some) as sim, h.store() as store:
            sim.clock = newest + timedelta(days=1)
            h.run(sim, store)
            marks.append(max(contents(store).watermarks.values(), default=""))
    if marks[0] != marks[1]:
        raise Violation(
            expected="the watermark that the other rows prove",
            observed="another one, moved by a row twenty years ahead",
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
    rows = recorded(h)
    with h.source(rows=rows) as sim:
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
