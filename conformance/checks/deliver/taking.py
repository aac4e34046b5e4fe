"""DL: what arrives at the source, under which key, and the receipt for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.check import Level, check
from conformance.checks.deliver.desk import DELIVERED, MINUTE_S, REFUSED, Desk, desk, expect
from conformance.checks.deliver.words import texts
from conformance.harness import Harness
from conformance.lab.receiver import Receiver, Taken
from conformance.outcome import NotApplicable, Violation
from hub.api import Capability
from hub.testing import Handed


@check(
    "DL-01",
    level=Level.OPERATES,
    clause="Each kind of delivery the manifest declares is handed over where the source takes it, and accepted.",
    why="The case engine posts what a manifest says can be delivered. A kind that is not handled ends dead after hours "
    "of attempts, while everybody believes that the other side knows.",
    needs=Capability.DELIVER,
    failing='kinds=("accept", "refuse", "result") and a deliver() that knows two of them',
    passing="one branch, or one row of a table, for each kind that is declared",
)
def each_kind_is_taken(h: Harness) -> None:
    """One delivery of each kind to a source that takes them all; and a step that moves the matter to no stage."""
    with desk(h) as at:
        for kind, found, came in _each(at):
            place = at.receiver.spec.prefix + _path(at, kind)
            expect(
                found, (DELIVERED,), when=kind, likely="deliver() does not know this kind, or reads the answer amiss"
            )
            if wrong := [taken.path for taken in came if taken.path != place]:
                raise Violation(
                    expected=f"{kind} handed over at {place}",
                    observed=f"a call of {wrong[0]}",
                    likely="one path for all kinds, where the source has one for each; or a look-up before it: one "
                    "attempt is one call",
                    where=kind,
                )
            if not came:
                raise Violation(
                    expected=f"{kind} handed over at {place}",
                    observed="a receipt, and no call of any path told in conformance.toml",
                    likely="deliver() makes a receipt of its own without asking the source",
                    where=kind,
                )
        if "progress" in at.known:
            at.post_body("progress", at.body("progress", stage=None), "stays")
            likely = "deliver() looks the stage up where there is none"
            expect(at.send(MINUTE_S), (DELIVERED, REFUSED), when="progress without a stage", likely=likely)


@check(
    "DL-02",
    level=Level.OPERATES,
    clause="The key of a delivery stands where the source reads it, as the hub gave it.",
    why="It is the one thing by which a source can tell the same delivery from another like it.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    failing='json={"handoverId": uuid4().hex, …}',
    passing='json={"handoverId": delivery.key, …}',
)
def key_is_borne(h: Harness) -> None:
    """One delivery of each kind, and what stands at `key_header` or `key_field`."""
    with desk(h) as at:
        if not at.told.key_header and not at.told.key_field:
            raise NotApplicable("the source reads no key")
        for kind, found, came in _each(at):
            for taken in came:
                if taken.key != found.key:
                    raise Violation(
                        expected=f"the delivery's key in {at.told.key_header or at.told.key_field}",
                        observed="another one" if taken.key else "none",
                        likely="a number made by the adapter, or `key_header` of the manifest is not the source's",
                        where=kind,
                    )


@check(
    "DL-03",
    level=Level.OPERATES,
    clause="What is handed over says which matter it is about.",
    why="By the source's own number, or by our case code. A source that cannot tell opens a new matter, or drops it.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    failing='json={"id": delivery.key, "opinion": order.text}',
    passing='json={"id": order.number, "opinion": order.text}',
)
def matter_is_named(h: Harness) -> None:
    """Number, case code, or of a notice its title, in what came; then of what has the one, and the other, alone."""
    with desk(h) as at:
        for kind, _, came in _each(at):
            _names(at.body(kind), came, kind)
        for alone, gone in (("case", "number"), ("number", "case")):
            for kind in at.known:
                before, body = len(at.receiver.came), at.body(kind, **{gone: None})
                at.post_body(kind, body, f"{alone} {kind}")
                if alone in body and at.send(MINUTE_S).state == DELIVERED:
                    _names(body, at.receiver.came[before:], f"{kind} with a {alone} alone")


def _names(body: Mapping[str, Any], came: Sequence[Taken], where: str) -> None:
    names = [str(body[name]) for name in ("number", "case", "title") if body.get(name)]
    said = "\n".join(text for taken in came for text in (taken.path, *texts({**taken.query, **taken.fields})))
    if not any(name in said for name in names):
        raise Violation(
            expected="the source's own number of the matter, or our case code",
            observed="neither of them anywhere in the call",
            likely="the delivery's key, or nothing, is sent as the matter's number",
            where=where,
        )


@check(
    "DL-04",
    level=Level.OPERATES,
    clause="One attempt at a delivery is one call to where the source takes it.",
    why="Two calls are two acts wherever the key of one of them gets lost, and of two answers one is not looked at.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    failing='for file in files: source.post("/handover", json={…, "file": file})',
    passing='source.post("/handover", json={…, "files": files})',
)
def one_attempt_is_one_call(h: Harness) -> None:
    """One delivery of each kind."""
    with desk(h) as at:
        for kind, _, came in _each(at):
            if len(came) != 1:
                raise Violation(
                    expected="one call",
                    observed=f"{len(came)} calls in one attempt",
                    likely="deliver() posts again what it has posted, or in parts",
                    where=kind,
                )


@check(
    "DL-05",
    level=Level.OPERATES,
    clause="The receipt bears the number the source gave to what it took.",
    why="It is what one asks the other side for by telephone, and what its later messages refer to.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    failing="return Receipt()",
    passing='return Receipt(number=page.body["data"]["receiptNo"])',
)
def number_is_kept(h: Harness) -> None:
    """One delivery of each kind, to a source that gives out numbers; all at once where it is asked by them later."""
    with desk(h) as at:
        if not at.told.number:
            raise NotApplicable("the source gives no number")
        if isinstance(at.receiver, Receiver) and at.told.later is not None:
            _their_own(at, at.receiver)
            return
        for kind, found, _ in _each(at):
            if found.receipt is None or found.receipt["number"] != at.told.number:
                raise Violation(
                    expected="the source's own number on the receipt",
                    observed="another one" if found.receipt and found.receipt["number"] else "none",
                    likely="a receipt made without looking at the answer's body",
                    where=kind,
                )


def _their_own(at: Desk, receiver: Receiver) -> None:
    """Each is asked for, and acknowledged, under the number it was given itself."""
    for turn in range(2):
        at.post_all(f"task 330110-{turn}")
    found = at.send_all(MINUTE_S)
    told = sorted(each.receipt["number"] if each.receipt else "" for each in found)
    if told != sorted(receiver.numbers) or set(receiver.asked) != set(receiver.numbers):
        raise Violation(
            expected=f"each of {len(found)} deliveries asked for and acknowledged by its own number",
            observed=f"{len({*receiver.numbers} & {*receiver.asked})} of them asked for, "
            f"{len({*receiver.numbers} & {*told})} acknowledged",
            likely="the number is kept by the adapter from one delivery to the next, where `delivery.handed` bears it",
            where="deliveries whose outcome is asked for later",
        )


def _each(at: Desk) -> Iterator[tuple[str, Handed, Sequence[Taken]]]:
    """Each kind with what became of one delivery, and the calls that came for it."""
    for kind in at.kinds:
        _path(at, kind)
        before = len(at.receiver.came)
        at.post(kind, cause=f"task 330110-1 {kind}")
        yield kind, at.send(MINUTE_S), at.receiver.came[before:]


def _path(at: Desk, kind: str) -> str:
    if kind not in at.told.paths:
        raise Violation(
            expected=f"where the source takes {kind}, which the manifest declares",
            observed="no such path told",
            likely="a kind was added to the manifest, or the source does not take it",
            where="conformance.toml: [deliver] paths",
        )
    return at.told.paths[kind]
