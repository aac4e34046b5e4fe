"""What the suite says of one adapter: a result a check, the waivers that do not hold, the level reached."""

from dataclasses import dataclass
from datetime import datetime

from conformance.check import Check, Level
from conformance.outcome import Outcome
from conformance.traffic import Exchange

SUITE = "1.0"
"""Version of the suite: its checks and what they mean."""

GOOD = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.WAIVED, Outcome.WARNED})
"""Outcomes with which an adapter may pass, and on which a later check may stand."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one check. Texts hold no payload. ``said`` tells why it is blocked, waived or not applicable.

    ``seconds`` is its own time; ``observed`` counts what it looked at; ``traceback`` is kept when something other than
    a `Violation` was raised; ``traffic`` are the last exchanges of a check that is not good, masked.
    """

    check: Check
    outcome: Outcome
    seconds: float = 0.0
    observed: int = 0
    expected: str = ""
    saw: str = ""
    likely: str = ""
    where: str = ""
    said: str = ""
    traceback: str = ""
    traffic: tuple[Exchange, ...] = ()

    @property
    def good(self) -> bool:
        """Whether an adapter may pass with it."""
        return self.outcome in GOOD


@dataclass(frozen=True, slots=True)
class Fault:
    """A waiver that does not hold, and why."""

    id: str
    said: str

    def __str__(self) -> str:
        return f"the waiver of {self.id or 'nothing'} {self.said}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the suite says of one adapter. ``asked`` is the highest level asked for; ``whole`` is False after ``only``.

    ``refused`` says why nothing was run: the adapter does not load, or its ``conformance.toml`` cannot be used.
    """

    adapter: str
    version: str
    results: tuple[Result, ...]
    faults: tuple[Fault, ...]
    asked: Level
    whole: bool
    began: datetime
    seconds: float
    refused: str = ""
    suite: str = SUITE

    @property
    def broken(self) -> bool:
        """Whether the suite itself failed somewhere."""
        return any(result.outcome is Outcome.SUITE_ERROR for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether every check asked for is good and every waiver holds."""
        return bool(self.results) and all(result.good for result in self.results) and not self.faults

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 3 the suite itself broke."""
        if self.broken or not (self.results or self.refused):
            return 3
        return 0 if self.passed else 1

    @property
    def level(self) -> int | None:
        """The highest level whose checks, and all below, are good; 0 for none; None when only a part was run.

        A level of which no check passed proves nothing and is not reached; those above it are only where none of its
        checks applies, as to an adapter that reads nothing.
        """
        if not self.whole:
            return None
        reached = 0
        for level in Level:
            mine = [result for result in self.results if result.check.level is level]
            if not mine or not all(result.good for result in mine):
                break
            outcomes = {result.outcome for result in mine}
            if Outcome.PASS in outcomes:
                reached = int(level)
            elif outcomes != {Outcome.NOT_APPLICABLE}:
                break
        return reached

    def count(self, outcome: Outcome) -> int:
        """How many checks came out so."""
        return sum(result.outcome is outcome for result in self.results)
