"""What the checks of this family send from: an outbox, a source that takes deliveries, and a time that stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from conformance.harness import Harness
from conformance.lab.receiver import Receiver
from conformance.lab.table_receiver import TableReceiver
from conformance.outcome import NotApplicable, Violation
from conformance.subject import DeliverSpec
from hub.api import Delivering
from hub.testing import Handed, Store

MINUTE_S = 61
"""Behind the limit of a minute, whatever it is."""

LATER_S = 7_200
"""Behind every wait between two attempts, and behind every lease."""

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

    def send(self, after_s: float = 0) -> Handed:
        """Send what is due so many seconds later; answers what became of the delivery posted last."""
        self.receiver.clock += timedelta(seconds=after_s)
        return self.h.send(self.receiver, self.store)[-1]


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


def expect_acts(desk: Desk, *, when: str, likely: str) -> None:
    """Raise Violation unless the source has acted once."""
    if (acts := len(desk.receiver.acts)) != 1:
        raise Violation(
            expected="a source that acts once",
            observed=f"it acted {acts} times on {len(desk.receiver.came)} calls",
            likely=likely,
            where=when,
        )
