"""RS: the hand-shake of exchange tables. A source that is told a row was taken may drop it."""

from datetime import timedelta

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.lab.table import TableSim
from conformance.leaves import masked
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.replay import SimSource
from conformance.resuming import TRUE_TO_KEY, Stopped, recorded, stop_at, stored
from hub.api import Capability
from schemas.identity import redact

RESUMES = Level.RESUMES

NOW = "{now}"


@check(
    "RS-23",
    level=RESUMES,
    clause="No row is acknowledged before its page is committed.",
    why="Sources delete what is acknowledged, by night and without asking. A row acknowledged and then lost in a crash "
    "is nowhere.",
    needs=Capability.ACKNOWLEDGE,
    after=TRUE_TO_KEY,
    waivable=False,
    failing="for page in source.read(view, since):\n    source.settled(page.receipt)\n    yield page",
    passing="yield from source.read(view, since)  # the hub acknowledges when the rows are kept",
)
def acknowledged_after_commit(h: Harness) -> None:
    """The run ends just before the second page is committed; only what is in the store may be acknowledged."""
    with h.source(rows=recorded(h)) as sim, h.store() as store:
        front = _front(sim)
        try:
            h.run(sim, store, stop=stop_at("before_commit", 2), page_size=2)
        except Stopped:
            h.observe()
        told = set(front.acknowledged)
        adapter, kept = h.adapter(sim), stored(h, store)
        lost = [row for row in sim.rows if str(row[h.subject.wire.key]) in told and adapter.draft(row).key not in kept]
    if lost:
        raise Violation(
            expected="acknowledgements of rows in the store alone",
            observed=f"{len(lost)} of {len(told)} rows acknowledged that are in no store",
            likely="pages() acknowledges what it has read",
            where="an end just before the second page was committed",
        )


@check(
    "RS-24",
    level=RESUMES,
    clause="Every row that is kept is acknowledged, if not by the run that kept it then by the next one.",
    why="Sources send again what is not acknowledged, or stop sending when too much of it has gathered.",
    needs=Capability.ACKNOWLEDGE,
    after=TRUE_TO_KEY,
    failing="yield hub.Page(page.content, rows=page.rows)  # a page of one's own, without the receipt",
    passing="yield page  # as the source gave it",
)
def all_is_acknowledged(h: Harness) -> None:
    """A run that ends between the first commit and its acknowledgement; then one in peace."""
    with h.source(rows=recorded(h)) as sim, h.store() as store:
        front = _front(sim)
        try:
            h.run(sim, store, stop=stop_at("committed", 1), page_size=2)
        except Stopped:
            h.observe()
        h.run(sim, store, page_size=2)
        missing = len(set(sim.keys) - front.acknowledged.keys())
    if missing:
        raise Violation(
            expected=f"all {len(sim.keys)} rows acknowledged",
            observed=f"{missing} that are not",
            likely="the receipts of the pages are lost on their way through pages()",
            where="the run after one that ended before it acknowledged",
        )


@check(
    "RS-27",
    level=RESUMES,
    clause="A row is acknowledged in the words its source takes for it.",
    why="A source that reads 1 for taken takes Y for nothing: it sends the same rows every night until its table is "
    "full, and our side says that all was acknowledged.",
    needs=Capability.ACKNOWLEDGE,
    after=("RS-24",),
    failing='hub.TableView(view="V_XFJ", key="XFJBH", time="GXSJ", acknowledge={"PUSHSTATUS": "Y"})',
    passing='hub.TableView(view="V_XFJ", key="XFJBH", time="GXSJ", acknowledge={"PUSHSTATUS": "1"})',
)
def words_are_the_sources(h: Harness) -> None:
    """A run; then the columns against ``[wire.acknowledged]``, ``{now}`` being the time of the run."""
    words = h.subject.wire.acknowledged
    if not words:
        raise NotObserved("conformance.toml does not tell what the source takes for taken: [wire.acknowledged]")
    with h.source(rows=recorded(h)) as sim, h.store() as store:
        front = _front(sim)
        h.run(sim, store)
        rows = {str(row[h.subject.wire.key]): {**row, **front.acknowledged.get(str(row[h.subject.wire.key]), {})}
                for row in sim.rows}  # fmt: skip
        h.observe(len(rows))
    for key, row in rows.items():
        if wrong := [name for name, word in words.items() if not _means(h, sim, row.get(name), word)]:
            raise Violation(
                expected=", ".join(f"{name} {words[name]}" for name in wrong),
                observed=", ".join(f"{name} {redact(str(row.get(name)))}" for name in wrong),
                likely="the view's acknowledge holds another word, or a time of another zone",
                where=f"key {masked(key)}",
            )


def _means(h: Harness, sim: SimSource, written: object, word: str) -> bool:
    """Whether a column says that word; ``{now}`` is any way to write the time of the run, to the minute."""
    if word != NOW:
        return str(written) == word
    at = h.times.read(written)
    return at is not None and abs(at - sim.clock) <= timedelta(minutes=1)


def _front(sim: SimSource) -> TableSim:
    if not isinstance(sim, TableSim):
        raise NotApplicable("the source has no columns to be acknowledged in")
    return sim
