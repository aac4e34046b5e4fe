"""RS: what a resumed read asks for: from the watermark on, all of it, and no more than that."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import Violation
from conformance.resuming import TRUE_TO_TIME, clone, expect, timed
from hub.api import Capability

RESUMES = Level.RESUMES

ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu")
"""Zones a machine may stand in."""


@check(
    "RS-02",
    level=RESUMES,
    clause="A row changed at exactly the watermark is read by the next run.",
    why="Rows of one instant are not all there when it is first read. Asking for later ones only loses the rest.",
    after=TRUE_TO_TIME,
    waivable=False,
    failing="since=(since + timedelta(seconds=1)).strftime(…)  # so that the last row does not come twice",
    passing="since as given: it is inclusive, and rows that come twice write nothing",
)
def bound_is_inclusive(h: Harness) -> None:
    """Add a row at the newest time after a run; read on without overlap."""
    newest = timed(h)
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        late = clone(h, newest)
        sim.rows.add(late)
        h.run(sim, store, overlap_s=0)
        expect(
            h, sim, store, [late], likely="the bound sent to the source is later than the one given", where="second run"
        )


@check(
    "RS-03",
    level=RESUMES,
    clause="Rows of one update time survive the edges of pages.",
    after=TRUE_TO_TIME,
    why="A batch job stamps a thousand rows alike. Whoever pages by time alone loses those behind the first edge.",
    waivable=False,
    failing='since = page.rows[-1]["updated"]  # next page: later than that',
    passing="page by the source's token, or by (time, key) together",
)
def equal_times_survive(h: Harness) -> None:
    """Read seven rows of one time on pages of a few, then three more of that time.

    Before them stands an older row, whose key is behind theirs: the place in a list is no greatest time and key.
    """
    newest = timed(h)
    rows = [clone(h, newest - timedelta(days=1), 9), *(clone(h, newest, number) for number in range(1, 8))]
    late = [clone(h, newest, number) for number in range(10, 13)]
    with h.source(rows=rows) as sim, h.store() as store:
        h.run(sim, store, page_size=2)
        expect(h, sim, store, rows, likely="pages follow one another by time alone", where="first run")
        sim.rows.add(*late)
        h.run(sim, store, overlap_s=0, page_size=2)
        expect(h, sim, store, rows + late, likely="pages follow one another by time alone", where="second run")


@check(
    "RS-05",
    level=RESUMES,
    clause="A row that appears a minute late is read by the next run.",
    why="Rows are written in one order and become visible in another. The overlap is there for those that come late.",
    needs=Capability.INCREMENTAL,
    after=TRUE_TO_TIME,
    waivable=False,
    failing="overlap_s=0  # so that nothing is read twice",
    passing="overlap_s left as it is (600), or longer",
)
def late_rows_are_read(h: Harness) -> None:
    """Add a row a minute older than the newest after a run."""
    newest = timed(h)
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        late = clone(h, newest - timedelta(minutes=1))
        sim.rows.add(late)
        h.run(sim, store)
        expect(h, sim, store, [late], likely="the manifest's overlap_s is too short", where="second run")


@check(
    "RS-10",
    level=RESUMES,
    clause="From any watermark, all that changed at or after it is read.",
    why="A time written wrong for one hour of the day loses the rows of that hour, and no other test meets it.",
    after=TRUE_TO_TIME,
    waivable=False,
    failing='since.strftime("%Y-%m-%d %H:%m:%S")  # %m is the month',
    passing='since.strftime("%Y-%m-%d %H:%M:%S")',
)
def any_watermark_resumes(h: Harness) -> None:
    """Ask from each of a dozen times spread over days, hours, minutes and seconds."""
    newest, wire = timed(h), h.subject.wire
    moments = [newest - timedelta(hours=19 * at, minutes=7 * at + 1, seconds=11 * at) for at in range(12)]
    moments += [newest.replace(minute=1, second=0) - timedelta(hours=5, days=at) for at in (0, 12)]
    rows = [clone(h, at, number) for number, at in enumerate(moments, 1)]
    with h.in_zone(wire.zone), h.source(rows=rows) as sim:
        for since in moments:
            read = {str(item[wire.key]) for page in h.pages(sim, since, page_size=100) for item in page.rows}
            due = {str(row[wire.key]) for row in sim.rows if (at := sim.moment(row)) is not None and at >= since}
            if lost := due - read:
                raise Violation(
                    expected=f"the {len(due)} rows changed since",
                    observed=f"{len(lost)} of them missing",
                    likely="the watermark reaches the source as another time",
                    where=f"since {since.astimezone(h.times.zone):%H:%M:%S} there",
                )


@check(
    "RS-13",
    level=RESUMES,
    clause="An adapter that claims INCREMENTAL asks for less when it resumes.",
    why="A claim that nothing stands behind reads everything each time, and the source throttles us for it.",
    needs=Capability.INCREMENTAL,
    failing="capabilities={Capability.INCREMENTAL}  # and since is sent nowhere",
    passing='source.get("/cases", since=…)',
)
def since_narrows(h: Harness) -> None:
    """Compare the rows there are with what comes from a time near the end of their two hundred days."""
    newest, wire = timed(h), h.subject.wire
    rows = [clone(h, newest - timedelta(days=20 * number), number) for number in range(10)]
    with h.source(rows=rows) as sim:
        part = {str(item[wire.key]) for page in h.pages(sim, newest - timedelta(days=1)) for item in page.rows}
    if len(part) == len(rows):
        raise Violation(
            expected=f"fewer than the {len(rows)} rows there are",
            observed="all of them",
            likely="the request bears no `since`, or the source knows it by another name",
            where="a read from a day before the newest row",
        )


@check(
    "RS-14",
    level=RESUMES,
    clause="A watermark of whole seconds, as an earlier release wrote it, is read on from.",
    why="An upgrade must not begin from the start, and still less from a time that was misread.",
    after=TRUE_TO_TIME,
    waivable=False,
    failing='since.isoformat()[:-6]  # has no ".000" when there is no fraction',
    passing='since.strftime("%Y-%m-%d %H:%M:%S")',
)
def old_watermarks_are_read(h: Harness) -> None:
    """Rewrite the stored mark to seconds, add a row at that second, run on."""
    newest = timed(h)
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        whole = newest.replace(microsecond=0)
        with store.database.transaction() as connection:
            connection.execute(text("UPDATE watermark SET value = :mark"), {"mark": f"{whole:%Y-%m-%dT%H:%M:%SZ}"})
        late = clone(h, newest)
        sim.rows.add(late)
        report = h.run(sim, store, overlap_s=0)
        likely = "the time is written in a form that depends on its fraction of a second"
        where = f"a watermark without a fraction, {report.outcome}, {report.error or 'no error'}"
        expect(h, sim, store, [late], likely=likely, where=where)


@check(
    "RS-16",
    level=RESUMES,
    clause="A watermark asks for the same rows in whatever zone the machine stands.",
    why="In a container that runs in UTC all goes well; on a server in another zone hours of rows are skipped.",
    after=TRUE_TO_TIME,
    waivable=False,
    failing='since.astimezone().strftime("%Y-%m-%d %H:%M:%S")  # the machine\'s zone',
    passing='since.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S")',
)
def since_knows_no_machine_zone(h: Harness) -> None:
    """Ask from one time in five zones; compare what is asked."""
    newest = timed(h)
    asked: dict[str, list[Any]] = {}
    with h.source() as sim:
        for zone in ZONES:
            with h.in_zone(zone):
                sim.calls.clear()
                h.pages(sim, newest - timedelta(hours=6))
                asked[zone] = [sorted((name, str(value)) for name, value in call.params.items()) for call in sim.calls]
    for zone, calls in asked.items():
        if calls[:1] != asked[ZONES[0]][:1]:
            raise Violation(
                expected=f"the question asked in {ZONES[0]}",
                observed=f"another one in {zone}",
                likely="the watermark is written in the zone of the machine",
                where="first request",
            )
