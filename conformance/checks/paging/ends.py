"""PG: where a read ends: at the last page, whatever that looks like, and at no other."""

from datetime import timedelta

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import Violation
from conformance.paged import (
    LOOP,
    MANY,
    SIZE,
    all_there,
    is_loop,
    many_pages,
    more_rows,
    orders,
    read_on_leash,
    whole,
)

LONG, LONG_IN_A_TABLE = 130, 40
"""Rows of an increment that is as long as any read; fewer of a view, which the hub itself reads, and slowly."""


@check(
    "PG-01",
    level=Level.READS,
    clause="A full read comes to its end complete, with every row, however many pages it takes.",
    why="A cap on pages cuts a county's history short, and nobody misses what never came.",
    waivable=False,
    failing="for _ in range(20): ...  # no list is longer than that",
    passing="while True: ...; if not token: return",
)
def read_is_whole(h: Harness) -> None:
    """Thirty rows, one on a page."""
    with h.source(rows=more_rows(h, MANY)) as sim, h.store() as store:
        if not h.subject.wire.page.size:
            sim.fault("page_size", times=None, size=1)
        report = read_on_leash(h, sim, store, page_size=1)
        whole(h, sim, store, report, likely="the read ends after a fixed number of pages")


@check(
    "PG-03",
    level=Level.READS,
    clause="A last page that comes again for ever neither keeps the read going nor doubles a record.",
    why="Many page helpers answer the last page for any number beyond it; some give it a token that leads to itself.",
    after=("PG-01",),
    failing="while page.rows: number += 1",
    passing="source.read(request, since)  # or any loop that lets PagingLoop pass",
)
def last_page_for_ever(h: Harness) -> None:
    """The last page comes beyond the end, or leads on to itself."""
    many_pages(h)
    with h.source() as sim, h.store() as store:
        sim.fault("last_page", times=None)
        report = read_on_leash(h, sim, store)
        h.observe(len(sim.calls))
        if report.outcome != "complete" and not is_loop(report):
            raise Violation(
                expected=f"an end, complete or by {LOOP}",
                observed=f"outcome {report.outcome} after {len(sim.calls)} calls: {report.error}",
                likely="the read ends at an empty page only, and none comes",
            )
        all_there(h, sim, store, likely="the read ends before the page that is repeated, or keeps nothing of it")


@check(
    "PG-04",
    level=Level.READS,
    clause="A page with fewer rows than asked for is not taken for the last one.",
    why="Sources cut the page first and look at rights and filters last, so that any page may be short.",
    after=("PG-01",),
    waivable=False,
    failing="if len(page.rows) < size: return",
    passing="if not page.body.get('next'): return",
)
def short_page_is_no_end(h: Harness) -> None:
    """A row is left out of the first and of the last of four pages; then all of one between, where a token leads on."""
    many_pages(h)
    led_on = h.subject.wire.page.kind in ("token", "link")
    for spots in ((0, -1), (2, 3)) if led_on else ((0, -1),):
        with h.source(rows=more_rows(h)) as sim, h.store() as store:
            left_out = {entries[at].row[h.subject.wire.key] for entries in orders(sim) for at in spots}
            sim.fault("hidden", times=None, keys=[str(key) for key in left_out])
            report = read_on_leash(h, sim, store)
            likely = "a short page, or one without rows that leads on, is taken for the last one"
            whole(h, sim, store, report, without=len(left_out), likely=likely)


@check(
    "PG-05",
    level=Level.READS,
    clause="A source that gives more or fewer rows a page than asked for loses none.",
    why="Sources have a largest page and do not say so, or know one size only.",
    after=("PG-01",),
    waivable=False,
    failing="start += size",
    passing="start += len(page.rows)",
)
def ignored_page_size_loses_nothing(h: Harness) -> None:
    """Pages one row smaller, then one row larger than asked for."""
    many_pages(h)
    for size in (SIZE - 1, SIZE + 1):
        with h.source(rows=more_rows(h)) as sim, h.store() as store:
            sim.fault("page_size", times=None, size=size)
            report = read_on_leash(h, sim, store)
            whole(h, sim, store, report, likely=f"pages are taken to hold {SIZE} rows as asked for, and hold {size}")


@check(
    "PG-10",
    level=Level.READS,
    clause="A source without rows gives an empty read: no error, no record, and no watermark made up.",
    why="Most reads of a small office are empty. One that fails each time hides the one that really does.",
    after=("PG-01",),
    failing='newest = page.rows[-1]["updated"]',
    passing="yield page",
)
def empty_is_empty(h: Harness) -> None:
    """No rows at all."""
    with h.source("empty") as sim, h.store() as store:
        report = read_on_leash(h, sim, store, allow_empty=True)
        h.observe(len(sim.calls))
        marked = report.watermark is not None and not h.subject.wire.window  # an empty window that is over is proven
        if (report.outcome, report.error, marked) != ("empty", None, False) or h.records(store):
            raise Violation(
                expected="outcome empty, no error, no watermark, no record",
                observed=f"outcome {report.outcome}, {report.error or 'no error'}, watermark {report.watermark}",
                likely="an empty page is looked into for its first or last row",
            )


@check(
    "PG-11",
    level=Level.READS,
    clause="The last page gives all its rows when it is full, when it holds one row, and when it is the only one.",
    why="The ends of lists are where counting goes wrong: at 100 rows of 100, and at the 101st.",
    after=("PG-01",),
    waivable=False,
    failing="for number in range(total // size)",
    passing="while True: ...; if not token: return",
)
def last_page_of_any_length(h: Harness) -> None:
    """Two full pages; one row more; one full page; one page that is not full."""
    for rows in (6, 7, 3, 2):
        with h.source(rows=more_rows(h, rows)) as sim, h.store() as store:
            report = read_on_leash(h, sim, store, page_size=3)
            whole(h, sim, store, report, likely=f"the end is miscounted at {rows} rows in pages of 3")


@check(
    "PG-15",
    level=Level.RESUMES,
    clause="A read that goes on from a watermark comes to its end with every row, however many pages it takes.",
    why="After a weekend without a line, or when a court stamps its whole docket anew, an increment is as long as a "
    "first read. What a cap leaves out lies behind the next mark, and is never asked for again.",
    after=("PG-01", "RS-04"),
    waivable=False,
    failing="for number in range(20 if since else 5_000): ...  # an increment is never that long",
    passing="while True: ...; if not token: return  # the hub ends a read that goes in circles",
)
def long_increment_is_whole(h: Harness) -> None:
    """More than a hundred rows changed since, one on a page; nothing is stored: what is asked for counts."""
    many_pages(h)
    key = h.subject.wire.key
    with h.source(rows=more_rows(h, LONG_IN_A_TABLE if h.subject.way == "table" else LONG)) as sim:
        if not h.subject.wire.page.size:
            sim.fault("page_size", times=None, size=1)
        newest = h.times.newest(sim.rows)
        pages = h.pages(sim, newest and newest - timedelta(hours=1), page_size=1)
        read = {str(row.get(key)) for page in pages for row in page.rows}
        if lost := set(sim.keys) - read:
            raise Violation(
                expected=f"the {len(set(sim.keys))} rows changed since",
                observed=f"{len(lost)} of them missing after {len(pages)} pages",
                likely="an increment ends after a fixed number of pages",
            )
