"""RS: clocks that are wrong, at the source or in the store, and time that passed: what changes is read all the same."""

from datetime import timedelta

from sqlalchemy import text

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.resuming import TRUE_TO_TIME, clone, expect, timed

SKEWS = (timedelta(minutes=10), -timedelta(minutes=10), timedelta(days=1), -timedelta(days=1))
"""How far a source's clock may be ahead of the hub's (F20)."""

DOWN = timedelta(days=90)
"""How long a hub may be down: a quarter, for the sake of a budget, a move or a quarrel."""


@check(
    "RS-17",
    level=Level.RESUMES,
    clause="A source whose clock is fast or slow, by minutes or a day, loses no row.",
    why="Nobody sets the clock of the machine under the stairs. What it stamps, it also compares with; a reader that "
    "puts its times right asks it for hours that it has not reached.",
    after=(*TRUE_TO_TIME, "RS-14"),
    waivable=False,
    failing="revision=updated + (page.fetched - page.clock)  # the source is a day behind",
    passing="times as the source wrote them: its own clock is the one it will be asked by",
)
def wrong_clocks_lose_nothing(h: Harness) -> None:
    """Two runs an hour apart, each with a row stamped by a wrong clock; then one with the clock put right."""
    timed(h)
    for skew in SKEWS:
        with h.source() as sim, h.store() as store:
            sim.fault("skew", times=None, seconds=skew.total_seconds())
            rows = []
            for number in (1, 2):
                rows.append(clone(h, sim.clock + skew, number))
                sim.rows.add(rows[-1])
                h.run(sim, store)
                sim.clock += timedelta(hours=1)
            sim.clear()
            sim.clock += timedelta(days=2)
            h.run(sim, store)
            expect(
                h, sim, store, rows,
                likely="times or the watermark are changed by the difference of two clocks",
                where=f"a source whose clock is {abs(skew)} {'fast' if skew > timedelta() else 'slow'}",
            )  # fmt: skip


@check(
    "RS-21",
    level=Level.RESUMES,
    clause="A watermark ahead of the clock keeps nothing from being read that changes from now on.",
    why="A clock that ran a year ahead for one night leaves such a mark. The hub then reads from now on; an adapter "
    "that thinks this too short a time to bother reads nothing for a year.",
    after=(*TRUE_TO_TIME, "RS-14", "RS-28"),
    waivable=False,
    failing="if since and source.now() - since < timedelta(hours=1): return  # read just now",
    passing="read from `since`, however near it is: the hub decides how often",
)
def mark_ahead_is_harmless(h: Harness) -> None:
    """The stored mark is set to the year 9999; then a row changes."""
    timed(h)
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        with store.database.transaction() as connection:
            connection.execute(text("UPDATE watermark SET value = '9999-09-09T09:09:09Z'"))
        late = clone(h, sim.clock)
        sim.rows.add(late)
        report = h.run(sim, store)
        likely = "the adapter reads nothing when it was asked from a moment ago"
        where = f"a watermark in the year 9999, {report.outcome}, {report.error or 'no error'}"
        expect(h, sim, store, [late], likely=likely, where=where)


@check(
    "RS-30",
    level=Level.RESUMES,
    clause="What changed while the hub was down is read when it is up again, however long that was.",
    why="The watermark stands where it stood. A reader that goes back a month at the most, so that no page grows too "
    "long, leaves out what came before, and the next run begins after it.",
    after=(*TRUE_TO_TIME, "RS-14"),
    waivable=False,
    failing="since = max(since, source.now() - timedelta(days=30))  # nobody is away for longer",
    passing="read from `since`, or in stretches that begin there",
)
def long_absence_loses_nothing(h: Harness) -> None:
    """Two rows, of the day after a run and of a week before the next, which comes a quarter later."""
    timed(h)
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        begin, sim.clock = sim.clock, sim.clock + DOWN
        rows = [clone(h, at, number) for number, at in enumerate((begin + SKEWS[2], sim.clock - timedelta(days=7)), 1)]
        for row in rows:
            sim.rows.add(row)
        h.run(sim, store)
        likely = "the adapter bounds how far back it reads, or how many pages an increment has"
        expect(h, sim, store, rows, likely=likely, where=f"a run {DOWN.days} days after the last")
