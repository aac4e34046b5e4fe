"""Runs the checks against one adapter: order, outcomes, waivers, levels.

What a check raises decides its outcome (`conformance.trial`). An adapter of several streams is judged by each of them,
and the worst outcome of a check counts.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from importlib.metadata import entry_points

from conformance import waivers
from conformance.check import CHECKS, Check, Level
from conformance.crew import Told, apart, crew
from conformance.harness import Harness
from conformance.order import chosen
from conformance.outcome import Outcome
from conformance.streams import by_stream
from conformance.subject import Subject, SubjectInvalid
from conformance.trial import Trial
from conformance.verdict import GOOD, Fault, Result, Verdict
from hub.api import HubError

DEADLINE_S = 30.0
"""A check still running then has met an adapter that does not end."""

PREVIEW = "in preview: from the next release of the suite on, this fails"

WORST = (Outcome.SUITE_ERROR, Outcome.FAIL, Outcome.NOT_OBSERVED, Outcome.BLOCKED, Outcome.PASS, Outcome.NOT_APPLICABLE)
"""Outcomes on single streams: the first of these that there is counts for all."""


class Suite:
    """The checks at work on one adapter. Each runs once, when first asked for, after those it stands on.

    Those of a `run` may have ``processes`` of their own, so many at work at once; else they are at work in this one.
    """

    def __init__(
        self,
        harness: Harness,
        *,
        checks: Mapping[str, Check] = CHECKS,
        waived: Sequence[waivers.Waiver] | None = None,
        today: date | None = None,
        deadline_s: float = DEADLINE_S,
        processes: int | None = None,
    ) -> None:
        self.harness, self.checks, self.deadline_s, self.processes = harness, checks, deadline_s, processes
        self.waived = tuple(map(waivers.Waiver.of, harness.subject.spec.waive) if waived is None else waived)
        self.today = today or datetime.now(UTC).date()
        self._plain: dict[str, Result] = {}
        self._alone: dict[tuple[str, str], Result] = {}
        self._valid = {waiver.id: waiver for waiver in self.waived if waivers.fault(waiver, checks, self.today) is None}

    def result(self, check: Check) -> Result:
        """What becomes of a check, its waiver and its preview counted in."""
        if check.id not in self._plain:
            self._plain[check.id] = together({on.stream: self._of(on, check) for on in self._asked(check)})
        return self._judged(check, self._plain[check.id])

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """One for each stream that is judged. Raises SubjectInvalid."""
        return tuple(Trial(part, self.deadline_s) for part in self.harness.parts)

    def _asked(self, check: Check) -> tuple[Trial, ...]:
        """The streams to which a check is put."""
        return self.trials[:1] if check.once else self.trials

    def _below(self, trial: Trial, check: Check) -> Iterator[tuple[Trial, Check]]:
        """What a check stands on, and the stream on which it has to be good."""
        for each in map(self.checks.__getitem__, check.after):
            yield self.trials[0] if each.once else trial, each

    def _of(self, trial: Trial, check: Check) -> Result:
        """What becomes of a check on one stream, after what it stands on there."""
        if (known := (trial.stream, check.id)) not in self._alone:
            self._alone[known] = self._blocked(trial, check) or trial.of(check)
        return self._alone[known]

    def _blocked(self, trial: Trial, check: Check) -> Result | None:
        """Why a check is not put to a stream, if it is not."""
        below = self._below(trial, check)
        fallen = [each.id for on, each in below if self._judged(each, self._of(on, each)).outcome not in GOOD]
        return Result(check, Outcome.BLOCKED, said=f"stands on {', '.join(fallen)}") if fallen else None

    def _put_at_once(self, checks: Sequence[Check], processes: int) -> None:
        """Put checks to all their streams, several at a time, each as soon as what it stands on is known."""
        todo = [(trial, check) for check in checks for trial in self._asked(check)]
        while todo:
            for trial, check in self._put(todo, processes):
                self._alone[trial.stream, check.id] = Result(check, **apart(trial, check))
            todo = [(trial, check) for trial, check in todo if (trial.stream, check.id) not in self._alone]

    def _put(self, todo: Sequence[tuple[Trial, Check]], processes: int) -> Sequence[tuple[Trial, Check]]:
        """What is answered was at work when one of them ended its process, and the rest is still to do."""
        running: dict[Future[Told], tuple[Trial, Check]] = {}
        with suppress(BrokenProcessPool), crew(self.trials, self.checks, processes) as ask:
            while todo or running:
                ready = [each for each in todo if self._known(*each)]
                todo = [each for each in todo if each not in ready]
                for trial, check in ready:
                    if blocked := self._blocked(trial, check):
                        self._alone[trial.stream, check.id] = blocked
                    else:
                        running[ask(trial, check)] = trial, check
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    trial, check = running[done]
                    self._alone[trial.stream, check.id] = Result(check, **done.result())
                    del running[done]
        return [*running.values()][:processes]

    def _known(self, trial: Trial, check: Check) -> bool:
        """Whether it is known what became of all that a check stands on."""
        return all((on.stream, each.id) in self._alone for on, each in self._below(trial, check))

    def _judged(self, check: Check, plain: Result) -> Result:
        waiver = self._valid.get(check.id)
        if plain.outcome not in waivers.CAN_BE_WAIVED:
            return plain
        if waiver is not None:
            return replace(plain, outcome=Outcome.WAIVED, said=f"{waiver.reason} (until {waiver.until})")
        return replace(plain, outcome=Outcome.WARNED, said=PREVIEW) if check.preview else plain

    def faults(self) -> tuple[Fault, ...]:
        """The waivers that do not hold, judged by what has run so far."""
        outcomes = {id: result.outcome for id, result in self._plain.items()}
        return tuple(Fault(*each) for each in waivers.faults(self.waived, self.checks, outcomes, self.today))

    def run(self, *, level: Level = Level.OPERATES, only: Iterable[str] = ()) -> Verdict:
        """Run the checks up to ``level``, or ``only`` these, and what they stand on. Raises SuiteBroken, KeyError."""
        only = tuple(only)
        began, clock = datetime.now(UTC), time.perf_counter()
        checks = chosen(self.checks, level=level, only=only)
        if self.processes is not None:
            self._put_at_once(checks, self.processes)
        results = tuple(map(self.result, checks))
        return Verdict(
            adapter=self.harness.subject.name,
            version=self.harness.subject.version,
            results=results,
            faults=self.faults(),
            asked=level,
            whole=not only,
            began=began,
            seconds=time.perf_counter() - clock,
        )


def together(by: Mapping[str, Result]) -> Result:
    """One result of those on each stream, by name: the worst outcome, told with the streams it befell."""
    if len(by) == 1:
        return next(iter(by.values()))
    outcome = next(each for each in WORST if any(result.outcome is each for result in by.values()))
    fell = {name: result for name, result in by.items() if result.outcome is outcome}
    first, *others = fell
    lead = replace(
        fell[first],
        seconds=sum(result.seconds for result in by.values()),
        observed=sum(result.observed for result in by.values()),
    )
    if outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE):
        return lead
    more = [f"stream {name}: {fell[name].saw or fell[name].said}" for name in others]
    return replace(
        lead,
        where=f"stream {first}{', ' if lead.where else ''}{lead.where}",
        said="; ".join(filter(None, (lead.said, *more))),
    )


def installed() -> tuple[str, ...]:
    """Names of the adapters that are installed, whether they load or not, in order."""
    return tuple(sorted({point.name for point in entry_points(group="yiwang.adapters")}))


def prove(
    subject: Subject, *, level: Level = Level.OPERATES, only: Iterable[str] = (), processes: int | None = None
) -> Verdict:
    """Run the checks on one adapter, in so many processes or in this very one. Raises SuiteBroken, KeyError."""
    return Suite(Harness(subject), processes=processes).run(level=level, only=only)


def prove_installed(
    name: str, *, level: Level = Level.OPERATES, only: Iterable[str] = (), processes: int | None = None
) -> Verdict:
    """Run the checks on the installed adapter ``name``, as `prove`; one that does not load is told as ``refused``."""
    began = datetime.now(UTC)
    try:
        subject = Subject.load(name)
        by_stream(subject)
    except (HubError, SubjectInvalid) as why:
        return Verdict(name, "", (), (), level, whole=True, began=began, seconds=0.0, refused=str(why))
    return prove(subject, level=level, only=only, processes=processes)
