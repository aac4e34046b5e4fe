"""RS: file drops. A file is read once: when it is whole, until its rows are kept."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.lab.folder import FolderSim
from conformance.outcome import NotApplicable, Violation
from conformance.resuming import TRUE_TO_KEY, Stopped, stop_at


@check(
    "RS-25",
    level=Level.RESUMES,
    clause="A file is put away when its rows are kept: not before, and once.",
    why="What is put away is never read again. A machine that loses power between the two loses the file's rows, and "
    "one that never puts a file away reads all that ever came, every time.",
    after=TRUE_TO_KEY,
    waivable=False,
    failing="yield Page(page.content, rows=page.rows)  # without its receipt",
    passing="yield page  # as the source gave it",
)
def files_are_put_away_when_kept(h: Harness) -> None:
    """A run that ends just before its first commit; then one that does not."""
    with folder(h) as sim, h.store() as store:
        with suppress(Stopped):
            h.run(sim, store, stop=stop_at("before_commit", 1), page_size=1000)
        h.observe()
        early = not sim.waits
        h.run(sim, store, page_size=1000)
        if early or sim.waits:
            raise Violation(
                expected="a file that lies there until its rows are committed, and then no longer",
                observed="a file put away before that" if early else "a file that lies there after that",
                likely="source.settled called by the adapter, or pages without the receipt the source gave them",
            )


@check(
    "RS-26",
    level=Level.RESUMES,
    clause="A file is read when its source says that it is whole, and not before.",
    why="A file is there from its first byte on. Half of it read looks like all of it, and what comes to be written "
    "behind is never read.",
    after=("PG-01", "PG-11"),
    waivable=False,
    failing='FileDrop(pattern="*.csv")  # and the source writes a marker beside each file when it is done',
    passing='FileDrop(pattern="*.csv", ready="marker", marker=".ok")',
)
def half_a_file_waits(h: Harness) -> None:
    """A run while a file is being written; then one when its source has said that it is whole."""
    if h.subject.way == "folder" and h.subject.wire.files.ready == "still":
        raise NotApplicable("the source does not say when a file is whole: the hub looks whether it still grows")
    with folder(h) as sim, h.store() as store:
        sim.half()
        h.observe()
        early = h.run(sim, store, allow_empty=True)
        sim.clear()
        h.run(sim, store)
        whole = len(h.records(store))
        if early.counts.fetched or whole != len(set(sim.keys)):
            raise Violation(
                expected=f"no row while the file is being written, and all {len(set(sim.keys))} when it is whole",
                observed=f"{early.counts.fetched} rows of half a file, and {whole} records in the end",
                likely="the stream's `ready` or `marker` is not how this source says that a file is whole",
            )


@contextmanager
def folder(h: Harness) -> Iterator[FolderSim]:
    """A simulated source that drops files. Raises NotApplicable where the adapter's does not."""
    if h.subject.way != "folder":
        raise NotApplicable("the source drops no files")
    with h.source() as sim:
        assert isinstance(sim, FolderSim)
        yield sim
