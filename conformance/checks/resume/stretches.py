"""RS: stretches of time, one after the other: they leave out no day."""

from datetime import timedelta

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.resuming import TRUE_TO_TIME, clone, timed

DAYS, RECENT = 400, 45
"""More than a year, and more than a month: whoever cuts by either crosses an edge."""


@check(
    "RS-28",
    level=Level.RESUMES,
    clause="Stretches of time that are asked for one by one leave out no day, from the first of history to this one.",
    why="A month has 31 days, or the source takes the end for exclusive: the rows of one day in thirty are never asked "
    "for, and nobody misses them.",
    after=TRUE_TO_TIME,
    waivable=False,
    failing="end = begin + timedelta(days=29); …; begin += timedelta(days=31)",
    passing="begin = end + timedelta(days=1)  # or hub.Window, told whether the source takes its end as inclusive",
)
def no_day_is_left_out(h: Harness) -> None:
    """A row on each of four hundred days, the last a minute ago: read from the first on, then from weeks ago."""
    newest, wire = timed(h), h.subject.wire
    if wire.window is None:
        raise NotApplicable("the source is not asked by stretches of time")
    like = clone(h, newest)
    rows = {f"{like[wire.key]}-{day}": newest - timedelta(days=day) for day in range(DAYS)}
    made = [{**like, wire.key: key, wire.time: h.times.write(at)} for key, at in rows.items()]
    with h.source(rows=made) as sim:
        sim.clock = newest + timedelta(minutes=1)
        for since in (None, newest - timedelta(days=RECENT)):
            read = {str(item[wire.key]) for page in h.pages(sim, since, page_size=100) for item in page.rows}
            due = {key for key, at in rows.items() if since is None or at >= since}
            if lost := sorted((rows[key], key) for key in due - read):
                raise Violation(
                    expected=f"the rows of {len(due)} days",
                    observed=f"those of {len(lost)} missing",
                    likely="the stretches do not touch, or the source takes their end otherwise than they are asked",
                    where=f"days before this one: {', '.join(str((newest - at).days) for at, _ in lost[-3:])}",
                )
