"""Draws the changes, puts each to the test in a child process, and counts which were noticed.

Several are put to the test at once, dealt to as many processes as there are processors. What becomes of a change does
not depend on who had it, nor on what became of others.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from conformance import checks
from conformance.check import CHECKS
from conformance.mutation.mutants import Mutant, mutants
from conformance.mutation.trials import Trial, Trials

SAMPLE, SEED = 300, 1
DEADLINE_S = 240.0
"""A change still under test by then has been noticed, if it is again: something does not end."""

Noticed = tuple[str, str, int]
"""Under what a change is counted, what noticed it, and the number of that trial; -1 where the whole does not load or
end. Empty texts if nothing noticed."""

NOTHING: Noticed = ("", "", -1)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one change: ``diff`` as it reads, and ``by`` what noticed it, ``kind: which``, or empty."""

    mutant: Mutant
    diff: str
    by: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a sample, and what did not count.

    ``void`` was noticed without a change too. ``unsteady`` was noticed once only, or the unchanged checks did not come
    to an end either: the machine was busy.
    """

    fates: tuple[Fate, ...]
    void: tuple[str, ...] = ()
    unsteady: tuple[str, ...] = ()


def modules() -> dict[str, bytes]:
    """The source of every module that holds checks, by its dotted name; what several of them use is not changed."""
    return {name: file_of(name).read_bytes() for name in sorted({check.run.__module__ for check in CHECKS.values()})}


def drawn(sample: int | None = SAMPLE, seed: int = SEED, only: str = "") -> list[Mutant]:
    """So many changes, or all there are, in the order of modules and lines; one of each module at least, before others.

    ``only`` is a part of a module's name.
    """
    sources = {name: source for name, source in modules().items() if only in name.removeprefix(checks.__name__)}
    known = [each for name, source in sources.items() for each in mutants(name, source)]
    ranked = sorted(known, key=lambda each: each.rank(seed))
    first = {each.module: each for each in reversed(ranked)}
    chosen = [*first.values(), *(each for each in ranked if each is not first[each.module])][:sample]
    return sorted(chosen, key=lambda each: (each.module, each.start, each.end, each.new))


def measure(
    chosen: Sequence[Mutant], *, say: Callable[[Fate], None] = lambda _: None, processes: int | None = None
) -> Measured:
    """Put the changes to the test, so many at once, by default as many as there are processors.

    ``say`` hears of each as it becomes known; what is answered stands in the order of ``chosen``.
    """
    hearing = _Hearing(Trials.ready(), modules())
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, fork, _seated.append, (hearing,)) as pool:
        asked = [pool.submit(_fate, each) for each in chosen]
        for heard in as_completed(asked):
            say(heard.result()[0])
        fates, void, unsteady = zip(*(heard.result() for heard in asked), strict=True)
    return Measured(fates, tuple(sorted(set().union(*void))), tuple(sorted(set().union(*unsteady))))


@dataclass(frozen=True, slots=True)
class _Hearing:
    """Whatever notices a change must notice it twice and be silent without it; else it does not count.

    A machine that is busy for a while ends a trial late or not at all: that must not pass for a change noticed.
    """

    trials: Trials
    sources: Mapping[str, bytes]
    void: set[str] = field(default_factory=set)
    unsteady: set[str] = field(default_factory=set)
    _silent: dict[tuple[str, tuple[str, ...], int], bool] = field(default_factory=dict)

    def fate(self, mutant: Mutant) -> Fate:
        kind, what, _ = self._noticed(mutant)
        return Fate(mutant, mutant.diff(self.sources[mutant.module]), kind and f"{kind}: {what}")

    def _noticed(self, mutant: Mutant) -> Noticed:
        source, skipped = self.sources[mutant.module], set[int]()
        changed = mutant.applied(source)
        while True:
            kind, what, at = found = self._heard(mutant, changed, lambda each: each not in skipped)
            if found == NOTHING or kind == "loading":
                return found
            again = self._is_heard_again(mutant, changed, at)
            if again and self._is_silent(mutant, at):
                return found
            (self.void if again and at >= 0 else self.unsteady).add(f"{kind} {what}")
            if at < 0:
                return NOTHING
            skipped.add(at)

    def _is_heard_again(self, mutant: Mutant, changed: bytes, at: int) -> bool:
        """Whether a trial notices the change a second time; of -1, whether the whole does not end again."""
        found = self._heard(mutant, changed, _of(at))
        return found != NOTHING and found[2] == at

    def _is_silent(self, mutant: Mutant, at: int) -> bool:
        """Whether a trial says nothing of the unchanged module; of -1, whether all of them come to an end."""
        key = (mutant.module, mutant.ids, at)
        if key not in self._silent:
            found = self._heard(mutant, self.sources[mutant.module], _of(at))
            self._silent[key] = found == NOTHING or at < 0 <= found[2]
        return self._silent[key]

    def _heard(self, mutant: Mutant, source: bytes, meant: Callable[[int], bool]) -> Noticed:
        return _in_child(partial(_tried, mutant, source, self.trials, meant))


_seated: list[_Hearing] = []
"""The one of this process, to whom changes are dealt."""


def _fate(mutant: Mutant) -> tuple[Fate, frozenset[str], frozenset[str]]:
    """What becomes of a change here, and what has not counted so far."""
    (hearing,) = _seated
    return hearing.fate(mutant), frozenset(hearing.void), frozenset(hearing.unsteady)


def _of(at: int) -> Callable[[int], bool]:
    """One trial; of -1, all of them."""
    return lambda each: at in (each, -1)


def _tried(mutant: Mutant, source: bytes, trials: Trials, meant: Callable[[int], bool]) -> Noticed:
    """Let the module be this source, and see which of the trials that are meant notices first."""
    try:
        put(mutant.module, source)
    except Exception as why:  # noqa: BLE001 - changed code: whatever it raises
        return "loading", type(why).__name__, -1
    if gone := [id for id in mutant.ids if id not in CHECKS]:
        return "loading", f"{gone[0]} is gone", -1
    known = enumerate(trials.of(mutant.module, mutant.ids))
    found = (_put_to(trial, at) for at, trial in known if meant(at))
    return next((each for each in found if each != NOTHING), NOTHING)


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
    with TemporaryDirectory(prefix="mutant-", ignore_cleanup_errors=True) as room:
        child = multiprocessing.get_context("fork").Process(target=_alone, args=(its, work, room))
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


def _alone(answer: Connection, work: Callable[[], Noticed], room: str) -> None:
    """Work in a process group of its own, unheard; what is left lying about lies in ``room``."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.environ["TMPDIR"] = tempfile.tempdir = room
    answer.send(work())


def file_of(name: str) -> Path:
    """Where the source of a module stands."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)
