"""RS: positions a source does not take, a watermark or a page token: told as refused, and begun anew."""

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.resuming import TRUE_TO_KEY, TRUE_TO_TIME, clone, expect, recorded, timed
from conformance.simwire import CURSOR, Call

REFUSED = "source.watermark_refused"


@check(
    "RS-20",
    level=Level.RESUMES,
    clause="A watermark that the source refuses is told as refused, and stays where it is.",
    why="Sources forget what is older than a month, and say 410. Somebody must decide from where to read again; read "
    'as "nothing new", the gap grows by a day each day.',
    after=TRUE_TO_TIME,
    waivable=False,
    failing="except WatermarkRefused: return  # it knows of nothing that old",
    passing="let it rise: the operator goes back with `hub source rewind`",
)
def refused_mark_is_told(h: Harness) -> None:
    """410 to a second run; then the source takes the mark again."""
    newest = timed(h)
    with h.source() as sim, h.store() as store:
        mark = h.run(sim, store).watermark
        late = clone(h, newest)
        sim.rows.add(late)
        sim.fault("status", times=None, status=410)
        report = h.run(sim, store)
        sim.clear()
        told = (report.error or "no error").partition(":")[0]
        moved = report.watermark != mark
        if (report.outcome, told, moved) != ("incomplete", REFUSED, False):
            raise Violation(
                expected=f"incomplete, {REFUSED}, the watermark where it was",
                observed=f"{report.outcome}, {told}, the watermark {'moved' if moved else 'where it was'}",
                likely="the adapter catches the refusal",
                where="410 to the first call of a second run",
            )
        h.run(sim, store)
        expect(h, sim, store, [late], likely="the refused mark was given up", where="the run after a refusal")


@check(
    "RS-22",
    level=Level.RESUMES,
    clause="A refused page token ends the read as incomplete, and the next run begins at the first page.",
    why="Tokens die with the source's process. One that is kept for the next run is refused again, and again.",
    after=TRUE_TO_KEY,
    waivable=False,
    failing="except SourceReplyInvalid: type(self).left_off = token; raise",
    passing="nothing is kept: every read begins at the first page of what `since` asks for",
)
def refused_token_is_given_up(h: Harness) -> None:
    """400 to the second call; then a run in peace."""
    with h.source() as sim, h.store() as store:
        sim.fault("status", after=1, times=None, status=400)
        report = h.run(sim, store, page_size=2)
        if len(sim.calls) < 2:
            raise NotApplicable("one call reads everything")
        before, first = len(sim.calls), _position(h, sim.calls[0])
        sim.clear()
        if report.outcome != "incomplete":
            raise Violation(
                expected="an incomplete read",
                observed=f"outcome {report.outcome}: {report.error}",
                likely="a refused position is taken for the end of the list",
                where="400 to the second call",
            )
        h.run(sim, store, page_size=2)
        if _position(h, sim.calls[before]) != first:
            raise Violation(
                expected="a first call like that of the run before",
                observed="one that goes on from a page",
                likely="the position in the list is kept from one run to the next",
                where="the run after a refused token",
            )
        likely = "the read goes on behind what it has not seen"
        expect(h, sim, store, recorded(h), likely=likely, where="the run after a refused token")


def _position(h: Harness, call: Call) -> dict[str, str]:
    """Where in the list of pages a call stands."""
    page = h.subject.wire.page
    names = {page.page, page.start, page.after_time, page.after_key, page.param, CURSOR}
    return {name: str(value) for name, value in call.params.items() if name in names}
