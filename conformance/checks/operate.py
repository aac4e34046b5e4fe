"""OP: an adapter shares its process with the hub and its neighbours, for months, and takes no more than it needs."""

import contextlib
import decimal
import gc
import io
import locale
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import tracemalloc
import urllib.parse
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from conformance.check import Level, check
from conformance.harness import QUICK, shaping
from conformance.outcome import NotApplicable, Violation
from conformance.traces import traces
from hub.api import Draft, DraftEntry, HubError
from hub.testing import caught_events, open_wire

if TYPE_CHECKING:
    from conformance.harness import Harness
    from conformance.replay import SimSource

AHEAD = 2
"""Pages an adapter may have fetched that nobody has asked it for yet."""

MARK = 200
"""Bytes by which the hub knows again what was asked for in this read: one call for each row where there are details."""

ODD = 31
"""A number nobody would choose for a setting of the process."""

STEPS_PER_VALUE, STEPS_AT_LEAST = 100, 2_000
"""Lines and calls a draft may take for each value of its row, and for any row."""


def many(h: "Harness", count: int) -> list[dict[str, Any]]:
    """About ``count`` rows: those of the recording over and over, each with a key of its own."""
    wire = h.subject.wire
    gone = wire.deleted
    known = [
        dict(row) for row in h.recording.rows if wire.key in row and not (gone and row.get(gone.field) == gone.value)
    ]
    rows = []
    for turn in range(-(-count // len(known))):
        for row in known:
            key = row[wire.key]
            if isinstance(key, int):
                key = key * 1000 + turn
            else:
                key = f"{key}{turn:03}" if str(key).isdecimal() else f"{key}-{turn:03}"
            rows.append(row | {wire.key: key})
    return rows


@contextmanager
def opened(h: "Harness", sim: "SimSource", **changes: Any) -> Iterator[tuple[Any, Any]]:
    """One instance at work: itself, and its pages, each fetched when it is asked for."""
    settings = h.settings(sim, **changes)
    wire = open_wire(h.subject.kind, settings, http=QUICK, clock=lambda: sim.clock, sleep=lambda _: None)
    with caught_events(), contextlib.redirect_stdout(io.StringIO()), wire as (own, source):
        source.start_read(h.stream)
        yield shaping(own, h.stream), own.pages(source, None)


@contextmanager
def reading(h: "Harness", sim: "SimSource", **changes: Any) -> Iterator[Iterator[list[Draft | DraftEntry]]]:
    """The drafts of page after page."""
    with opened(h, sim, **changes) as (own, pages):

        def drafts() -> Iterator[list[Draft | DraftEntry]]:
            for page in pages:
                h.observe()
                yield [own.draft(item) for item in own.items(page)]

        yield drafts()


def neighbour(
    h: "Harness", sim: "SimSource", **changes: Any
) -> contextlib.AbstractContextManager[Iterator[list[Draft | DraftEntry]]]:
    """Another instance, beside the one of `reading`."""
    return reading(h, sim, name="neighbour", **changes)


@check(
    "OP-01",
    level=Level.OPERATES,
    clause="Pages are handed on as they come, not gathered first.",
    why="A gathered read of three million rows needs all the memory there is, and a kill loses all of it.",
    failing="pages = list(source.read(request, since)); yield from pages",
    passing="yield from source.read(request, since)",
)
def pages_are_handed_on(h: "Harness") -> None:
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
def memory_is_flat(h: "Harness") -> None:
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
def stop_is_honoured(h: "Harness") -> None:
    """Stopped after the first of six pages."""
    with h.source(rows=many(h, 12)) as sim, opened(h, sim, page_size=2) as (_, pages):
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
    "OP-04",
    level=Level.OPERATES,
    clause="An instance reads the same beside one of the same adapter whose source fails.",
    why="One adapter serves ninety counties in one hub. The outage of one must not be felt in another.",
    failing="class Lakeside(Adapter): down = False   # set by whoever fails, asked by all",
    passing="self.down = False   # in __init__: each instance has its own",
)
def failing_neighbour_is_harmless(h: "Harness") -> None:
    """Two instances by turns; the source of one dies after its first page, or on it where there is one."""
    rows = many(h, 10)
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
def instances_do_not_mix(h: "Harness") -> None:
    """Two instances by turns, with pages of two and of three rows."""
    rows = many(h, 12)
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


@check(
    "OP-06",
    level=Level.OPERATES,
    clause="A read leaves no thread and no child process behind.",
    why="What is left behind by every read is thousands after a month.",
    failing="Thread(target=self.keep_alive, daemon=True).start()",
    passing="with ThreadPoolExecutor(2) as pool: …   # over before the read is",
)
def nothing_is_left_running(h: "Harness") -> None:
    """Threads and child processes before a read and after it."""
    threads, processes = set(threading.enumerate()), _children()
    with h.source() as sim:
        h.pages(sim)
    left = [each for each in threading.enumerate() if each not in threads]
    for each in left:
        each.join(0.3)  # those of the simulated source are about to end
    if alive := [each for each in left if each.is_alive()]:
        raise Violation(
            expected="the threads there were before",
            observed=f"{len(alive)} more, the first: {alive[0].name}",
            likely="a thread for renewing tokens or fetching ahead that is never told to end",
        )
    if more := _children() - processes:
        raise Violation(expected="the processes there were before", observed=f"{len(more)} more")


@check(
    "OP-07",
    level=Level.OPERATES,
    clause="A good read prints nothing, and logs nothing that the hub would have to show.",
    why="The hub's output is its log, one event a line: a stray line breaks who reads it, and is masked by nobody.",
    failing='print("page", number)',
    passing="nothing: each page is counted by the hub and logged as page.committed",
)
def read_is_silent(h: "Harness") -> None:
    """A plain read with stdout, stderr and the root logger caught."""
    with h.source() as sim:
        h.drafts(sim)
    if h.output:
        raise Violation(
            expected="no output",
            observed=f"{len(h.output.splitlines())} lines on stdout, stderr or the root logger",
            likely="a print or warning left from debugging",
        )


@check(
    "OP-08",
    level=Level.OPERATES,
    clause="A read changes nothing that belongs to the whole process: environment, folder, signals, locale, time-outs.",
    why="The neighbours run under it as well. A default time-out set here is one that breaks a transfer there.",
    failing="socket.setdefaulttimeout(30)",
    passing="nothing: the hub's limits hold for every request",
)
def process_is_left_alone(h: "Harness") -> None:
    """A read in a process whose settings nobody would choose."""
    with h.source() as sim, _known_process(), traces(h.subject.kind) as found:
        before = _process()
        h.drafts(sim)
        after = _process()
    changed = [name for name, value in before.items() if after[name] != value]
    changed += [f"{trace.event} at {trace.where}" for trace in found if trace.what == "environment"]
    if changed:
        raise Violation(
            expected="a process as it was before",
            observed=f"changed: {', '.join(changed)}",
            likely="a setting of a library that holds for all who use it",
        )


@check(
    "OP-09",
    level=Level.OPERATES,
    clause="Adapter code never sleeps: all waiting is the hub's.",
    why="The hub can be stopped while it waits, and knows how long a source wants to be left alone.",
    failing="time.sleep(0.5)   # be polite",
    passing="nothing: Retry-After and the pause between pulls (every_s) are the hub's",
)
def adapter_does_not_sleep(h: "Harness") -> None:
    """A read with the clock's doors watched."""
    with h.source() as sim, traces(h.subject.kind) as found:
        h.drafts(sim)
    if slept := [trace for trace in found if trace.what == "sleep"]:
        raise Violation(
            expected="no sleep",
            observed=f"{len(slept)} in one read of two pages",
            likely="a pause between pages; tell the operator to set every_s, or let the source answer 429",
            where=slept[0].where,
        )


@check(
    "OP-10",
    level=Level.OPERATES,
    clause="Shaping a row takes steps in proportion to the row.",
    why="A draft is made for each of millions of rows, and again at every remap.",
    failing="def draft(self, item): causes = {row.code: row for row in read_causes()} …",
    passing="CAUSES = {row.code: row for row in read_causes()}   # once, when the module is loaded",
)
def draft_is_lean(h: "Harness") -> None:
    """Lines and calls are counted, not seconds: the same on every machine."""
    with h.source() as sim:
        pages, adapter = h.pages(sim), h.adapter(sim)
    items = [
        (f"page {at} row {no}", item)
        for at, page in enumerate(pages, 1)
        for no, item in enumerate(adapter.items(page), 1)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        for _, item in items:
            adapter.draft(item)  # what is made once is made by now
    for spot, item in items:
        h.observe()
        with contextlib.redirect_stdout(io.StringIO()), _steps() as steps:
            adapter.draft(item)
        allowed = max(STEPS_AT_LEAST, STEPS_PER_VALUE * _size(item))
        if steps[0] > allowed:
            raise Violation(
                expected=f"at most {allowed} lines and calls for a row of {_size(item)} values",
                observed=f"{steps[0]}",
                likely="a table is built or searched through anew for every row",
                where=spot,
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
def stop_is_honoured_while_waiting(h: "Harness") -> None:
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


def _asked(sim: "SimSource") -> list[dict[str, str]]:
    """Parameters and head of each call so far, as text; the account begins anew."""
    asked = [{name: str(value) for name, value in {**call.headers, **call.params}.items()} for call in sim.calls]
    sim.calls.clear()
    return asked


def _children() -> set[int]:
    """Process ids of this process's children."""
    found = {child.pid for child in multiprocessing.active_children() if child.pid}
    for task in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found.update(map(int, task.read_text().split()))
    return found


@contextmanager
def _known_process() -> Iterator[None]:
    """Values nobody would choose for what an earlier read may have changed already; all put back in the end."""
    with ExitStack() as back:
        back.callback(socket.setdefaulttimeout, socket.getdefaulttimeout())
        socket.setdefaulttimeout(ODD)
        back.callback(locale.setlocale, locale.LC_ALL, locale.setlocale(locale.LC_ALL))
        locale.setlocale(locale.LC_ALL, "C")
        back.callback(sys.setrecursionlimit, sys.getrecursionlimit())
        sys.setrecursionlimit(sys.getrecursionlimit() + ODD)
        back.enter_context(decimal.localcontext())
        decimal.getcontext().prec = ODD
        root = logging.getLogger()
        back.callback(root.setLevel, root.level)
        root.setLevel(ODD)
        back.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("default", message="conformance")
        yield


def _process() -> Mapping[str, object]:
    """What belongs to the whole process and can be looked at."""
    return {
        "environment": dict(os.environ),
        "working folder": Path.cwd(),
        "locale": locale.setlocale(locale.LC_ALL),
        "signal handlers": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "socket time-out": socket.getdefaulttimeout(),
        "recursion limit": sys.getrecursionlimit(),
        "decimal precision": decimal.getcontext().prec,
        "warnings filters": list(warnings.filters),
        "root logger's level": logging.getLogger().level,
        "root logger's handlers": list(logging.getLogger().handlers),
        "garbage collector": (gc.isenabled(), gc.get_threshold()),
        "import path": list(sys.path),
    }


@contextmanager
def _steps() -> Iterator[list[int]]:
    """Count lines run and functions called in the block, libraries in C as one step each."""
    count = [0]

    def line(frame: FrameType, event: str, argument: Any) -> Any:
        count[0] += 1
        return line

    def call(frame: FrameType, event: str, argument: Any) -> None:
        count[0] += event == "c_call"

    traced, profiled = sys.gettrace(), sys.getprofile()
    sys.settrace(line)
    sys.setprofile(call)
    try:
        yield count
    finally:
        sys.setprofile(profiled)
        sys.settrace(traced)


def _size(value: Any) -> int:
    """How many plain values stand in a row."""
    if isinstance(value, Mapping):
        value = list(value.values())
    return sum(map(_size, value)) if isinstance(value, list | tuple) else 1
