"""DL: what the source says, and what it must not be mistaken for: taken, refused and failed are three outcomes."""

from collections.abc import Iterator
from typing import Any

from conformance.check import Level, check
from conformance.checks.deliver.desk import (
    DELIVERED,
    LATER_S,
    MINUTE_S,
    REFUSED,
    UNKNOWN,
    WAITING,
    desk,
    expect,
    expect_acts,
    keyed,
)
from conformance.harness import Harness
from conformance.outcome import Violation
from hub.api import Capability

FAILURES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {"status": 500}),
    ("status", {"status": 503}),
    ("status", {"status": 401}),
    ("status", {"status": 403}),
    ("close", {}),
)
"""What a source that fails, or takes us for a stranger, does to a call: no word on the delivery."""

MASKED_FAILURES: tuple[tuple[str, dict[str, Any]], ...] = (("html", {}), ("cut", {}), ("empty", {}), ("envelope", {}))
"""The same behind HTTP 200. Where success is the status alone, nobody can tell."""


@check(
    "DL-06",
    level=Level.OPERATES,
    clause="A delivery the source refuses ends as refused, and is not sent again.",
    why="A swallowed refusal is a matter that nobody has: we believe it was taken. One that is tried again asks eight "
    "times for what was answered once.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    waivable=False,
    failing='source.post("/handover", json=…); return Receipt()',
    passing='return Receipt(accepted=said["accepted"] == 1, reason=said.get("reasonCode", ""))',
)
def refusal_is_told(h: Harness) -> None:
    """A source that refuses; then what else is sent within two days."""
    with desk(h) as at:
        at.receiver.mood = "refused"
        at.post()
        likely = "deliver() does not look at whether it was accepted, or raises an error where it was not"
        expect(at.send(), (REFUSED,), when="a refusal", likely=likely)
        asked = len(at.receiver.came)
        at.send(24 * LATER_S)
        if len(at.receiver.came) != asked:
            raise Violation(
                expected="no other attempt",
                observed=f"{len(at.receiver.came) - asked} more",
                likely=likely,
                where="after a refusal",
            )


@check(
    "DL-07",
    level=Level.OPERATES,
    clause="The receipt of a refusal bears the source's reason.",
    why="Whoever handed the matter over decides by it what to do next. It stands in the outbox, and in no other place.",
    needs=Capability.DELIVER,
    after=("DL-06",),
    failing="return Receipt(accepted=False)",
    passing='return Receipt(accepted=False, reason=said["reasonCode"])',
)
def reason_is_kept(h: Harness) -> None:
    """A source that refuses, for each kind."""
    with desk(h) as at:
        at.receiver.mood = "refused"
        for kind in at.kinds:
            at.post(kind, cause=f"task 330110-1 {kind}")
            receipt = at.send(MINUTE_S).receipt
            if receipt is None or receipt["reason"] != at.told.reason:
                raise Violation(
                    expected="the source's own reason on the receipt",
                    observed="another one" if receipt and receipt["reason"] else "none",
                    likely="the reason stands elsewhere in the answer, or is not read",
                    where=kind,
                )


@check(
    "DL-08",
    level=Level.OPERATES,
    clause="An answer without the source's word for success is no receipt.",
    why="Nearly all of these sources answer 200 whatever happens; what happened stands in a code in the body.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    waivable=False,
    failing="delivering=Delivering(kinds=…)  # no envelope: every 200 is a success",
    passing='delivering=Delivering(kinds=…, envelope=Envelope(ok="code", ok_values=(0,)))',
)
def success_is_said(h: Harness) -> None:
    """The source's own answer of failure; then its success."""
    with desk(h) as at:
        at.receiver.mood = "failed"
        at.post()
        likely = "success is taken from the HTTP status: declare the envelope of the answers"
        expect(at.send(), (WAITING, UNKNOWN), when="the source's answer of failure", likely=likely)
        if keyed(at):
            at.receiver.mood = "ok"
            expect(at.send(LATER_S), (DELIVERED,), when="success after a failure", likely="nothing tried it again")
            expect_acts(at, when="success after a failure", likely="the failed attempt was counted as another delivery")


@check(
    "DL-09",
    level=Level.OPERATES,
    clause="A source that fails, or does not let us in, has neither taken nor refused a delivery.",
    why="Both are final. A page of the proxy, a cut answer, a dead token is the end of an attempt, not of the matter.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    waivable=False,
    failing='except SourceError as why: return Receipt(accepted=False, reason="error")',
    passing="let it rise: the hub knows what may be tried again, and when",
)
def failure_is_no_answer(h: Harness) -> None:
    """One delivery under each fault."""
    for number, (kind, options) in enumerate(_failures(h)):
        with desk(h) as at:
            at.receiver.fault(kind, times=None, **options)
            at.post(cause=f"task 330110-{number}")
            said = " ".join(str(each) for each in (kind, *options.values()))
            likely = "deliver() catches the error and makes a receipt of it, or looks at no part of the answer"
            expect(at.send(), (WAITING, UNKNOWN), when=said, likely=likely)


def _failures(h: Harness) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from FAILURES
    deliver = h.subject.spec.deliver
    if deliver is not None and deliver.ok.body:
        yield from MASKED_FAILURES
