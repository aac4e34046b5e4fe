"""Draws the changes, puts each to the test in a child process, and counts which were noticed."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

from conformance import checks
from conformance.check import CHECKS
from conformance.mutation.mutants import Mutant, mutants
from conformance.mutation.trials import Trial, Trials

SAMPLE, SEED = 400, 1
DEADLINE_S = 120.0
"""A change still under test by then has been noticed: something does not end."""

Noticed = tuple[str, str, int]
"""Under what a change is counted, what noticed it, and the number of that trial, or -1; empty texts if nothing did."""

NOTHING: Noticed = ("", "", -1)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one change: ``diff`` as it reads, and ``by`` what noticed it, ``kind: which``, or empty."""

    mutant: Mutant
    diff: str
    by: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a sample. ``void`` is what was noticed although nothing was changed: it did not count."""

    fates: tuple[Fate, ...]
    void: tuple[str, ...] = ()


def modules() -> dict[str, bytes]:
    """The source of every module that holds checks, by its dotted name."""
    names = [each.name for each in walk_packages(checks.__path__, f"{checks.__name__}.") if not each.ispkg]
    return {name: file_of(name).read_bytes() for name in sorted(names)}


def drawn(sample: int | None = SAMPLE, seed: int = SEED, only: str = "") -> list[Mutant]:
    """So many changes, or all there are, in the order of modules and lines. ``only`` is a part of a module's name."""
    sources = {name: source for name, source in modules().items() if only in name.removeprefix(checks.__name__)}
    known = [each for name, source in sources.items() for each in mutants(name, source)]
    chosen = sorted(known, key=lambda each: each.rank(seed))[:sample]
    return sorted(chosen, key=lambda each: (each.module, each.start, each.end, each.new))


def measure(chosen: Sequence[Mutant], *, say: Callable[[Fate], None] = lambda _: None) -> Measured:
    """Put the changes to the test, one after the other; ``say`` hears of each.

    Whatever notices a change must be silent without it, or it is void and the change goes on to the next trial.
    """
    trials, sources, fates = Trials.ready(), modules(), []
    silent: dict[tuple[str, tuple[str, ...], int], Noticed] = {}
    for each in chosen:
        skipped: frozenset[int] = frozenset()
        while True:
            kind, what, at = _in_child(partial(_tried, each, sources[each.module], trials, skipped))
            key = (each.module, each.ids, at)
            if at >= 0 and key not in silent:
                silent[key] = _in_child(partial(_once, each, at, trials))
            if at < 0 or silent[key] == NOTHING:
                break
            skipped |= {at}
        fates.append(Fate(each, each.diff(sources[each.module]), kind and f"{kind}: {what}"))
        say(fates[-1])
    loud = {f"{kind} {what}" for kind, what, _ in silent.values() if kind}
    return Measured(tuple(fates), tuple(sorted(loud)))


def _tried(mutant: Mutant, source: bytes, trials: Trials, skipped: frozenset[int]) -> Noticed:
    """Make the change and see what notices."""
    try:
        put(mutant.module, mutant.applied(source))
    except Exception as why:  # noqa: BLE001 - changed code: whatever it raises
        return "loading", type(why).__name__, -1
    if gone := [id for id in mutant.ids if id not in CHECKS]:
        return "loading", f"{gone[0]} is gone", -1
    known = enumerate(trials.of(mutant.module, mutant.ids))
    found = (_put_to(trial, at) for at, trial in known if at not in skipped)
    return next((each for each in found if each != NOTHING), NOTHING)


def _once(mutant: Mutant, at: int, trials: Trials) -> Noticed:
    """One trial of a change that was not made."""
    return _put_to(next(islice(trials.of(mutant.module, mutant.ids), at, None)), at)


def _put_to(trial: Trial, at: int) -> Noticed:
    try:
        what = trial.run()
    except (Exception, SystemExit) as why:  # noqa: BLE001 - changed code: whatever it raises where nobody looks for it
        return "crash", f"{type(why).__name__}: {why}", at
    return (trial.kind, what, at) if what else NOTHING


def put(name: str, source: bytes) -> None:
    """Let a module be what this source makes of it: its checks, and its place in its package. Not to be undone."""
    code = compile(source, str(file_of(name)), "exec")
    for id in [id for id, check in CHECKS.items() if check.run.__module__ == name]:
        del CHECKS[id]
    module = ModuleType(name)
    module.__file__ = str(file_of(name))
    package, _, last = name.rpartition(".")
    module.__package__ = package
    sys.modules[name] = module
    setattr(sys.modules[package], last, module)
    exec(code, module.__dict__)  # noqa: S102 - our own source, changed in one place


def _in_child(work: Callable[[], Noticed]) -> Noticed:
    """The answer of a forked child, all of whose processes are ended; one that gives none has been noticed too."""
    mine, its = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_alone, args=(its, work))
    child.start()
    its.close()
    assert child.pid is not None
    try:
        return mine.recv() if mine.poll(DEADLINE_S) else ("time", f"more than {DEADLINE_S:g} s", -1)
    except EOFError:
        return "crash", "the process ended", -1
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.join()
        mine.close()


def _alone(answer: Connection, work: Callable[[], Noticed]) -> None:
    """Work in a process group of its own, unheard."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    answer.send(work())


def file_of(name: str) -> Path:
    """Where the source of a module stands."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)
