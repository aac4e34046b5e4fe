"""One check put to one stream of an adapter: what the check raises decides its outcome.

Nothing is ``pass`` (``not-observed`` if it looked at nothing, or if a fault it had set never acted), `Violation` is
``fail``, `NotApplicable` and `NotObserved` are what they say. An error out of the adapter's own code that the check did
not look for is a ``fail`` that names its place; anything else is a ``suite-error``: the suite broke, which tells
nothing of the adapter.
"""

import sys
import time
import traceback
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import hub.api
from conformance.check import Check
from conformance.deadline import StillRunning, deadline
from conformance.harness import Harness
from conformance.outcome import NotApplicable, NotObserved, Outcome, Unable, Violation
from conformance.subject import SubjectInvalid
from conformance.verdict import GOOD, Result
from hub.api import Adapter, HubError

HOUSE = tuple(f"{Path(file).parent}/" for file in (hub.api.__file__, __file__))
"""Folders of the hub and of this suite: what is raised there is not raised by the adapter."""

UNASKED = {
    "push": "its source is not asked for anything: it pushes",
    "none": "its target is not asked for anything: it is delivered to",
}
"""Why a check about asking does not apply, by how an adapter's rows arrive."""

STORE = "store.error"
"""Code of the one error of the hub that says nothing about an adapter."""


class Trial:
    """Puts checks to one stream. One that is still running after ``deadline_s`` seconds has met a loop."""

    def __init__(self, harness: Harness, deadline_s: float) -> None:
        self.harness, self.deadline_s = harness, deadline_s

    @property
    def stream(self) -> str:
        """The stream's name, where the adapter has several."""
        return self.harness.subject.stream

    def of(self, check: Check) -> Result:
        """What becomes of a check, whatever it stands on."""
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
            result = self._passed(check)
        traffic = () if result.outcome in GOOD else self.harness.exchanges()
        return replace(result, seconds=time.perf_counter() - clock, observed=self.harness.observed, traffic=traffic)

    def _passed(self, check: Check) -> Result:
        """A check that raised nothing has passed if it saw something, and every fault it had set."""
        if not self.harness.observed:
            return Result(check, Outcome.NOT_OBSERVED, **_UNSEEN)
        for fault in self.harness.idle:
            if self.harness.subject.at_once and fault.after:
                return Result(check, Outcome.NOT_APPLICABLE, said="one call reads everything: no other one can fail")
            saw = f"{fault.kind} was to befall call {fault.after + 1}, and too few came"
            return Result(check, Outcome.NOT_OBSERVED, **{**_UNSEEN, "saw": saw})
        return Result(check, Outcome.PASS)

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
            case NotObserved():
                return Result(check, Outcome.NOT_OBSERVED, **{**_UNSEEN, "saw": self._scrubbed(str(why))})
            case NotApplicable():
                return Result(check, Outcome.NOT_APPLICABLE, said=self._scrubbed(str(why)))
            case Unable():
                return Result(check, Outcome.SUITE_ERROR, said=self._scrubbed(str(why)))
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
