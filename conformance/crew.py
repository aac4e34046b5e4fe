"""Several checks of one adapter at once, each in one of a few forked processes.

A check has its own source and its own stores, so that it does not matter what runs beside it.
"""

import gc
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import fields
from multiprocessing import forkserver
from multiprocessing.forkserver import ForkServer
from typing import Any

from conformance.check import Check
from conformance.outcome import Outcome
from conformance.stores import fresh_store
from conformance.trial import Trial

Told = Mapping[str, Any]
"""A `Result` without its check, which does not travel."""


@contextmanager
def crew(
    trials: Sequence[Trial], checks: Mapping[str, Check], processes: int
) -> Iterator[Callable[[Trial, Check], "Future[Told]"]]:
    """So many processes; what is yielded has one of these checks put to one of these streams, first come, first served.

    What it answers raises BrokenProcessPool when a check has ended its process.
    """
    with fresh_store():
        pass  # its tables are laid out here, and all it takes is loaded here, and not in each of the processes
    fork = multiprocessing.get_context("fork")  # what was read and loaded so far is there
    with ProcessPoolExecutor(processes, fork, _begin, (trials, checks)) as pool:
        yield lambda trial, check: pool.submit(_put, trials.index(trial), check.id)


def apart(trial: Trial, check: Check) -> Told:
    """What becomes of a check that is put to a stream in a process of its own. One that ends it has failed."""
    try:
        with crew([trial], {check.id: check}, 1) as ask:
            return ask(trial, check).result()
    except BrokenProcessPool:
        return {
            "outcome": Outcome.FAIL,
            "expected": "a check that comes to its end",
            "saw": "its process ended amid it",
            "likely": "os._exit, or a library of the adapter's that crashes",
        }


_given: list[tuple[Sequence[Trial], Mapping[str, Check]]] = []
"""What the process at hand works on."""


def _begin(trials: Sequence[Trial], checks: Mapping[str, Check]) -> None:
    _given.append((trials, checks))
    gc.freeze()  # what is loaded stays until the end: no collection need walk it again
    ForkServer.__init__(forkserver._forkserver)  # one that our parent has started is no child of ours


def _put(at: int, id: str) -> Told:
    ((trials, checks),) = _given
    result = trials[at].of(checks[id])
    return {field.name: getattr(result, field.name) for field in fields(result) if field.name != "check"}
