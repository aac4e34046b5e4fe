"""What the checks of this family send from: an outbox, a source that takes deliveries, and a time that stands still."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from conformance.description import DeliverSpec
from conformance.harness import Harness
from conformance.lab.receiver import Receiver
from conformance.lab.table_receiver import TableReceiver
from conformance.leaves import utc_text
from conformance.orders import body_of, matter_of
from conformance.outcome import NotApplicable, Violation
from hub.api import Delivering
from hub.testing import Handed, Store, handed
from schemas.delivery import KINDS

MINUTE_S = 61
"""Behind the limit of a minute, whatever it is."""

LATER_S = 7_200
"""Behind every wait between two attempts, and behind every lease."""

NIGHT = 6
"""Failures in a row, where the adapter allows for so many: a source that is down at night."""

DELIVERED, REFUSED, WAITING, UNKNOWN = "delivered", "refused", "waiting", "unknown"


@dataclass(slots=True)
class Desk:
    """One outbox and one source."""

    h: Harness
    receiver: Receiver | TableReceiver
    store: Store

    @property
    def told(self) -> DeliverSpec:
        """How the source takes deliveries."""
        return self.receiver.deliver

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds the manifest declares."""
        return declared(self.h).kinds

    def post(self, kind: str = "", cause: str = "task 330110-1") -> str:
        """Post a delivery, by default of the first kind; answers its key."""
        return self.h.post(self.receiver, self.store, kind or self.kinds[0], cause)

    @property
    def known(self) -> tuple[str, ...]:
        """Those whose bodies are the hub's own."""
        return tuple(kind for kind in self.kinds if kind in KINDS)

    def body(self, kind: str, **changes: Any) -> Mapping[str, Any]:
        """What the suite hands over as a delivery of that kind, changed so; None takes a field away."""
        number = matter_of(self.receiver.keys)
        body = body_of(kind, self.h.subject.spec, number, self.h.canaries, self.receiver.clock)
        return {name: value for name, value in {**body, **changes}.items() if value is not None}

    def post_body(self, kind: str, body: Mapping[str, Any], cause: str) -> str:
        """Post a delivery with a body of one's own; answers its key."""
        return self.h.post(self.receiver, self.store, kind, f"task 330110-1 {cause}", body)

    def post_all(self, cause: str = "task 330110-1") -> None:
        """Post one delivery of each kind."""
        for kind in self.kinds:
            self.post(kind, f"{cause} {kind}")

    def send(self, after_s: float = 0) -> Handed:
        """Send what is due so many seconds later; answers what became of the delivery posted last."""
        self.receiver.clock += timedelta(seconds=after_s)
        return self.h.send(self.receiver, self.store)[-1]

    def send_all(self, after_s: float = 0) -> list[Handed]:
        """The same, minute by minute until none waits for the limit of one; answers all there are."""
        before = {each.key: each.attempts for each in handed(self.store)}
        self.receiver.clock += timedelta(seconds=after_s)
        found = self.h.send(self.receiver, self.store)
        for _ in self.kinds:
            now, left = utc_text(self.receiver.clock), [each for each in found if each.state == WAITING]
            if not any(each.due <= now and each.attempts == before.get(each.key, 0) for each in left):
                break
            self.receiver.clock += timedelta(seconds=MINUTE_S)
            found = self.h.send(self.receiver, self.store)
        return found


@contextmanager
def desk(h: Harness) -> Iterator[Desk]:
    """An empty outbox, and the source as it takes deliveries. Raises SubjectInvalid, Violation."""
    declared(h)
    with h.receiver() as receiver, h.store() as store:
        yield Desk(h, receiver, store)


def declared(h: Harness) -> Delivering:
    """What the manifest says of deliveries. Raises Violation where it names no kind."""
    delivering = h.subject.manifest.delivering
    if delivering is None or not delivering.kinds:
        raise Violation(
            expected="the kinds of delivery the adapter takes",
            observed="none",
            likely="DELIVER is claimed and `delivering` names no kinds",
            where="manifest",
        )
    return delivering


def keyed(desk: Desk) -> bool:
    """Whether a delivery may be sent again when nobody knows what became of it."""
    return desk.told.keyed and declared(desk.h).keyed


def only_keyed(desk: Desk) -> None:
    """Raise NotApplicable where a delivery of unknown outcome waits for a person: DL-12 is about those."""
    if not keyed(desk):
        raise NotApplicable("the source knows no keys, or is not trusted to: nothing is sent twice")


def expect(found: Handed, states: tuple[str, ...], *, when: str, likely: str) -> None:
    """Raise Violation unless the delivery has come to one of these states."""
    if found.state not in states:
        error = (found.error or "").partition(":")[0]
        raise Violation(
            expected=f"a delivery that is {' or '.join(states)}",
            observed=f"{found.state} after {found.attempts} attempts{error and f', {error}'}",
            likely=likely,
            where=when,
        )


def expect_acts(desk: Desk, *, when: str, likely: str, each: int = 1) -> None:
    """Raise Violation unless the source has acted once on ``each`` delivery of so many."""
    if (acts := len(desk.receiver.acts)) != each:
        raise Violation(
            expected="a source that acts once" + (f" on each of {each} deliveries" if each > 1 else ""),
            observed=f"it acted {acts} times on {len(desk.receiver.came)} calls",
            likely=likely,
            where=when,
        )
