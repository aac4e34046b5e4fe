"""ER: a source that fails while a later read is on, and what the read after that makes up for."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Final

from conformance.check import Level, check
from conformance.faulted import DENIED, INCOMPLETE, Fault, change_all, faulty, hold, named
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.resuming import TRUE_TO_TIME, clone, timed
from hub.api import Capability

_ROWS: Final = 6
_APART: Final = timedelta(days=20)
"""Between two rows: they lie in several windows of a month."""


@check(
    "ER-16",
    level=Level.RESUMES,
    clause="A fault of a later read ends it as that fault, as it ends the first one.",
    why="A source is read for the first time once, with somebody looking on, and then for years. An increment that "
    "comes to nothing because the source was down looks like a quiet day.",
    after=("ER-04", "ER-09", "ER-17", "PG-07", *TRUE_TO_TIME),
    waivable=False,
    failing="except SourceUnavailable:\n    if since is None: raise\n    return  # the next run will find it",
    passing="let it rise, whatever is read",
)
def later_reads_fail_alike(h: Harness) -> None:
    """After a whole read everything changes, and the next read meets each fault at its first call, some amid it."""
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        run = faulty(h, sim, store, anew=False)
        for after, outcome, code, (kind, options) in _later(h):
            change_all(sim)
            with suppress(NotApplicable):  # it befalls no database, or no folder
                where = f"{named(kind, options)} at call {after + 1} of a later read"
                hold(run(kind, options, after=after), outcome, code, where)


@check(
    "ER-12",
    level=Level.RESUMES,
    clause="The watermark stays where it stands when a read fails.",
    why="The next read begins there. A mark moved by a read that failed steps over what the read did not see.",
    after=("ER-09", "ER-16"),
    waivable=False,
    failing="source.get('/cases', window=f'{day}/page {number}')  # a page is no window",
    passing="source.get('/cases', ...)  # a window is a stretch of time that is read whole",
)
def mark_stays_after_a_failure(h: Harness) -> None:
    """A whole read; then everything changes, and the next read fails at its first call, then amid its pages."""
    spec = h.subject.wire
    by_page = Capability.ORDERED in h.subject.manifest.capabilities or spec.window is not None
    with h.source() as sim, h.store() as store:
        mark = h.run(sim, store, page_size=1).watermark
        calls = len(sim.calls)
        change_all(sim)
        for after in (0,) if by_page else (0, calls // 2):  # ordered rows and whole windows move it on the way, rightly
            sim.fault("status", after=after, times=None, status=503)
            report = h.run(sim, store, page_size=1)
            sim.clear()
            h.observe()
            if report.outcome == INCOMPLETE and report.watermark != mark:
                raise Violation(
                    expected=f"the watermark at {mark}",
                    observed=f"{report.watermark} after a read that was {report.outcome}",
                    likely="a page is told as a finished window",
                    where=f"503 at call {after + 1}",
                )


@check(
    "ER-18",
    level=Level.RESUMES,
    clause="What a read that failed did not come to is brought by the next.",
    why="A first read goes over years, and fails somewhere on the way. Read from the newest month backwards, the mark "
    "stands at today when it does, and nobody asks for the rest again.",
    after=("ER-12",),
    waivable=False,
    failing="for begin, end in reversed(months): ...; page.window = ...",
    passing="for begin, end in months: ...  # the oldest first: what stands is read whole",
)
def next_read_brings_the_rest(h: Harness) -> None:
    """Rows of four months; the source fails towards the end of the first read of them, and the next one is whole."""
    newest = timed(h)
    rows = [clone(h, newest - number * _APART, number + 1) for number in range(_ROWS)]
    with h.source(rows=rows) as sim, h.store() as store:
        h.pages(sim, page_size=2)
        after = len(sim.calls) * 2 // 3
        if not after:
            raise NotApplicable("one call reads everything")
        sim.fault("status", after=after, times=None, status=503)
        h.run(sim, store, page_size=2)
        sim.clear()
        h.run(sim, store, page_size=2)
        if (found := len(h.records(store))) < _ROWS:
            raise Violation(
                expected=f"all of {_ROWS} rows, the failed read and the next one taken together",
                observed=f"{found} records",
                likely="the newest stretch of time is read first, and moves the watermark",
                where=f"503 at call {after + 1} of the first read",
            )


def _later(h: Harness) -> Iterator[tuple[int, str, str, Fault]]:
    """What a later read meets: after so many calls, the outcome and the code it must end with, the fault."""
    words = h.subject.wire
    amid = () if h.subject.at_once else (1,)
    for status in (401, 403):
        yield 0, DENIED, "source.denied", ("status", {"status": status})
    for after in (0, *amid):
        for status in (500, 502, 503):
            yield after, INCOMPLETE, "source.unavailable", ("status", {"status": status})
    for kind in ("cut", "empty", "html", "envelope"):
        yield 0, INCOMPLETE, "source.reply_invalid", (kind, {})
    yield 0, INCOMPLETE, "source.throttled", ("status", {"status": 429, "retry_after": 1})
    for each in filter(None, (words.throttled, words.failed or None)):
        yield 0, INCOMPLETE, "source.", ("reply", each.model_dump())
    if words.total and Capability.COUNTED in h.subject.manifest.capabilities:
        yield 0, INCOMPLETE, "", ("total", {"by": 2})
