"""PG: the total a source announces, the one thing that shows a lost row."""

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.paged import ROWS, many_pages, more_rows, read_on_leash, whole
from hub.api import Capability


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
        short = read_on_leash(h, sim, store)
        if short.outcome != "incomplete" or short.watermark is not None:
            moved = "moved" if short.watermark else "where it was"
            raise Violation(
                expected="outcome incomplete, the watermark where it was",
                observed=f"outcome {short.outcome}, the watermark {moved}: two rows fewer came than announced",
                likely="the announced total is dropped or made up on the way",
            )
        sim.clear()
        whole(h, sim, store, read_on_leash(h, sim, store), likely="the gap is remembered although it is closed")


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
        report = read_on_leash(h, sim, store)
        whole(h, sim, store, report, likely="the total is taken out of the body as it stands there")


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
    many_pages(h)
    with h.source(rows=more_rows(h)) as sim, h.store() as store:
        sim.fault("total", by=-ROWS // 2)
        report = read_on_leash(h, sim, store)
        whole(h, sim, store, report, likely="the read ends when the total of the first page is met")


def _total(h: Harness) -> str:
    """The path of the announced total in a JSON reply."""
    if not h.subject.wire.total or h.recording.template.is_xml:
        raise NotApplicable("the source announces no total in JSON")
    return h.subject.wire.total
