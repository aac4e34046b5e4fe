"""OP: a read leaves nothing behind in the process, says nothing, changes nothing of it and does not sleep in it."""

import contextlib
import decimal
import gc
import locale
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import Violation
from conformance.traces import traces

ODD = 31
"""A number nobody would choose for a setting of the process."""


@check(
    "OP-06",
    level=Level.OPERATES,
    clause="A read leaves no thread and no child process behind.",
    why="What is left behind by every read is thousands after a month.",
    failing="Thread(target=self.keep_alive, daemon=True).start()",
    passing="with ThreadPoolExecutor(2) as pool: …   # over before the read is",
)
def nothing_is_left_running(h: Harness) -> None:
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
def read_is_silent(h: Harness) -> None:
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
def process_is_left_alone(h: Harness) -> None:
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
def adapter_does_not_sleep(h: Harness) -> None:
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
