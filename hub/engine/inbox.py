"""Reading the inbox: pushed pages go through the same line as pulled ones, in the order in which they came.

The bytes are kept already, so there is nothing to ask a source for: a clerk shapes what waits, the writer commits it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from hub import events
from hub.batch import Failure
from hub.clock import utc_now
from hub.contract import Capability
from hub.engine.clerk import Clerk
from hub.engine.local import SourceReport
from hub.engine.pushes import GROUP, PushLine, shape_pushes
from hub.engine.worker import mapper_for
from hub.errors import AdapterBug, StoreError
from hub.ingest import Stop, no_stop
from hub.registry import Registry
from hub.settings import Settings
from hub.store.inbox import Waiting
from hub.store.store import Store

LINGER_S = 60  # a run is closed when nothing has come for so long: one row for a trickle, not one for each drop
PATIENCE_S = 120.0
PAUSE_S = 30  # after a clerk could not begin (settings, adapter) or the store refused


@dataclass(slots=True)
class _Desk:
    """One source's clerk, and what it was given."""

    line: PushLine
    clerk: Clerk
    handed: list[Waiting] = field(default_factory=list)
    singly: int = 0  # so many are handed over alone: one of them ended a clerk
    until: float = 0  # paused
    broken: str | None = None  # why


class Drain:
    """Reads the pushes of these sources, or of all that push. Owned by one thread, that of the writer.

    `step` never waits.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        registry: Registry,
        *,
        names: Collection[str] | None = None,
        clock: Callable[[], datetime] = utc_now,
        stop: Stop = no_stop,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._desks: list[_Desk] = []
        for source in settings.sources.values():
            if names is not None and source.name not in names:
                continue
            kind = registry.adapters.get(source.adapter)
            if kind is not None and Capability.PUSH in kind.manifest.capabilities:
                mapping = mapper_for(kind, settings.taxonomy.folder).version
                line = PushLine(store, source, kind.manifest, mapping=mapping, clock=clock, stop=stop)
                self._desks.append(_Desk(line, Clerk(settings, source, shape_pushes, patience_s=patience_s)))

    @property
    def busy(self) -> bool:
        """Whether something is being shaped: look again soon."""
        return any(desk.handed for desk in self._desks)

    def step(self, timeout: float = 0) -> None:
        """Commit what has been shaped, hand over what waits, close runs to which nothing comes any more.

        What the store refuses goes on waiting and is tried again.
        """
        for desk in self._desks:
            try:
                if desk.handed:
                    self._hear(desk, timeout)
                if not desk.handed and monotonic() >= desk.until:
                    self._hand_over(desk)
                desk.line.close(older_than_s=LINGER_S)
            except StoreError as error:
                self._pause(desk, Failure.of(error))

    def drain(self, asked_to_stop: Callable[[], bool] = lambda: False) -> list[SourceReport]:
        """Read until nothing more can be read, then close the runs; gives those of each source that had any, and why
        one broke off. Raises StoreError when they cannot be closed.
        """
        self.step()
        while self.busy and not asked_to_stop():
            self.step(0.2)
        reports = [SourceReport(desk.line.source.name, tuple(desk.line.close()), desk.broken) for desk in self._desks]
        return [report for report in reports if report.runs or report.broken]

    def close(self) -> None:
        """End the clerks and close the runs. What was handed over and not committed goes on waiting."""
        for desk in self._desks:
            desk.clerk.close()
            desk.handed = []
            desk.line.close()

    def _hand_over(self, desk: _Desk) -> None:
        pushes = desk.line.waiting(1 if desk.singly else GROUP)
        if pushes:
            pages = desk.line.pages(pushes)
            desk.handed = pushes[: len(pages)]
            desk.clerk.ask(pages)

    def _hear(self, desk: _Desk, timeout: float) -> None:
        try:
            answer = desk.clerk.hear(timeout)
        except AdapterBug as error:
            pushes, desk.handed = desk.handed, []
            if len(pushes) > 1:  # one of them did it: the others must not suffer for it
                desk.singly = len(pushes)
                return
            answer, desk.handed = [Failure.of(error)], pushes
        if answer is None:
            return
        pushes, desk.handed = desk.handed, []
        if isinstance(answer, Failure):
            self._pause(desk, answer)
            return
        desk.broken = None
        desk.line.commit(pushes, answer)
        desk.singly = max(0, desk.singly - len(pushes))

    def _pause(self, desk: _Desk, failure: Failure) -> None:
        desk.until, desk.broken = monotonic() + PAUSE_S, failure.said
        events.log(events.SOURCE_FAILED, source=desk.line.source.name, error=failure.said)
