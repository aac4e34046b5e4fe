"""What checks of resuming start from: rows at chosen times, ends at commit points, stores told so as to be compared."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from conformance.harness import Harness
from conformance.lab.rows import Row
from conformance.leaves import copied, masked, numbered
from conformance.outcome import NotApplicable, Violation
from conformance.replay import SimSource
from hub.testing import RecordRow, Stop, Store

EVERYTHING = 10**9
"""Seconds of overlap that lead back before any row: what changed since then is everything."""

FAR = timedelta(days=9999)
"""Before or behind any time that is told."""

TRUE_TO_KEY = ("RC-02", "RC-05", "RC-06")
TRUE_TO_TIME = (*TRUE_TO_KEY, "RC-07", "RC-08")
"""Without keys that stay and revisions that order, nothing below can hold, and one failure is told once."""


class Stopped(BaseException):
    """Stands for the end of the process at a commit point. Not an Exception: adapter code must not swallow it."""


def stop_at(point: str, times: int) -> Stop:
    """A stop that ends the run at the ``times``-th passing of a point of ``hub.testing.POINTS``."""
    left = times

    def stop(passed: str) -> None:
        nonlocal left
        left -= passed == point
        if left == 0:
            raise Stopped

    return stop


def timed(h: Harness) -> datetime:
    """The newest update time of the recording. Raises NotApplicable where the source tells none."""
    newest = h.times.newest(h.recording.rows) if h.subject.wire.time else None
    if newest is None:
        raise NotApplicable("the source tells no update time")
    return newest


def recorded(h: Harness) -> list[Row]:
    """Copies of the recorded rows, whatever time they tell, none of them a tombstone."""
    deleted = h.subject.wire.deleted
    rows: list[Row] = [row for row in h.recording.rows if not deleted or row.get(deleted.field) != deleted.value]
    return [copied(row) for row in rows]


def clone(h: Harness, at: datetime, number: int = 1) -> Row:
    """A row like the first recorded one, under another key for each number from 1, changed at that time."""
    wire, row = h.subject.wire, recorded(h)[0]
    return {**row, wire.key: numbered(row[wire.key], number), wire.time: stamp(h, at)}


def stamp(h: Harness, at: datetime) -> Any:
    """A time as the source writes it: word for word where a recorded row tells that very time."""
    told = (row[h.subject.wire.time] for row in h.recording.rows if h.times.read(row.get(h.subject.wire.time)) == at)
    return next(told, h.times.write(at))


def stored(h: Harness, store: Store) -> dict[str, RecordRow]:
    """The store's records by key."""
    return {record.key: record for record in h.records(store)}


def told_of(records: Mapping[str, RecordRow]) -> dict[str, tuple[Any, ...]]:
    """What two stores of the same source must agree in: all but how often a row was met."""
    return {key: (each.revision, each.deleted, each.versions, dict(each.body)) for key, each in records.items()}


def names(h: Harness, sim: SimSource, **changes: Any) -> dict[str, str]:
    """The record's key for each key of the source, as a read drafts them."""
    return {str(seen.item.get(h.subject.wire.key)): str(seen.draft.key).strip() for seen in h.drafts(sim, **changes)}


def expect(h: Harness, sim: SimSource, store: Store, rows: Sequence[Row], *, likely: str, where: str) -> None:
    """Every one of these rows is in the store. Raises Violation."""
    known, found = names(h, sim), stored(h, store)
    lost = [name for row in rows if known.get(name := str(row[h.subject.wire.key]), name) not in found]
    if lost:
        raise Violation(
            expected=f"all of {len(rows)} rows in the store",
            observed=f"{len(lost)} missing: {', '.join(masked(name) for name in lost[:3])}",
            likely=likely,
            where=where,
        )
