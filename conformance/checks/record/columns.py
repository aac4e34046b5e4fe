"""RC-17, RC-18 and RC-22: columns come, go and change; they cost no row that could be read, and do not come unseen."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.resuming import EVERYTHING
from conformance.shaped import fullest, reserved
from hub.api import TableView
from hub.testing import RunReport

READS = Level.READS

COLUMN = "newColumn"


class Run(Protocol):
    """One first read of an instance of its own, under a fault of all its pages."""

    def __call__(self, kind: str, **options: Any) -> RunReport:
        """Run."""
        ...


@check(
    "RC-17",
    level=READS,
    clause="A column nobody has heard of rejects no row.",
    after=("RC-02",),
    why="Sources add columns and tell nobody. A hub that stops over one that it does not need has stopped for nothing.",
    failing="if set(item) - KNOWN: raise RecordRejected(…)",
    passing="read the columns that are known; the page is kept, and with it the new one",
)
def new_columns_do_no_harm(h: Harness) -> None:
    """One more column in every row (F24)."""
    with _fresh(h) as run:
        _hold(run("new_column"), 0, "a new column", "the draft takes the row only if it knows every name in it")


@check(
    "RC-18",
    level=READS,
    clause="A column that is gone, or of another type in one row, ends no read and costs no other row its record.",
    after=("RC-02", "RC-15"),
    why="Between page and draft lies code that looks into rows as well: it sorts, groups, leaves out doubles. "
    "Where that breaks, the whole page is lost, and all pages behind it.",
    waivable=False,
    failing='items = sorted(page.rows, key=lambda row: row["filed"])',
    passing="leave the rows as they come; what draft raises concerns its own item",
)
def changed_columns_are_borne(h: Harness) -> None:
    """Column by column: missing in every row (F25), then a list in one row (F26)."""
    names = [name for name in fullest(h.recording.rows) if name not in reserved(h)]
    key = next(row[h.subject.wire.key] for row in h.recording.rows)
    selected = _named(h)
    likely = "code beside draft looks into the rows, and takes for granted what stands there"
    with _fresh(h) as run:
        for name in names:
            if name not in selected:
                _hold(run("missing_column", field=name), 0, f"without the column {name}", likely)
            _hold(run("retyped_column", field=name, keys=[key]), 1, f"a list in {name} of one row", likely)


@check(
    "RC-22",
    level=Level.OPERATES,
    clause="A column that comes is told as new, by its own name.",
    after=("RC-17",),
    why="Behind a new column stands a change of the source, and often a second one that breaks something. The hub "
    "compares the fields of the items as they come: rows made over by the adapter hide what it would have told.",
    failing='items = [{"case_no": row["case_no"], "title": row["title"]} for row in page.rows]',
    passing="give the rows as they came; draft takes what it knows",
)
def new_columns_are_told(h: Harness) -> None:
    """A plain read, then one of all rows with one column more."""
    if _named(h):
        raise NotApplicable("the view is asked for columns by their names: no other one comes")
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        sim.fault("new_column", times=None, field=COLUMN)
        report = h.run(sim, store, overlap_s=EVERYTHING)
    if not report.counts.fetched:
        raise NotApplicable("the source gives nothing a second time, and nothing new")
    if (COLUMN, "new") not in report.drift:
        raise Violation(
            expected=f"{COLUMN} told as new",
            observed=", ".join(f"{name} {change}" for name, change in report.drift) or "no change of the fields",
            likely="items gives rows of its own making: names the adapter does not know are lost there",
            where=f"{report.counts.fetched} items",
        )


def _named(h: Harness) -> Set[str]:
    """The columns a view is asked for by name: the statement itself fails where one is gone."""
    requests = [stream.request for stream in h.subject.manifest.streams if stream.name == h.stream]
    return {name for view in requests if isinstance(view, TableView) for name in view.columns}


@contextmanager
def _fresh(h: Harness) -> Iterator[Run]:
    with h.source() as sim, h.store() as store:
        numbers = count(1)

        def run(kind: str, **options: Any) -> RunReport:
            sim.fault(kind, times=None, **options)
            report = h.run(sim, store, name=f"conform_{next(numbers)}")
            sim.clear()
            return report

        yield run


def _hold(report: RunReport, refused: int, where: str, likely: str) -> None:
    """Every row was fetched, and not more than so many of them were refused."""
    if report.outcome != "complete" or report.counts.rejected > refused:
        raise Violation(
            expected=f"a complete read with {refused or 'no'} row refused",
            observed=f"outcome {report.outcome}, {report.counts.rejected} of {report.counts.fetched} rows refused",
            likely=likely,
            where=where,
        )
