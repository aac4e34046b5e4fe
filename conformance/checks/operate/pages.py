"""OP: pages are handed on and let go, and no more of them are asked for than somebody wants."""

import gc
import tracemalloc
import urllib.parse

from conformance.at_work import ROWS, many, opened, reading
from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation

AHEAD = 2
"""Pages an adapter may have fetched that nobody has asked it for yet."""

MARK = 200
"""Bytes by which the hub knows again what was asked for in this read: one call for each row where there are details."""


@check(
    "OP-01",
    level=Level.OPERATES,
    clause="Pages are handed on as they come, not gathered first.",
    why="A gathered read of three million rows needs all the memory there is, and a kill loses all of it.",
    failing="pages = list(source.read(request, since)); yield from pages",
    passing="yield from source.read(request, since)",
)
def pages_are_handed_on(h: Harness) -> None:
    """Twelve pages; calls are counted at each commit."""
    ahead: list[int] = []
    with h.source(rows=many(h, 24)) as sim:

        def stop(point: str) -> None:
            if point == "committed":
                ahead.append(len(sim.calls) - len(ahead) - 1)

        with h.store() as store:
            h.run(sim, store, stop=stop, page_size=2)
    if len(ahead) <= AHEAD + 1:
        raise NotApplicable(f"24 rows come on {len(ahead)} pages, whatever is asked for")
    if max(ahead) > AHEAD:
        raise Violation(
            expected=f"at most {AHEAD} pages fetched that are not yet stored",
            observed=f"{max(ahead)} of {len(ahead)} pages",
            likely="pages are put into a list, or sorted, before the first is yielded",
        )


@check(
    "OP-02",
    level=Level.OPERATES,
    clause="What has been handed on is let go: memory does not grow with the pages read.",
    why="The first read of a source is ten thousand pages long, and the worker's memory is limited.",
    failing="self.read_so_far.append(page)",
    passing="nothing kept but the token of the next page",
)
def memory_is_flat(h: Harness) -> None:
    """Twelve pages; memory is measured after the fourth and the last."""
    size, first, last, details = 20, 4, 12, 0
    rows = many(h, size * last)
    held: dict[int, int] = {}
    with h.source(rows=rows) as sim, reading(h, sim, page_size=size) as read:
        tracemalloc.start(1)
        try:
            for number, _ in enumerate(read, 1):
                details += len(sim.details)
                sim.calls.clear()  # the source's own memory
                sim.details.clear()
                h.traffic.clear()  # the suite's: the fifth exchange it keeps would weigh like a page
                if number in (first, last):
                    gc.collect()
                    # it remembers every address it has split, which is not the adapter's doing
                    urllib.parse.clear_cache()  # type: ignore[attr-defined]
                    held[number] = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
    if last not in held:
        raise NotApplicable(f"{len(rows)} rows come on fewer than {last} pages, whatever is asked for")
    growth, page = (held[last] - held[first]) // (last - first), size * len(str(rows[0]).encode())
    if growth > page + MARK * details // last:  # a kept page is its bytes and its rows, several times as much
        raise Violation(
            expected="the same memory from page to page",
            observed=f"{growth} bytes more with every page of about {page}",
            likely="the adapter keeps pages, rows or keys it has already handed on",
        )


@check(
    "OP-03",
    level=Level.OPERATES,
    clause="Told to stop between two pages, a read ends at once and asks its source for nothing more.",
    why="The hub gives every source five seconds to stop. What asks on is killed.",
    failing="finally: for page in rest: pass   # reads to the end so that the cursor is freed",
    passing="no finally, or one that only lets go of what the adapter itself holds",
)
def stop_is_honoured(h: Harness) -> None:
    """Stopped after the first of six pages."""
    with h.source(rows=many(h, ROWS)) as sim, opened(h, sim, page_size=2) as (_, pages):
        if next(pages, None) is None:
            return
        h.observe()
        before, said = len(sim.calls), ""
        try:
            pages.close()
        except AttributeError:
            said = f"pages() gives a {type(pages).__name__}, which cannot be stopped"
        except Exception as why:  # noqa: BLE001 - whatever comes instead of an end
            said = f"{type(why).__name__} instead of an end"
        more = len(sim.calls) - before
    if more or said:
        raise Violation(
            expected="an end without a further request",
            observed=said or f"{more} more requests",
            likely="GeneratorExit is caught around the yield, or a finally goes on reading",
        )


@check(
    "OP-11",
    level=Level.OPERATES,
    clause="Told to stop while a reply hangs, a read asks its source for nothing more.",
    why="The hub bounds every reply, so that a read can end in time. One that asks on instead is killed, page and all.",
    after=("NT-05", "ER-14"),
    failing="except SourceUnavailable: page = source.get(path, size=size // 2)  # perhaps it was too much",
    passing="page = source.get(path, size=size)  # the hub knows whether to ask again",
)
def stop_is_honoured_while_waiting(h: Harness) -> None:
    """Told to stop as soon as the first call has come in, which is never answered."""
    with h.source() as sim, h.store() as store:
        sim.fault("hang", times=None)
        report = h.run(sim, store, should_stop=lambda: bool(sim.calls))
        h.observe(len(sim.calls))
        if len(sim.calls) > 1 or report.outcome != "incomplete":
            raise Violation(
                expected="one call, and an end that is incomplete",
                observed=f"{len(sim.calls)} calls, and an end that is {report.outcome}",
                likely="the error of the time-out is caught, and the source asked again in another way",
            )
