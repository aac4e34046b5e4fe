"""RS: changes that the update time does not tell, or tells wrongly."""

from collections.abc import Mapping

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.lab.rows import Row
from conformance.outcome import NotApplicable, Violation
from conformance.paged import first_rows
from conformance.resuming import EVERYTHING, FAR, TRUE_TO_TIME, clone, names, recorded, stored, timed
from conformance.shaped import drafted, reserved
from hub.testing import RecordRow

RESUMES = Level.RESUMES


@check(
    "RS-18",
    level=RESUMES,
    clause="A row that comes with other content under the same update time is stored as a change.",
    why="Corrections by hand, straight in the table, leave the update time alone. The hub compares contents, and keeps "
    "both; an adapter that knows a row by its key and time throws the correction away.",
    after=(*TRUE_TO_TIME, "RS-04"),
    waivable=False,
    failing='seen = {(row["case_no"], row["updated"]): row for row in page.rows}; return list(seen.values())',
    passing="give every row: the hub knows which it has",
)
def corrections_are_stored(h: Harness) -> None:
    """Every row with another text and its old time (F29), in a later run; then both copies in one read."""
    newest, rows = timed(h), recorded(h)
    field = _telling(h, rows[0])
    with h.source(rows=rows) as sim, h.store() as store:
        h.run(sim, store)
        before = stored(h, store)
        sim.fault("same_time", times=None, field=field)
        h.run(sim, store, overlap_s=EVERYTHING)
        after = stored(h, store)
    _changed(before, after, "a later run")
    copies = [rows[0], {**rows[0], field: f"{rows[0][field]}（更正）"}]
    with h.source(rows=[clone(h, newest), *copies]) as sim, h.store() as store:
        given = h.run(sim, store, page_size=4).counts.fetched
    if given != 3:
        raise Violation(
            expected="both copies of a row, beside another row",
            observed=f"{given} rows",
            likely="a row is known by its key and time, and the copy left out",
            where="one read with both copies",
        )


@check(
    "RS-19",
    level=RESUMES,
    clause="An update time that goes back undoes no record, and ends no read.",
    why="A table restored from a backup, a clock put right: rows come with times before those that were asked for. "
    "What stands behind such a row is new all the same.",
    after=(*TRUE_TO_TIME, "RS-04"),
    waivable=False,
    failing='if page.rows[-1]["updated"] < start: return  # from here on all is known',
    passing="read to the end: the hub knows which revision is the newer one",
)
def times_may_go_back(h: Harness) -> None:
    """Every row changes after a run, and the first of them tells a time before all others (F30)."""
    newest, wire = timed(h), h.subject.wire
    with h.source(rows=recorded(h)) as sim, h.store() as store:
        first = str(first_rows(h, sim)[1][wire.key])
        known = names(h, sim)[first]
        h.run(sim, store)
        before = stored(h, store)
        for key in [row[wire.key] for row in sim.rows]:
            sim.rows.update(key, **{wire.time: sim.later()})
        sim.fault("time_back", times=None, keys=[first], value=h.times.write(newest - FAR))
        report = h.run(sim, store, page_size=2)
        after = stored(h, store)
    if report.outcome != "complete":
        raise Violation(
            expected="a complete read",
            observed=f"outcome {report.outcome}: {report.error}",
            likely="a time before the one asked for is taken for an error",
            where="a read in which a time went back",
        )
    if after[known] != before[known]:
        raise Violation(
            expected="the newer revision where it was",
            observed="the older one",
            likely="the revision is not read from the update time",
            where="the row whose time went back",
        )
    _changed({key: row for key, row in before.items() if key != known}, after, "a read in which a time went back")


def _changed(before: Mapping[str, RecordRow], after: Mapping[str, RecordRow], where: str) -> None:
    """Each of these records has one version more. Raises Violation."""
    still = [key for key, record in before.items() if after[key].versions != record.versions + 1]
    if still:
        raise Violation(
            expected=f"one version more of each of {len(before)} records",
            observed=f"{len(still)} unchanged",
            likely="rows that seem to be known are left out, or the read ends at one of them",
            where=where,
        )


def _telling(h: Harness, row: Row) -> str:
    """The field with the longest text that comes through to the draft. Raises NotApplicable."""
    with h.source(rows=[row]) as sim:
        adapter = h.adapter(sim)
    keep, drafted_now = reserved(h), drafted(adapter, row)
    texts = [name for name, value in row.items() if isinstance(value, str) and value and name not in keep]
    for name in sorted(texts, key=lambda each: -len(str(row[each]))):
        if drafted(adapter, {**row, name: f"{row[name]}（更正）"}) != drafted_now:
            return name
    raise NotApplicable("no text of a row comes through to the draft")
