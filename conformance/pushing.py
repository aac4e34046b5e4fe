"""How a check pushes: a simulated source that calls, the hub's own inbox on loopback, and the reading of what came."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from conformance.canaries import Canaries
from conformance.description import PushSpec
from conformance.lab.sender import Answer, Sender
from conformance.outcome import Violation
from conformance.replay import SimSource
from conformance.scenarios import Recording
from conformance.subject import Subject
from conformance.traffic import Traffic
from hub.api import Adapter, Page
from hub.testing import (
    Mapper,
    PushDoor,
    RunReport,
    SourceSettings,
    Stop,
    Store,
    no_stop,
    open_door,
    pushed_page,
    read_pushes,
)


class Pushed(Protocol):
    """What of a harness pushing needs: the source's side, the hub's, and somebody who listens."""

    traffic: Traffic

    @property
    def subject(self) -> Subject:
        """The adapter under test."""
        ...

    @property
    def canaries(self) -> Canaries:
        """Who is planted."""
        ...

    @property
    def stream(self) -> str:
        """The stream that is looked at."""
        ...

    @property
    def pushed(self) -> Recording:
        """What the source pushes."""
        ...

    @property
    def mapper(self) -> Mapper:
        """The adapter's way to the taxonomy."""
        ...

    def settings(self, sim: SimSource, **changes: Any) -> SourceSettings:
        """An instance over the simulated source."""
        ...

    def adapter(self, sim: SimSource, **changes: Any) -> Any:
        """The adapter, configured for it."""
        ...

    def listening(self) -> AbstractContextManager[None]:
        """Hear what is logged and printed in the block."""
        ...

    def observe(self, count: int = 1) -> None:
        """Tell that something was looked at."""
        ...

    def note(self, *words: str) -> None:
        """Tell of a push, or of a reading of pushes."""
        ...


def stream_of(h: Pushed) -> str:
    """The stream that is pushed: the one told, else the one looked at."""
    push = h.subject.wire.push
    return (push.stream if push else "") or h.stream


@contextmanager
def sender(h: Pushed, rows: Sequence[Mapping[str, Any]] | None = None) -> Iterator[Sender]:
    """The simulated source as it pushes, whether it can be asked as well or not; rows as in `Harness.source`."""
    held = [dict(row) for row in (h.pushed.rows if rows is None else rows)]
    with sender_of(h, h.canaries.plant(held, h.subject.wire.person)) as sim:
        yield sim


def sender_of(h: Pushed, rows: Sequence[Mapping[str, Any]]) -> Sender:
    """A sender of these very rows."""
    wire, push = h.subject.wire, h.subject.wire.push or PushSpec()
    wire = wire.model_copy(update={"key": push.key or wire.key, "time": push.time or wire.time})
    return Sender(wire, h.pushed, [dict(row) for row in rows], h.traffic)


@contextmanager
def inbox(h: Pushed, sim: Sender, store: Store, **changes: Any) -> Iterator[PushDoor]:
    """The hub's inbox on loopback, open for this source; ``changes`` go to `Harness.settings`."""
    settings = h.settings(sim, **changes)
    with h.listening(), open_door(store, h.subject.kind, settings, clock=lambda: sim.clock) as door:
        yield replace(door, path=f"{door.path}/{stream_of(h)}")


def push(
    h: Pushed, sim: Sender, store: Store, rows: Sequence[Mapping[str, Any]] | None = None, **changes: Any
) -> list[Answer]:
    """Push these rows, by default all; what was answered. Raises Violation for one that is not taken."""
    answers: list[Answer] = []
    with inbox(h, sim, store, **changes) as door:
        for body in sim.bodies(None if rows is None else [dict(row) for row in rows]):
            answers.append(sim.send(door, sim.request(door, body)))
            taken(answers[-1], door)
    h.note("push", f"{len(answers)} pushes")
    h.observe(len(answers))
    return answers


def taken(answer: Answer, door: PushDoor) -> None:
    """Raises Violation where a push of the source's own was not taken."""
    if not answer.good:
        raise Violation(
            expected="a push of the source's own taken",
            observed=f"{answer.status} for {', '.join(reason for _, reason in door.refused)}",
            likely="the webhook says another signature, method or content type than the source uses",
            where="a push signed as the webhook tells",
        )


def read(
    h: Pushed,
    sim: Sender,
    store: Store,
    *,
    clock: Callable[[], datetime] | None = None,
    stop: Stop = no_stop,
    adapter: Adapter[Any] | None = None,
    **changes: Any,
) -> RunReport | None:
    """Read what waits in the inbox; None when nothing does. What was fetched counts as observed.

    ``adapter`` is one that has been at work before.
    """
    with h.listening():
        reports = read_pushes(
            store,
            h.subject.kind,
            h.settings(sim, **changes),
            clock=clock or (lambda: sim.clock),
            stop=stop,
            mapper=h.mapper,
            adapter=adapter,
        )
    for report in reports:
        counts = report.counts
        h.note("read pushes", report.outcome, f"({counts.fetched} fetched, {counts.stored} stored)")
        h.observe(counts.fetched)
    return reports[0] if reports else None


def opened(h: Pushed, sim: Sender, **changes: Any) -> list[Page]:
    """Its pushes as `Adapter.items` gets them, without an inbox. They count as observed."""
    adapter, stream = h.adapter(sim, **changes), stream_of(h)
    with h.listening():
        lift = sim.shape.lift
        pages = [lift.page(pushed_page(adapter, stream, body, sim.clock)) for body in sim.bodies()]
    h.observe(len(pages))
    return pages
