"""What checks of paging start from: rows for many pages, faults of their own, reads on a leash, and their right end."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle as endless
from typing import Any

import orjson

from conformance.envelopes import value_at, with_value
from conformance.harness import Harness
from conformance.lab.faults import Exchange, fault
from conformance.lab.rows import Entry, Row
from conformance.lab.wire import Chunk, Reply
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.replay import SimSource
from hub.api import Item
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


def more_rows(h: Harness, count: int = ROWS) -> list[Row]:
    """So many rows with keys of their own, made of the recorded ones, all of one time: no window parts them."""
    wire, recorded = h.subject.wire, h.recording.rows
    fill = zip(range(count), endless(recorded), strict=False)
    rows = [{**row, wire.key: row[wire.key] if at < len(recorded) else key_beside(h, recorded, at)} for at, row in fill]
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


def read_on_leash(h: Harness, sim: SimSource, store: Store, *, page_size: int = SIZE, **changes: Any) -> RunReport:
    """A run on the leash."""
    return h.run(sim, store, stop=leash(sim), page_size=page_size, **changes)


def key_beside(h: Harness, rows: Sequence[Row], steps: int) -> Any:
    """A key of the rows' own kind, ``steps`` behind the last of them, or before the first where negative."""
    keys = [row[h.subject.wire.key] for row in rows]
    if all(str(key).isdecimal() for key in keys):
        number = (max if steps > 0 else min)(map(int, keys)) + steps
        return number if isinstance(keys[0], int) else str(number).zfill(len(keys[0]))
    return f"{max(keys)}-{steps:03}" if steps > 0 else f"0-{min(keys)}"


def orders(sim: SimSource) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """The rows by key and by time: a source gives them in one of these orders, or in its reverse."""
    by_time = sim.rows.snapshot().entries
    return sorted(by_time, key=lambda entry: entry.place), by_time


def many_pages(h: Harness) -> None:
    """Raises NotApplicable where there is one page only."""
    if h.subject.wire.page.kind == "none":
        raise NotApplicable("the source gives all rows at once")


def first_rows(h: Harness, sim: SimSource) -> tuple[int, Item]:
    """How many pages a full read takes to come to rows, and the first of these: a stretch of time may be empty.

    Raises NotObserved where it comes to none.
    """
    for number, page in enumerate(h.pages(sim, page_size=SIZE), 1):
        if page.rows:
            return number, page.rows[0]
    raise NotObserved("a full read comes to no row")


def is_loop(report: RunReport) -> bool:
    """Whether a run ended because pages lead in a circle."""
    return report.outcome == "incomplete" and (report.error or "").startswith(LOOP)


def whole(h: Harness, sim: SimSource, store: Store, report: RunReport, *, likely: str, without: int = 0) -> None:
    """The run is complete, and every row of the source but ``without`` is there, once."""
    if report.outcome != "complete":
        raise Violation(
            expected="a complete read",
            observed=f"outcome {report.outcome} after {len(sim.calls)} calls: {report.error}",
            likely=likely,
        )
    all_there(h, sim, store, likely=likely, without=without)


def all_there(h: Harness, sim: SimSource, store: Store, *, likely: str, without: int = 0) -> None:
    """Every row of the source but ``without`` is there, once. Raises Violation."""
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


def twice_read(h: Harness, sim: SimSource, store: Store, *, likely: str) -> None:
    """After this run and the next the store is as a read anew makes it."""
    read_on_leash(h, sim, store)
    last = read_on_leash(h, sim, store)
    with h.store() as anew:
        read_on_leash(h, sim, anew)
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
