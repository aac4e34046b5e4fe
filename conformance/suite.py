"""Runs the checks against one adapter: order, outcomes, waivers, levels.

What a check raises decides its outcome (`conformance.trial`). An adapter of several streams is judged by each of them,
and the worst outcome of a check counts.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from importlib.metadata import entry_points

from conformance import waivers
from conformance.check import CHECKS, Check, Level
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
    """The checks at work on one adapter. Each runs once, when first asked for, after those it stands on."""

    def __init__(
        self,
        harness: Harness,
        *,
        checks: Mapping[str, Check] = CHECKS,
        waived: Sequence[waivers.Waiver] | None = None,
        today: date | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self.harness, self.checks, self.deadline_s = harness, checks, deadline_s
        self.waived = tuple(map(waivers.Waiver.of, harness.subject.spec.waive) if waived is None else waived)
        self.today = today or datetime.now(UTC).date()
        self._plain: dict[str, Result] = {}
        self._alone: dict[tuple[str, str], Result] = {}
        self._valid = {waiver.id: waiver for waiver in self.waived if waivers.fault(waiver, checks, self.today) is None}

    def result(self, check: Check) -> Result:
        """What becomes of a check, its waiver and its preview counted in."""
        if check.id not in self._plain:
            trials = self.trials[:1] if check.once else self.trials
            self._plain[check.id] = together({trial.stream: self._of(trial, check) for trial in trials})
        return self._judged(check, self._plain[check.id])

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """One for each stream that is judged. Raises SubjectInvalid."""
        return tuple(Trial(part, self.deadline_s) for part in self.harness.parts)

    def _of(self, trial: Trial, check: Check) -> Result:
        """What becomes of a check on one stream, after what it stands on there."""
        known = trial.stream, check.id
        if known not in self._alone:
            fallen = [id for id in check.after if self._fell(trial, self.checks[id])]
            blocked = Result(check, Outcome.BLOCKED, said=f"stands on {', '.join(fallen)}") if fallen else None
            self._alone[known] = blocked or trial.of(check)
        return self._alone[known]

    def _fell(self, trial: Trial, check: Check) -> bool:
        on = self.trials[0] if check.once else trial
        return self._judged(check, self._of(on, check)).outcome not in GOOD

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
        results = tuple(self.result(check) for check in chosen(self.checks, level=level, only=only))
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


def prove(subject: Subject, *, level: Level = Level.OPERATES, only: Iterable[str] = ()) -> Verdict:
    """Run the checks on one adapter. Raises SuiteBroken, KeyError."""
    return Suite(Harness(subject)).run(level=level, only=only)


def prove_installed(name: str, *, level: Level = Level.OPERATES, only: Iterable[str] = ()) -> Verdict:
    """Run the checks on the installed adapter ``name``; one that does not load is told as ``refused``."""
    began = datetime.now(UTC)
    try:
        subject = Subject.load(name)
        by_stream(subject)
    except (HubError, SubjectInvalid) as why:
        return Verdict(name, "", (), (), level, whole=True, began=began, seconds=0.0, refused=str(why))
    return prove(subject, level=level, only=only)
