"""The sender: takes what is due, hands it to the adapter in a worker process, settles what came of it.

At least once: the lease is committed before the attempt, the outcome after it. A kill between the two leaves a lease
that ends by itself; then a target that takes our key is asked again, any other waits for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, Protocol

from hub import events
from hub.batch import Failure
from hub.clock import utc_now, utc_text
from hub.contract import Adapter, Awaited, Capability, Delivery, Receipt
from hub.delivery import Missed, judge
from hub.engine.clerk import Clerk
from hub.engine.worker import Job, settle
from hub.errors import AdapterBug, HubError, PluginError, SourceError, StoreError
from hub.ingest import Stop, no_stop
from hub.registry import Registry
from hub.settings import Settings, SourceSettings
from hub.sources.opening import TakingSource, open_source
from hub.store import audit, outbox
from hub.store.outbox import Leased, OutboxRow, Settlement
from hub.store.store import Store
from hub.wire import Delivering

POINTS = ("delivery_taken", "delivery_answered", "delivery_settled")
"""Points at which a test may stop the sender: before the attempt, after it, after its outcome is kept."""

MARGIN_S = 60  # a lease outlives the longest attempt by so much
PAUSE_S = 30  # after a clerk could not begin or the store refused

_EXPIRED = Missed("delivery.lost: the attempt was cut off before its outcome was kept")


Outcome = Receipt | Awaited | Missed
"""What an attempt may come to."""


def deliver(adapter: Adapter[Any], source: TakingSource, delivering: Delivering, delivery: Delivery) -> Outcome:
    """One attempt. What the manifest does not list never comes to the adapter, whose last branch might send it."""
    if delivery.kind not in delivering.kinds:
        takes = ", ".join(delivering.kinds) or "nothing"
        said = f"delivery.unknown_kind: {adapter.manifest.name} takes no {delivery.kind}; it takes {takes}"
        return Missed(said, unsent=True, final=True)
    try:
        source.start_delivery(delivering, delivery.key, handed=bool(delivery.handed))
        answer: object = adapter.deliver(source, delivery)
    except SourceError as error:
        return Missed.of(error)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - adapter code: told as this attempt's failure
        return Missed(Failure.of(error).said)
    if not isinstance(answer, Receipt | Awaited):
        return Missed(f"{AdapterBug.code}: deliver() gave a {type(answer).__name__}, no Receipt")
    return answer


def deliver_orders(pipe: Connection, job: Job) -> None:
    """Body of the clerk: answers each `Delivery` with an `Outcome`, or with a Failure where nothing can be sent at
    all."""
    try:
        adapter, _ = settle(job)
        delivering = adapter.manifest.delivering
        source = open_source(adapter, job.source, job.http)
        if delivering is None or not isinstance(source, TakingSource):
            said = "only a source over HTTP or a front database with `delivering` is delivered to"
            raise PluginError(said, where=job.source.name)
    except HubError as error:
        failure = Failure.of(error)
        _answer_all(pipe, lambda order: failure)
        return
    with source:
        _answer_all(pipe, lambda order: deliver(adapter, source, delivering, order))


def _answer_all(pipe: Connection, answer: Callable[[Delivery], Any]) -> None:
    pipe.send("ready")
    while True:
        try:
            order = pipe.recv()
        except EOFError:
            return
        pipe.send(answer(order))


class Attempts(Protocol):
    """Who makes the attempts for one source, as `hub.engine.clerk.Clerk` does in a worker process."""

    def ask(self, question: Delivery) -> None:
        """Begin one."""

    def hear(self, timeout: float = 0) -> Outcome | Failure | None:
        """What it came to; None while it is under way."""

    def close(self) -> None:
        """End it, whatever it does."""


Hire = Callable[[Settings, SourceSettings, float], Attempts]
"""Finds who makes the attempts for a source, each within so many seconds."""


def clerk(settings: Settings, source: SourceSettings, patience_s: float) -> Clerk:
    """A worker process: what adapter code does to itself ends with it."""
    return Clerk(settings, source, deliver_orders, patience_s=patience_s)


@dataclass(slots=True)
class _Desk:
    target: str
    delivering: Delivering
    clerk: Attempts
    order: Leased | None = None
    until: float = 0  # paused


class Sender:
    """Sends for all sources that take deliveries. Owned by one thread, that of the writer; `step` never waits."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        registry: Registry,
        *,
        clock: Callable[[], datetime] = utc_now,
        stop: Stop = no_stop,
        hire: Hire = clerk,
    ) -> None:
        self.store, self.clock, self.stop = store, clock, stop
        self.patience_s = settings.http.total_s + MARGIN_S
        self._desks: list[_Desk] = []
        for source in settings.sources.values():
            kind = registry.adapters.get(source.adapter)
            if kind is None or Capability.DELIVER not in kind.manifest.capabilities:
                continue
            assert kind.manifest.delivering is not None
            attempts = hire(settings, source, self.patience_s)
            self._desks.append(_Desk(source.name, kind.manifest.delivering, attempts))

    @property
    def busy(self) -> bool:
        """Whether an attempt is under way: look again soon."""
        return any(desk.order for desk in self._desks)

    def step(self, timeout: float = 0) -> None:
        """Settle the attempts that have ended, begin those that are due. What the store refuses is tried again."""
        for desk in self._desks:
            try:
                if desk.order is not None:
                    self._hear(desk, desk.order, timeout)
                if desk.order is None and monotonic() >= desk.until:
                    self._begin(desk)
            except StoreError as error:
                self._pause(desk, Failure.of(error))

    def send(self) -> None:
        """Send until nothing more is due."""
        self.step()
        while self.busy:
            self.step(0.2)

    def close(self) -> None:
        """End the clerks. An attempt under way keeps its lease until that ends."""
        for desk in self._desks:
            desk.clerk.close()
            desk.order = None

    def _begin(self, desk: _Desk) -> None:
        now = self.clock()
        with self.store.database.reading() as connection:
            row = outbox.due(connection, desk.target, now=now, per_minute=desk.delivering.per_minute)
        if row is None:
            return
        spent = row.state == outbox.SENDING and (not desk.delivering.keyed or row.attempts >= desk.delivering.attempts)
        if spent:  # its lease has ended, and it may not be tried again
            self._settle(row, judge(_EXPIRED, desk.delivering, attempts=row.attempts, now=now), now)
            return
        with self.store.database.transaction() as connection:
            until = now + timedelta(seconds=self.patience_s + MARGIN_S)
            order = outbox.take(connection, self.store.keyring, row, now=now, until=until)
        if order is not None:
            self.stop("delivery_taken")
            desk.order = order
            desk.clerk.ask(Delivery(order.key, order.kind, order.body, order.attempts, order.number or ""))

    def _hear(self, desk: _Desk, order: Leased, timeout: float) -> None:
        try:
            answer = desk.clerk.hear(timeout)
        except AdapterBug as error:
            answer = Missed(f"{error.code}: {error}")
        if answer is None:
            return
        desk.order = None
        self.stop("delivery_answered")
        if isinstance(answer, Failure):
            self._pause(desk, answer)
            answer = Missed(answer.said, unsent=True)
        now = self.clock()
        age = now - datetime.fromisoformat(order.created)
        handed = bool(order.number)
        found = judge(answer, desk.delivering, attempts=order.attempts, now=now, handed=handed, age=age)
        self._settle(order, found, now)
        self.stop("delivery_settled")

    def _settle(self, row: OutboxRow | Leased, settlement: Settlement, now: datetime) -> None:
        ref = f"{row.home}-{row.id}"
        told = {"source": row.target, "kind": row.kind, "ref": ref, "attempts": row.attempts, "error": settlement.error}
        with self.store.database.transaction() as connection:
            if not outbox.settle(connection, self.store.keyring, row, settlement, now=now):
                return  # another took it up after the lease had ended
            if settlement.due is None:
                entry = {"delivery": ref, "target": row.target, "kind": row.kind, "state": settlement.state}
                audit.append(
                    connection, home=row.home, writer=self.store.writer, action="delivery.ended",
                    entry=entry, at=utc_text(now),
                )  # fmt: skip
        if settlement.due is None:
            events.log(events.DELIVERY_ENDED, state=settlement.state, **told)
        elif not (settlement.looked and row.number):  # told once: it is looked at every minute
            events.log(events.DELIVERY_DELAYED, wait_s=round((settlement.due - now).total_seconds()), **told)

    def _pause(self, desk: _Desk, failure: Failure) -> None:
        desk.until = monotonic() + PAUSE_S
        events.log(events.SOURCE_FAILED, source=desk.target, error=failure.said)
