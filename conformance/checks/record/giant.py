"""RC-40: a page is taken whole, however many rows it has."""

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.lab.sender import Sender
from conformance.leaves import numbered
from conformance.outcome import NotApplicable, Violation

MANY = 1_050
"""Rows, just more than round numbers at which code likes to stop."""


@check(
    "RC-40",
    level=Level.READS,
    clause="A page of very many rows gives an item for each of them.",
    after=("PG-11", "RC-19"),
    why="What is tried with a page of eight rows meets one of a thousand where files and settings are the operator's. "
    "What lies behind a limit of the author's own is counted nowhere, and the read looks complete.",
    waivable=False,
    failing="def items(self, page): return page.rows[:200]",
    passing="give every row; how many a page has is the setting `page_size`",
)
def giant_pages_are_taken_whole(h: Harness) -> None:
    """Serve so many rows, on one page where the source allows it, and count the items."""
    wire = h.subject.wire
    if wire.detail is not None:
        raise NotApplicable("each row is asked for by itself: a page of very many is another read's affair")
    if h.subject.way == "push" and wire.push is not None and wire.push.rows == 1:
        raise NotApplicable("a push tells one row")
    known = h.recording.rows
    rows = [{**known[at % len(known)], wire.key: numbered(known[0][wire.key], at)} for at in range(MANY)]
    told = h.subject.kind.Config.model_fields["page_size"].metadata
    size = min([MANY, *(each.le for each in told if hasattr(each, "le"))])
    with h.source(rows=rows) as sim:
        if wire.page.kind == "link":  # nobody asks for a size there: the source alone cuts
            sim.fault("page_size", times=None, size=MANY)
        if isinstance(sim, Sender):  # what was seen of a batch is no promise of its size
            sim.push = sim.push.model_copy(update={"rows": 0})
        adapter = h.adapter(sim, page_size=size)
        pages = h.pages(sim, page_size=size)
        counted = sum(len(adapter.items(page)) for page in pages)
    if counted < MANY:
        raise Violation(
            expected=f"{MANY} items",
            observed=f"{counted}",
            likely="items, or pages, takes no more rows of a page than a number of its own",
            where=f"{len(pages)} page{'s' * (len(pages) > 1)} of up to {size} rows",
        )
