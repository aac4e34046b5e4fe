"""OP: instances of one adapter at work beside each other, and neither feels the other."""

import contextlib
from collections.abc import Iterator, Sequence

from conformance.at_work import ROWS, many, neighbour, reading
from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.replay import SimSource
from hub.api import Draft, DraftEntry, HubError


@check(
    "OP-04",
    level=Level.OPERATES,
    clause="An instance reads the same beside one of the same adapter whose source fails.",
    why="One adapter serves ninety counties in one hub. The outage of one must not be felt in another.",
    failing="class Lakeside(Adapter): down = False   # set by whoever fails, asked by all",
    passing="self.down = False   # in __init__: each instance has its own",
)
def failing_neighbour_is_harmless(h: Harness) -> None:
    """Two instances by turns; the source of one dies after its first page, or on it where there is one."""
    rows = many(h, ROWS)
    with h.source(rows=rows) as sim, h.source(rows=rows) as other:
        with reading(h, sim, page_size=2) as read:
            alone = list(read)
        other.fault("status", after=0 if h.subject.at_once else 1, times=None, status=503)
        with reading(h, sim, page_size=2) as mine, neighbour(h, other, page_size=2) as theirs:
            beside = list(_in_turn(mine, theirs))
    _same(alone, beside, "a neighbour whose source answers 503")


@check(
    "OP-05",
    level=Level.OPERATES,
    clause="Two instances of an adapter at work at once each keep to their own settings and rows.",
    why="A setting kept on the class belongs to whoever came last: one county's rows are asked for with another's key.",
    failing="def __init__(self, config): type(self).config = config",
    passing="def __init__(self, config): super().__init__(config)",
)
def instances_do_not_mix(h: Harness) -> None:
    """Two instances by turns, with pages of two and of three rows."""
    rows = many(h, ROWS)
    with h.source(rows=rows) as sim, h.source(rows=rows[:7]) as other:
        asked, drafts = [], []
        for _ in range(2):
            with reading(h, sim, page_size=2) as read:
                drafts.append(list(read))
            asked.append(_asked(sim))
        with reading(h, sim, page_size=2) as mine, neighbour(h, other, page_size=3) as theirs:
            beside = list(_in_turn(mine, theirs))
        now = _asked(sim)
    _same(drafts[0], beside, "a neighbour with settings of its own")
    for number, (first, again, call) in enumerate(zip(*asked, now, strict=False), 1):
        mixed = [name for name, value in first.items() if again.get(name) == value and call.get(name) != value]
        if mixed or len(now) != len(asked[0]):
            raise Violation(
                expected="the same calls as without a neighbour",
                observed=f"another {mixed[0]}" if mixed else f"{len(now)} calls, not {len(asked[0])}",
                likely="a setting or position is kept on the class or in the module",
                where=f"call {number}",
            )


def _in_turn(
    mine: Iterator[list[Draft | DraftEntry]], theirs: Iterator[list[Draft | DraftEntry]]
) -> Iterator[list[Draft | DraftEntry]]:
    """Pages of mine, after each one of theirs; that theirs fail is their trouble."""
    for page in mine:
        yield page
        with contextlib.suppress(HubError):
            next(theirs, None)


def _same(alone: Sequence[list[Draft | DraftEntry]], beside: Sequence[list[Draft | DraftEntry]], what: str) -> None:
    if len(alone) < 2:
        raise NotApplicable("the source gives all rows on one page: nobody can come in between")
    before, after = (sum(map(len, pages)) for pages in (alone, beside))
    if list(alone) != list(beside):
        raise Violation(
            expected=f"the same {before} drafts on {len(alone)} pages as without a neighbour",
            observed=f"{after} drafts on {len(beside)} pages" if before != after else "other drafts",
            likely="something is kept on the class or in the module that belongs to one read",
            where=f"beside {what}",
        )


def _asked(sim: SimSource) -> list[dict[str, str]]:
    """Parameters and head of each call so far, as text; the account begins anew."""
    asked = [{name: str(value) for name, value in {**call.headers, **call.params}.items()} for call in sim.calls]
    sim.calls.clear()
    return asked
