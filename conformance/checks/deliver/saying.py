"""DL: what the source says, and what it must not be mistaken for: taken, refused and failed are three outcomes."""

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.check import Level, check
from conformance.checks.deliver.desk import (
    DELIVERED,
    LATER_S,
    MINUTE_S,
    NIGHT,
    REFUSED,
    UNKNOWN,
    WAITING,
    declared,
    desk,
    expect,
    expect_acts,
    keyed,
)
from conformance.checks.deliver.words import words
from conformance.harness import Harness
from conformance.lab.receiver import Mood, Receiver
from conformance.outcome import Violation
from hub.api import Capability
from hub.testing import Handed

Failure = tuple[str, dict[str, Any]]

FAILURES: tuple[Failure, ...] = (
    ("status", {"status": 500}),
    ("status", {"status": 502}),
    ("status", {"status": 503}),
    ("status", {"status": 504}),
    ("status", {"status": 401}),
    ("status", {"status": 403}),
    ("close", {}),
)
"""What a source that fails, or takes us for a stranger, does to a call: no word on the delivery."""

NO_YES = (400, 404, 413, 422)
"""What may be the source's way to refuse, and is no way to accept. By 409 some say that they know the key already."""

MASKED_FAILURES: tuple[Failure, ...] = (("html", {}), ("cut", {}), ("empty", {}), ("envelope", {}))
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
    """One of each kind to a source that refuses; then what else is sent within two days."""
    with desk(h) as at:
        at.receiver.mood = "refused"
        at.post_all()
        likely = "deliver() does not look at whether it was accepted, or raises an error where it was not"
        for found in at.send_all():
            expect(found, (REFUSED,), when=f"a refusal, {found.kind}", likely=likely)
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
    """The source's own answer of failure, and then its success, to one of each kind; what is no answer; and its answer
    of success without the word for it."""
    table = h.subject.way == "table"
    with desk(h) as at:
        at.receiver.mood = "failed"
        at.post_all()
        likely = "success is taken from the HTTP status: declare the envelope of the answers"
        for after_s in (0, LATER_S) if table else (0,):  # a row that waits is looked at, which is no attempt
            for found in at.send_all(after_s):
                expect(
                    found, (WAITING, UNKNOWN), when=f"the source's answer of failure, {found.kind}",
                    likely="a row is taken for fetched because it was put" if table else likely,
                )  # fmt: skip
        if keyed(at):
            at.receiver.mood = "ok"
            for found in at.send_all(LATER_S):
                expect(found, (DELIVERED,), when="success after a failure", likely="nothing tried it again")
            likely = "the failed attempt was counted as another delivery"
            expect_acts(at, when="success after a failure", likely=likely, each=len(at.kinds))
    if not table:
        _no_yes(h)
        _word_is_read(h)


def _no_yes(h: Harness) -> None:
    faults = [("status", {"status": status}) for status in NO_YES]
    for said, found in _under(h, faults, but=("ok",)):
        if found.state == DELIVERED:
            raise Violation(
                expected="no receipt: the source did not find it, or could not read it",
                observed="a delivery that is delivered",
                likely="deliver() catches the error of an HTTP status and makes a receipt of it",
                where=f"{said}, {found.kind}",
            )


def _word_is_read(h: Harness) -> None:
    """Take the word from the answer of success: what it is, is what the adapter takes for a refusal elsewhere."""
    with desk(h) as at:
        ok, number = at.told.ok, 0

        def taken(body: str) -> bool:
            nonlocal number
            number += 1
            assert isinstance(at.receiver, Receiver)
            at.receiver.say(ok.model_copy(update={"body": body}))
            at.post(cause=f"task 330110-{number}")
            return at.send(MINUTE_S).state == DELIVERED

        for word in words(ok.body, at.told.refused.body):
            if taken(word.refused):
                continue  # it says something else
            for how, body in word.wordless:
                if taken(body):
                    raise Violation(
                        expected="no receipt: the answer neither says yes nor no",
                        observed="a delivery that is delivered",
                        likely="what is not a no is taken for a yes: look for the word itself",
                        where=f"the answer of success, {word.path} {how}",
                    )


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
    """One delivery of each kind under each fault."""
    likely = "deliver() catches the error and makes a receipt of it, or looks at no part of the answer"
    for said, found in _under(h, [*_failures(h)], but=("ok", "refused")):
        expect(found, (WAITING, UNKNOWN), when=f"{said}, {found.kind}", likely=likely)


def _under(h: Harness, faults: Sequence[Failure], *, but: tuple[Mood, ...]) -> Iterator[tuple[str, Handed]]:
    """A delivery of each kind under each fault but those by which the source answers, at an attempt of its own."""
    size = max(1, min(NIGHT, declared(h).attempts) - 1)
    for start in range(0, len(faults), size):
        with desk(h) as at:
            last: dict[str, Handed] = {}
            for number, (fault, options) in enumerate(faults[start : start + size]):
                if options.get("status") in [getattr(at.told, mood).status for mood in but]:
                    continue
                at.receiver.clear()
                at.receiver.fault(fault, times=None, **options)
                for kind in at.kinds:
                    if kind not in last or last[kind].state != WAITING:
                        at.post(kind, cause=f"task 330110-{number} {kind}")
                last = {each.kind: each for each in at.send_all(LATER_S)}
                for found in last.values():
                    yield " ".join(str(each) for each in (fault, *options.values())), found


def _failures(h: Harness) -> Iterator[Failure]:
    yield from FAILURES
    deliver = h.subject.spec.deliver
    if deliver is not None and deliver.ok.body:
        yield from MASKED_FAILURES
