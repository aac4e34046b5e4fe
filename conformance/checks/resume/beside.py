"""RS-31: streams that one instance reads one after the other, each from its own place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from conformance.check import Level, check
from conformance.harness import QUICK, Harness
from conformance.outcome import NotApplicable, Violation
from conformance.replay import SimSource
from conformance.streams import by_stream
from hub.api import Capability
from hub.testing import open_wire


@check(
    "RS-31",
    level=Level.RESUMES,
    clause="A stream is read from its own place, whatever stream was read before it.",
    after=("RC-02",),
    why="One instance reads all streams of a source. A page or a time of change that it remembers from the first is "
    "where the second begins: what stands before that is never asked for, and both runs are complete.",
    waivable=False,
    failing="self.since = self.since or since  # in pages()",
    passing="since as given, and the page counted in a variable of pages()",
)
def streams_have_their_own_place(h: Harness) -> None:
    """Read each other stream by an instance of its own, then by one that has read the first, and one that read on."""
    if h.subject.apart:
        raise NotApplicable("what is read after the first stream is looked at there")
    asked = [type(h)(part) for part in by_stream(replace(h.subject, stream="")) if part.way != "push"]
    if len(asked) < 2:
        raise NotApplicable("it asks for one stream")
    for other in asked[1:]:
        with asked[0].source() as before, other.source() as sim:
            with _wire(other, sim) as (fresh, source):
                alone = _rows(h, fresh, source, other.stream)
            later = [before.clock] if Capability.INCREMENTAL in h.subject.manifest.capabilities else []
            for since in (None, *later):
                with _wire(asked[0], before) as (_, first), _wire(other, sim) as (adapter, source):
                    _rows(h, adapter, first, asked[0].stream, since)
                    found = _rows(h, adapter, source, other.stream)
                if found != alone:
                    raise Violation(
                        expected=f"{len(alone)} rows, as an instance reads them that has read nothing before",
                        observed=f"{len(found)}, or others",
                        likely="pages() keeps its place, or since, in the instance or the module",
                        where=f"stream {other.stream}, read after {asked[0].stream}",
                    )


def _rows(h: Harness, adapter: Any, source: Any, stream: str, since: datetime | None = None) -> list[Any]:
    source.start_read(stream)
    with h.listening():
        found = [row for page in adapter.pages(source, since) for row in page.rows]
    h.observe(len(found))
    return found


@contextmanager
def _wire(h: Harness, sim: SimSource) -> Iterator[tuple[Any, Any]]:
    with open_wire(h.subject.kind, h.settings(sim), http=QUICK, clock=lambda: sim.clock) as opened:
        yield opened
