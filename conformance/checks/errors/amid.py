"""ER: a source that fails between two pages, or in words of its own."""

from typing import Final

from conformance.check import Level, check
from conformance.description import ReplySpec
from conformance.faulted import DENIED, INCOMPLETE, Fault, faulty, hold, named
from conformance.harness import Harness
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.replay import SimSource

_AMID: Final[tuple[tuple[str, str, tuple[Fault, ...]], ...]] = (
    (DENIED, "source.denied", tuple(("status", {"status": status}) for status in (401, 403))),
    (INCOMPLETE, "source.unavailable", tuple(("status", {"status": status}) for status in (500, 502, 503))),
    (INCOMPLETE, "source.reply_invalid", tuple((kind, {}) for kind in ("cut", "empty", "html", "envelope"))),
)
"""Faults between two pages. A 404 is none: it may be the end; nor is a 400: it may refuse the position (RS-22)."""

_OWN: Final = "its own words for a failure"
_UNHEARD: Final = "nobody looks at the source's own flag, or another word is taken for success: `ok`, `ok_values`"


@check(
    "ER-09",
    level=Level.READS,
    clause="A fault amid a read ends it as that fault, and keeps the pages before it.",
    why="Every lost record was part of what was left out when somebody had most of it. What came before the fault is "
    "good and stays; that more was to come is said by its right name.",
    after=("ER-01", "ER-03", "ER-05", "ER-06", "ER-07"),
    waivable=False,
    failing="except SourceError:\n    if read: return  # the rest comes next time",
    passing="let it rise: pages already given are kept",
)
def faults_amid_a_read(h: Harness) -> None:
    """The call after the first page with rows, and all behind it: denied, failing, and not what was asked for."""
    with h.source() as sim, h.store() as store:
        after = _rows_come(h, sim)
        run = faulty(h, sim, store)
        for outcome, code, faults in _AMID:
            for kind, options in faults:
                where = f"{named(kind, options)} at call {after + 1}"
                report = run(kind, options, after=after)
                hold(report, outcome, code, where)
                if not report.counts.fetched:
                    raise Violation(
                        expected=f"the rows of the first {after} calls, kept",
                        observed="none",
                        likely="pages are gathered and given at the end of the read",
                        where=where,
                    )


@check(
    "ER-17",
    level=Level.READS,
    clause="A source that says in words of its own that it failed leaves the read incomplete, 200 or not.",
    why='Many gateways answer everything with 200 and write "busy" into the body, beside an empty list. Who reads the '
    "list alone reads that there is nothing.",
    after=("ER-09",),
    waivable=False,
    failing="Envelope(code='code', denied=(401,), items='rows')  # and no `ok`",
    passing="Envelope(ok='code', ok_values=(0,), denied=(401,), items='rows')",
)
def own_words_are_incomplete(h: Harness) -> None:
    """What ``[wire] failed`` tells, at the first call and amid the read; then the same flags beside an empty list."""
    words = _words(h)
    with h.source() as sim, h.store() as store:
        run = faulty(h, sim, store)
        for after in (0,) if h.subject.at_once else (0, _rows_come(h, sim)):
            for how, body in {_OWN: words.body, **_without_rows(h, words.body)}.items():
                report = run("reply", {"status": words.status, "body": body}, after=after)
                hold(report, INCOMPLETE, "source.", f"{how} at call {after + 1}", likely=_UNHEARD)


def _words(h: Harness) -> ReplySpec:
    """What the source says. Raises where it says nothing of the kind, and where nobody has told what."""
    wire = h.subject.wire
    if wire.failed:
        return wire.failed
    if wire.failed is None and wire.items and h.subject.way == "http":
        raise NotObserved(
            "conformance.toml tells no [wire] failed: what the source answers when it fails with status 200; "
            "say failed = false if it never does"
        )
    raise NotApplicable("the source has no words of its own for a failure")


def _without_rows(h: Harness, body: str) -> dict[str, str]:
    """An answer without rows and with the flags of a failure, unless nothing in it is one: gateways know both ways."""
    wire, template = h.subject.wire, h.recording.template
    nothing = {path: value for path, value in ((wire.total, 0), (wire.page.path, None)) if path}
    flags = {path: value for path, value in template.otherwise(body).items() if path not in nothing}
    return {f"{_OWN}, beside an empty list,": template.fill((), nothing | flags).decode(wire.encoding)} if flags else {}


def _rows_come(h: Harness, sim: SimSource) -> int:
    """With which call of a full read rows come: a stretch of time may be empty. Raises where no call comes after it."""
    if h.subject.at_once:
        raise NotApplicable("one call reads everything")
    spots = [number for number, page in enumerate(h.pages(sim), 1) if page.rows]
    if not spots or len(sim.calls) <= spots[0]:
        raise NotObserved("no call comes after the first one with rows, though the source gives pages")
    return spots[0]
