"""Instances at work, as checks of operation look on: page after page, each fetched when it is asked for."""

import contextlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conformance.harness import QUICK, Harness, shaping
from conformance.replay import SimSource
from hub.api import Draft, DraftEntry
from hub.testing import caught_events, open_wire

ROWS = 12
"""Of a read of several pages, with two or three on each."""


def many(h: Harness, count: int) -> list[dict[str, Any]]:
    """About ``count`` rows: those of the recording over and over, each with a key of its own."""
    wire = h.subject.wire
    gone = wire.deleted
    known = [
        dict(row) for row in h.recording.rows if wire.key in row and not (gone and row.get(gone.field) == gone.value)
    ]
    rows = []
    for turn in range(-(-count // len(known))):
        for row in known:
            key = row[wire.key]
            if isinstance(key, int):
                key = key * 1000 + turn
            else:
                key = f"{key}{turn:03}" if str(key).isdecimal() else f"{key}-{turn:03}"
            rows.append(row | {wire.key: key})
    return rows


@contextmanager
def opened(h: Harness, sim: SimSource, **changes: Any) -> Iterator[tuple[Any, Any]]:
    """One instance at work: itself, and its pages, each fetched when it is asked for."""
    settings = h.settings(sim, **changes)
    wire = open_wire(h.subject.kind, settings, http=QUICK, clock=lambda: sim.clock, sleep=lambda _: None)
    with caught_events(), contextlib.redirect_stdout(io.StringIO()), wire as (own, source):
        source.start_read(h.stream)
        yield shaping(own, h.stream, h.lift), own.pages(source, None)


@contextmanager
def reading(h: Harness, sim: SimSource, **changes: Any) -> Iterator[Iterator[list[Draft | DraftEntry]]]:
    """The drafts of page after page."""
    with opened(h, sim, **changes) as (own, pages):

        def drafts() -> Iterator[list[Draft | DraftEntry]]:
            for page in pages:
                h.observe()
                yield [own.draft(item) for item in own.items(page)]

        yield drafts()


def neighbour(
    h: Harness, sim: SimSource, **changes: Any
) -> contextlib.AbstractContextManager[Iterator[list[Draft | DraftEntry]]]:
    """Another instance, beside the one of `reading`."""
    return reading(h, sim, name="neighbour", **changes)
