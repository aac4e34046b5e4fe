"""Runs the checks against one adapter: order, outcomes, waivers, levels.

What a check raises decides its outcome: nothing is ``pass`` (``not-observed`` if it looked at nothing), `Violation` is
``fail``, `NotApplicable` is ``not-applicable``. An error out of the adapter's own code that the check did not look for
is a ``fail`` that names its place; anything else is a ``suite-error``: the suite broke, which tells nothing of the
adapter.
"""

import sys
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import hub.api
from conformance import waivers
from conformance.check import CHECKS, Check, Level
from conformance.deadline import StillRunning, deadline
from conformance.harness import Harness
from conformance.order import chosen
from conformance.outcome import NotApplicable, Outcome, Violation
from conformance.subject import Subject, SubjectInvalid
from conformance.verdict import GOOD, Fault, Result, Verdict
from hub.api import Adapter, HubError

DEADLINE_S = 30.0
"""A check still running then has met an adapter that does not end."""

HOUSE = tuple(f"{Path(file).parent}/" for file in (hub.api.__file__, __file__))
"""Folders of the hub and of this suite: what is raised there is not raised by the adapter."""

PREVIEW = "in preview: from the next release of the suite on, this fails"

UNASKED = {
    "push": "its source is not asked for anything: it pushes",
    "none": "its target is not asked for anything: it is delivered to",
}
"""Why a check about asking does not apply, by how an adapter's rows arrive."""

STORE = "store.error"
"""Code of the one error of the hub that says nothing about an adapter."""


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
        self._valid = {waiver.id: waiver for waiver in self.waived if waivers.fault(waiver, checks, self.today) is None}

    def result(self, check: Check) -> Result:
        """What becomes of a check, its waiver and its preview counted in."""
        if check.id not in self._plain:
            self._plain[check.id] = self._run(check)
        plain = self._plain[check.id]
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

    def _run(self, check: Check) -> Result:
        below = [self.result(self.checks[id]) for id in check.after]
        if fallen := [result.check.id for result in below if result.outcome not in GOOD]:
            return Result(check, Outcome.BLOCKED, said=f"stands on {', '.join(fallen)}")
        if missing := check.needs - self.harness.subject.manifest.capabilities:
            return Result(check, Outcome.NOT_APPLICABLE, said=f"does not claim {', '.join(sorted(missing))}")
        if check.asks and (unasked := UNASKED.get(self.harness.subject.way)):
            return Result(check, Outcome.NOT_APPLICABLE, said=unasked)
        self.harness.begin()
        clock = time.perf_counter()
        try:
            # What an adapter prints must not end up in a report on stdout.
            with redirect_stdout(sys.stderr), deadline(self.deadline_s):
                check.run(self.harness)
        except (Exception, SystemExit, StillRunning) as why:  # noqa: BLE001 - what it is decides the outcome
            result = self._told(check, why)
        else:
            seen = self.harness.observed
            result = Result(check, Outcome.PASS) if seen else Result(check, Outcome.NOT_OBSERVED, **_UNSEEN)
        traffic = () if result.outcome in GOOD else self.harness.exchanges()
        return replace(result, seconds=time.perf_counter() - clock, observed=self.harness.observed, traffic=traffic)

    def _told(self, check: Check, why: BaseException) -> Result:
        match why:
            case Violation():
                return Result(
                    check,
                    Outcome.FAIL,
                    expected=self._scrubbed(why.expected),
                    saw=self._scrubbed(why.observed),
                    likely=self._scrubbed(why.likely),
                    where=self._scrubbed(why.where),
                )
            case NotApplicable():
                return Result(check, Outcome.NOT_APPLICABLE, said=self._scrubbed(str(why)))
            case StillRunning():
                return Result(
                    check,
                    Outcome.FAIL,
                    expected="an end",
                    saw=f"the check was still running after {self.deadline_s:g} s",
                    likely="a loop in the adapter that no reply of the source ends",
                    traceback=self._trace(why),
                )
        where, said = self._own_frame(why), type(why).__name__
        if ours := isinstance(why, SubjectInvalid) or (isinstance(why, HubError) and why.code != STORE):
            said += f": {why}"  # texts of ours hold no payload; those of others may
        if where or ours:
            return Result(
                check,
                Outcome.FAIL,
                expected="the adapter does what this check asks of it",
                saw=self._scrubbed(said),
                likely="an error in the adapter, or a conformance.toml that does not describe its source",
                where=where,
                traceback=self._trace(why),
            )
        return Result(check, Outcome.SUITE_ERROR, said=type(why).__name__, traceback=self._trace(why))

    def _own_frame(self, why: BaseException) -> str:
        """``file:line`` of the adapter's code that raised it, along the chain of causes; empty when the house did."""
        kind = self.harness.subject.kind
        own = {_file(base) for base in kind.__mro__[: kind.__mro__.index(Adapter)]} - {None}
        cause: BaseException | None = why
        while cause is not None:
            frames = traceback.extract_tb(cause.__traceback__)
            last = max((at for at, frame in enumerate(frames) if frame.filename in own), default=None)
            if last is not None and not any(frame.filename.startswith(HOUSE) for frame in frames[last + 1 :]):
                return f"{Path(frames[last].filename).name}:{frames[last].lineno}"
            cause = cause.__cause__
        return ""

    def _trace(self, why: BaseException) -> str:
        return self._scrubbed("".join(traceback.format_exception(why)))

    def _scrubbed(self, text: str) -> str:
        """The text without the canaries: a report must not spread what the suite planted."""
        canaries = self.harness.canaries
        for name in ("secret", "identity", "phone", "name"):
            text = text.replace(str(getattr(canaries, name)), f"[canary {name}]")
        return text


_UNSEEN: dict[str, Any] = {
    "expected": "something to look at",
    "saw": "nothing: the check ran and no page, record or event came before it",
    "likely": "the recording or conformance.toml does not describe what the check needs",
}


def _file(kind: type) -> str | None:
    return getattr(sys.modules.get(kind.__module__), "__file__", None)


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
    except (HubError, SubjectInvalid) as why:
        return Verdict(name, "", (), (), level, whole=True, began=began, seconds=0.0, refused=str(why))
    return prove(subject, level=level, only=only)
