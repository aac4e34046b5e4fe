"""PG: a read ends, and between its first and its last page nothing is lost, doubled or invented."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import cycle as endless
from typing import Any

import orjson

from conformance.check import Level, check
from conformance.envelopes import value_at, with_value
from conformance.harness import Harness
from conformance.lab.faults import Exchange, fault
from conformance.lab.rows import Entry, Row, Rows
from conformance.lab.wire import Chunk, Reply
from conformance.outcome import NotApplicable, Violation
from conformance.replay import SimSource
from hub.api import Capability
from hub.testing import RunReport, Stop, Store

LOOP = "source.paging_loop"
MANY = 30
"""Rows of a long read, one on a page."""

ROWS, SIZE = 8, 2
"""Rows of a read of four pages, and on each of them."""


@fault("hidden", "keys")
def hidden(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """The rows of ``keys`` are left out after the page was cut, as by a source that looks at rights last."""
    keys = set(options["keys"])

    def shorter(chunk: Chunk) -> Chunk:
        kept = [entry for entry in chunk.entries if str(entry.row[exchange.wire.key]) not in keys]
        return replace(chunk, entries=kept, total=chunk.total - len(keys))

    exchange.send(exchange.answer(shorter))


@fault("overlap", "turned")
def overlap(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """Each page begins with the last row of the page before; with ``turned``, its rows stand in the opposite order."""

    def wider(chunk: Chunk) -> Chunk:
        before = chunk.cut(chunk.page - 1)[-1:] if chunk.page > 1 and chunk.entries else []
        entries = [*before, *chunk.entries]
        return replace(chunk, entries=entries[::-1] if options.get("turned") else entries)

    exchange.send(exchange.answer(wider))


@fault("total_text", "path")
def total_text(exchange: Exchange, options: Mapping[str, Any]) -> None:
    """The announced total at ``path`` as text, whatever it was when recorded."""
    reply, path, encoding = exchange.answer(), str(options["path"]), exchange.wire.encoding
    body = orjson.loads(reply.body.decode(encoding))
    text = orjson.dumps(with_value(body, path, str(value_at(body, path)))).decode()
    exchange.send(Reply(text.encode(encoding), status=reply.status))


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
        report = _read(h, sim, store, page_size=1)
        _whole(h, sim, store, report, likely="the read ends after a fixed number of pages")


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
    _many_pages(h)
    with h.source(rows=more_rows(h)) as sim, h.store() as store:
        sim.fault("cycle", times=None)
        report = _read(h, sim, store)
        if report.outcome == "complete":
            _whole(h, sim, store, report, likely="PagingLoop is caught and taken for the end")
        elif not _is_loop(report):
            raise Violation(
                expected=f"the read ended by {LOOP}",
                observed=f"outcome {report.outcome} after {len(sim.calls)} calls: {report.error}",
                likely="a parameter of its own makes every request look new, or PagingLoop is caught",
            )


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
    _many_pages(h)
    with h.source() as sim, h.store() as store:
        sim.fault("last_page", times=None)
        report = _read(h, sim, store)
        h.observe(len(sim.calls))
        if report.outcome != "complete" and not _is_loop(report):
            raise Violation(
                expected=f"an end, complete or by {LOOP}",
                observed=f"outcome {report.outcome} after {len(sim.calls)} calls: {report.error}",
                likely="the read ends at an empty page only, and none comes",
            )
        _all_there(h, sim, store, likely="the read ends before the page that is repeated, or keeps nothing of it")


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
    """A row is left out of the first and of the last of four pages."""
    _many_pages(h)
    with h.source(rows=more_rows(h)) as sim, h.store() as store:
        ends = {entries[at].row[h.subject.wire.key] for entries in _orders(sim) for at in (0, -1)}
        sim.fault("hidden", times=None, keys=[str(key) for key in ends])
        report = _read(h, sim, store)
        _whole(h, sim, store, report, without=len(ends), likely="a short page is taken for the last one")


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
    _many_pages(h)
    for size in (SIZE - 1, SIZE + 1):
        with h.source(rows=more_rows(h)) as sim, h.store() as store:
            sim.fault("page_size", times=None, size=size)
            report = _read(h, sim, store)
            _whole(h, sim, store, report, likely=f"pages are taken to hold {SIZE} rows as asked for, and hold {size}")


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
    _many_pages(h)
    ordered = h.subject.wire.page.kind == "keyset"
    for kind, options in (("overlap", {"turned": not ordered}), *((("reordered", {}),) if not ordered else ())):
        with h.source() as sim, h.store() as store:
            sim.fault(kind, times=None, **options)
            report = _read(h, sim, store, page_size=h.page_size)  # of two pages: whoever counts ends there
            _whole(h, sim, store, report, likely="the read ends or skips at a row it knows")


@check(
    "PG-07",
    level=Level.READS,
    clause="A read that brings fewer rows than the source announced is incomplete and moves no watermark.",
    why="The total is the one thing that shows a lost row. A watermark moved past it makes the loss final.",
    needs=Capability.COUNTED,
    after=("PG-01",),
    waivable=False,
    failing="page.total = len(page.rows)",
    passing='envelope=Envelope(items="rows", total="total")',
)
def missed_total_is_a_gap(h: Harness) -> None:
    """The source announces two rows more than it gives; then it does no longer."""
    if not h.subject.wire.total:
        raise Violation(
            expected="[wire] total, since the adapter claims that the source announces one",
            observed="none in conformance.toml",
            likely="COUNTED is claimed for a source that announces nothing",
        )
    with h.source() as sim, h.store() as store:
        sim.fault("total", times=None, by=2)
        short = _read(h, sim, store)
        if short.outcome != "incomplete" or short.watermark is not None:
            moved = "moved" if short.watermark else "where it was"
            raise Violation(
                expected="outcome incomplete, the watermark where it was",
                observed=f"outcome {short.outcome}, the watermark {moved}: two rows fewer came than announced",
                likely="the announced total is dropped or made up on the way",
            )
        sim.clear()
        _whole(h, sim, store, _read(h, sim, store), likely="the gap is remembered although it is closed")


@check(
    "PG-08",
    level=Level.READS,
    clause="A total announced as text counts like a number.",
    why="Gateways turn numbers into text from one release to the next, and say nothing.",
    after=("PG-01",),
    failing='while seen < page.body["total"]',
    passing="while seen < page.total",
)
def total_as_text(h: Harness) -> None:
    """The total of every page as text."""
    path = _total(h)
    with h.source() as sim, h.store() as store:
        sim.fault("total_text", times=None, path=path)
        report = _read(h, sim, store)
        _whole(h, sim, store, report, likely="the total is taken out of the body as it stands there")


@check(
    "PG-09",
    level=Level.READS,
    clause="A total that changes between pages ends no read early.",
    why="Rows come in while a long read is on, and some sources estimate the total on the first page.",
    after=("PG-01",),
    waivable=False,
    failing="total = total or page.total",
    passing="the last page says where the end is, not the first",
)
def changing_total_ends_nothing(h: Harness) -> None:
    """The first of four pages announces what two of them hold."""
    _total(h)
    _many_pages(h)
    with h.source(rows=more_rows(h)) as sim, h.store() as store:
        sim.fault("total", by=-ROWS // 2)
        report = _read(h, sim, store)
        _whole(h, sim, store, report, likely="the read ends when the total of the first page is met")


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
        report = _read(h, sim, store, allow_empty=True)
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
            report = _read(h, sim, store, page_size=3)
            _whole(h, sim, store, report, likely=f"the end is miscounted at {rows} rows in pages of 3")


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
    _many_pages(h)
    wire = h.subject.wire
    if not wire.time:
        raise NotApplicable("the source's rows have no update time to move by")
    for at in (0, -1):
        with h.source() as sim, h.store() as store:
            moved, change = {entries[at].row[wire.key] for entries in _orders(sim)}, {wire.time: sim.later()}
            sim.fault("moving", after=1, change=_updating(moved, change))
            _twice(h, sim, store, likely="the watermark passes rows that a moving list pushed past the reader")


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
    _many_pages(h)
    wire = h.subject.wire
    with h.source() as sim, h.store() as store:
        known = list(sim.rows)
        new = [{**known[0], wire.key: _key(h, known, steps)} for steps in (-1, 1)]
        if wire.time:
            new = [{**row, wire.time: sim.later(60 * minutes)} for minutes, row in enumerate(new, 1)]
        sim.fault("moving", after=1, change=lambda rows: rows.add(*new))
        _twice(h, sim, store, likely="the next run begins behind rows that came in where the reader had passed")


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
    """The first of four pages in the place of the second (F14); then the next run, in peace."""
    _many_pages(h)
    with h.source(rows=more_rows(h)) as sim, h.store() as store:
        sim.fault("repeat", after=1)
        report = _read(h, sim, store)
        sim.clear()
        if report.outcome != "incomplete":
            _whole(h, sim, store, report, likely="a page that comes again is taken for the end")
        _whole(h, sim, store, _read(h, sim, store), likely="the mark was moved by a read that had not seen all")


def more_rows(h: Harness, count: int = ROWS) -> list[Row]:
    """So many rows with keys of their own, made of the recorded ones, all of one time: no window parts them."""
    wire, recorded = h.subject.wire, h.recording.rows
    fill = zip(range(count), endless(recorded), strict=False)
    rows = [{**row, wire.key: row[wire.key] if at < len(recorded) else _key(h, recorded, at)} for at, row in fill]
    newest = h.times.newest(rows)
    return [{**row, wire.time: h.times.write(newest)} for row in rows] if newest else rows


def leash(sim: SimSource) -> Stop:
    """A stop that ends a run which asks for far more pages than there are."""

    def stop(point: str) -> None:
        if len(sim.calls) > 3 * MANY:
            raise Endless(f"{len(sim.calls)} calls")

    return stop


class Endless(Exception):
    """The read goes on and on."""


def _read(h: Harness, sim: SimSource, store: Store, *, page_size: int = SIZE, **changes: Any) -> RunReport:
    """A run on the leash."""
    return h.run(sim, store, stop=leash(sim), page_size=page_size, **changes)


def _key(h: Harness, rows: Sequence[Row], steps: int) -> Any:
    """A key of the rows' own kind, ``steps`` behind the last of them, or before the first where negative."""
    keys = [row[h.subject.wire.key] for row in rows]
    if all(str(key).isdecimal() for key in keys):
        number = (max if steps > 0 else min)(map(int, keys)) + steps
        return number if isinstance(keys[0], int) else str(number).zfill(len(keys[0]))
    return f"{max(keys)}-{steps:03}" if steps > 0 else f"0-{min(keys)}"


def _orders(sim: SimSource) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """The rows by key and by time: a source gives them in one of these orders, or in its reverse."""
    by_time = sim.rows.snapshot().entries
    return sorted(by_time, key=lambda entry: entry.place), by_time


def _updating(keys: Iterable[Any], change: Row) -> Callable[[Rows], None]:
    def update(rows: Rows) -> None:
        for key in keys:
            rows.update(key, **change)

    return update


def _many_pages(h: Harness) -> None:
    if h.subject.wire.page.kind == "none":
        raise NotApplicable("the source gives all rows at once")


def _total(h: Harness) -> str:
    """The path of the announced total in a JSON reply."""
    if not h.subject.wire.total or h.recording.template.is_xml:
        raise NotApplicable("the source announces no total in JSON")
    return h.subject.wire.total


def _is_loop(report: RunReport) -> bool:
    return report.outcome == "incomplete" and (report.error or "").startswith(LOOP)


def _whole(h: Harness, sim: SimSource, store: Store, report: RunReport, *, likely: str, without: int = 0) -> None:
    """The run is complete, and every row of the source but ``without`` is there, once."""
    if report.outcome != "complete":
        raise Violation(
            expected="a complete read",
            observed=f"outcome {report.outcome} after {len(sim.calls)} calls: {report.error}",
            likely=likely,
        )
    _all_there(h, sim, store, likely=likely, without=without)


def _all_there(h: Harness, sim: SimSource, store: Store, *, likely: str, without: int = 0) -> None:
    found, wanted = h.records(store), len(set(sim.keys)) - without
    if len(found) != wanted:
        raise Violation(
            expected=f"the {wanted} records the source has", observed=f"{len(found)} records", likely=likely
        )
    twice = [record for record in found if record.versions > 1]
    if twice:
        raise Violation(
            expected="one version of each record, since no row has changed",
            observed=f"{len(twice)} records with more than one",
            likely="the draft holds where the row stood in the reply",
        )


def _twice(h: Harness, sim: SimSource, store: Store, *, likely: str) -> None:
    """After this run and the next the store is as a read anew makes it."""
    _read(h, sim, store)
    last = _read(h, sim, store)
    with h.store() as anew:
        _read(h, sim, anew)
        wanted = {record.key: record.revision for record in h.records(anew)}
    found = {record.key: record.revision for record in h.records(store)}
    stale = sum(found[key] != wanted[key] for key in found.keys() & wanted.keys())
    missing = len(wanted.keys() - found.keys())
    if missing or stale:
        raise Violation(
            expected=f"after two runs the {len(wanted)} records the source has, as they are",
            observed=f"{missing} records missing and {stale} of an earlier revision; the last run was {last.outcome}",
            likely=likely,
        )
