"""PG: pages that come again, turned round, or with other rows than a moment ago."""

from collections.abc import Callable, Iterable
from typing import Any

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.lab.rows import Row, Rows
from conformance.outcome import NotApplicable, Violation
from conformance.paged import (
    LOOP,
    first_rows,
    is_loop,
    key_beside,
    many_pages,
    more_rows,
    orders,
    read_on_leash,
    twice_read,
    whole,
)


@check(
    "PG-02",
    level=Level.READS,
    clause="Pages that lead in a circle end the read with a paging loop, never with rows missing and no word of it.",
    why="A source whose second page leads back to the first keeps a naive reader busy for ever, and a reader that "
    "shrugs it off loses all that comes behind.",
    after=("PG-01",),
    waivable=False,
    failing="except PagingLoop: return",
    passing="the error is left alone: the run is incomplete, and the next one starts where this one did",
)
def circles_are_told(h: Harness) -> None:
    """What follows the second of four pages is the first again."""
    many_pages(h)
    with h.source(rows=more_rows(h)) as sim, h.store() as store:
        sim.fault("cycle", times=None)
        report = read_on_leash(h, sim, store)
        if report.outcome == "complete":
            whole(h, sim, store, report, likely="PagingLoop is caught and taken for the end")
        elif not is_loop(report):
            raise Violation(
                expected=f"the read ended by {LOOP}",
                observed=f"outcome {report.outcome} after {len(sim.calls)} calls: {report.error}",
                likely="a parameter of its own makes every request look new, or PagingLoop is caught",
            )


@check(
    "PG-06",
    level=Level.READS,
    clause="Pages that overlap or come in another order give the same records, each once.",
    why="A row moves while the read is on, and a list without a fixed order comes in another one for each page.",
    after=("PG-01",),
    waivable=False,
    failing="if item['id'] in seen: return  # from here on all is known",
    passing="every row is drafted; the hub knows which it has",
)
def order_and_overlap_do_no_harm(h: Harness) -> None:
    """Once with overlapping pages, rows turned round; once with the pages in the opposite order.

    A source that goes on from a row's time and key (a keyset) promises their order: its pages overlap and no more.
    """
    many_pages(h)
    ordered = h.subject.wire.page.kind == "keyset"
    for kind, options in (("overlap", {"turned": not ordered}), *((("reordered", {}),) if not ordered else ())):
        with h.source() as sim, h.store() as store:
            sim.fault(kind, times=None, **options)
            report = read_on_leash(h, sim, store, page_size=h.page_size)  # of two pages: whoever counts ends there
            whole(h, sim, store, report, likely="the read ends or skips at a row it knows")


@check(
    "PG-14",
    level=Level.READS,
    clause="A page that comes twice, in the place of another, loses no row without a word.",
    why="Gateways answer from a cache, and give the reply to the question before. Whoever takes a page that came again "
    "for the end of the list loses what stands behind it.",
    after=("PG-01",),
    waivable=False,
    failing="if page.rows == before: return  # and no announced total that would show the gap",
    passing="capabilities=frozenset({Capability.COUNTED})  # or let PagingLoop pass",
)
def page_given_twice_loses_nothing(h: Harness) -> None:
    """The first of four pages in the place of the second (F14); then the next run, in peace.

    Pages without rows before them, of days on which nothing came, are no first page.
    """
    many_pages(h)
    with h.source(rows=more_rows(h)) as sim, h.store() as store:
        first, _ = first_rows(h, sim)
        sim.fault("repeat", after=first)
        report = read_on_leash(h, sim, store)
        sim.clear()
        if report.outcome != "incomplete":
            whole(h, sim, store, report, likely="a page that comes again is taken for the end")
        whole(h, sim, store, read_on_leash(h, sim, store), likely="the mark was moved by a read that had not seen all")


@check(
    "PG-12",
    level=Level.RESUMES,
    clause="Rows updated while the read is on, before or behind the reader, are there as they are after the next run.",
    why="An update moves a row in the list and pushes others across the edge of a page, past a reader who counts.",
    after=("PG-01",),
    waivable=False,
    failing="capabilities=frozenset({Capability.INCREMENTAL})  # though the source announces a total",
    passing="capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED})",
)
def moving_rows_are_not_lost(h: Harness) -> None:
    """Between the first page and the second the first rows (by key, by time) are updated; in another read the last."""
    many_pages(h)
    wire = h.subject.wire
    if not wire.time:
        raise NotApplicable("the source's rows have no update time to move by")
    for at in (0, -1):
        with h.source() as sim, h.store() as store:
            moved, change = {entries[at].row[wire.key] for entries in orders(sim)}, {wire.time: sim.later()}
            sim.fault("moving", after=1, change=_updating(moved, change))
            twice_read(h, sim, store, likely="the watermark passes rows that a moving list pushed past the reader")


@check(
    "PG-13",
    level=Level.RESUMES,
    clause="Rows that come in while the read is on are there after the next run.",
    why="A read of hours never sees the list stand still. What comes in behind the reader is the next run's to fetch.",
    after=("PG-01",),
    waivable=False,
    failing="Manifest(..., overlap_s=0)",
    passing="Manifest(...)  # the hub goes back ten minutes behind the newest row it saw",
)
def new_rows_are_not_lost(h: Harness) -> None:
    """Between the first page and the second, one row comes in before all keys and, a minute later, one behind them."""
    many_pages(h)
    wire = h.subject.wire
    with h.source() as sim, h.store() as store:
        known = list(sim.rows)
        new = [{**known[0], wire.key: key_beside(h, known, steps)} for steps in (-1, 1)]
        if wire.time:
            new = [{**row, wire.time: sim.later(60 * minutes)} for minutes, row in enumerate(new, 1)]
        sim.fault("moving", after=1, change=lambda rows: rows.add(*new))
        twice_read(h, sim, store, likely="the next run begins behind rows that came in where the reader had passed")


def _updating(keys: Iterable[Any], change: Row) -> Callable[[Rows], None]:
    def update(rows: Rows) -> None:
        for key in keys:
            rows.update(key, **change)

    return update
