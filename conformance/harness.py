"""What a check drives an adapter with: simulated sources, stores, the real line, and what came of it.

One harness serves all checks of one adapter. A check begins with `Harness.begin`, which empties the account of what was
observed, logged and waited; sources and stores are the check's own, made and thrown away inside ``with``.
"""

import contextlib
import io
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, Self

from conformance.canaries import Canaries
from conformance.envelopes import Template
from conformance.lab.faults import Fault
from conformance.lab.folder import FolderSim
from conformance.lab.receiver import Receiver
from conformance.lab.sender import Sender
from conformance.lab.table import TableSim
from conformance.lab.table_receiver import TableReceiver
from conformance.lifted import Lift
from conformance.orders import body_of, matter_of
from conformance.outcome import NotApplicable
from conformance.pushing import opened, push, read, sender_of, stream_of
from conformance.replay import SimSource
from conformance.scenarios import TWO_PAGES, Recording, pushed_of, rows_of
from conformance.stores import fresh_store
from conformance.streams import by_stream
from conformance.subject import Subject, SubjectInvalid, own_settings, somewhere
from conformance.times import Times
from conformance.traffic import Exchange, Mask, Traffic
from hub.api import Draft, DraftEntry, Item, Page
from hub.testing import (
    Handed,
    HttpSettings,
    Mapper,
    RecordRow,
    RunReport,
    SourceSettings,
    Stop,
    Store,
    adapter_config,
    caught_events,
    entries,
    mapper_for,
    no_stop,
    open_wire,
    post_delivery,
    records,
    run_and_die,
    run_source,
    send_and_die,
    send_due,
)

QUICK = HttpSettings(connect_s=2, read_s=2, total_s=5, attempts=3)
"""Limits of a source on loopback, wide enough for a busy machine. Waits between attempts are told, not made."""

LOOK: Final = timedelta(seconds=3_600)
"""Behind every wait between two looks at a row."""

LOOKS: Final = 4
"""More than it takes until the source has decided."""

IMPATIENT = HttpSettings(connect_s=0.2, read_s=0.2, total_s=0.4, attempts=2)
"""Limits while the dial is set to a fault that says nothing, or says it slowly."""

HOME = "330110"
"""Region of every simulated source."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Seen:
    """One item of a read and its draft. ``spot`` says where: ``page 1 row 3``, both from 1."""

    spot: str
    item: Item
    draft: Draft | DraftEntry

    def says(self, name: str) -> Any:
        """What the draft says under a name; None where drafts of its kind have none."""
        return getattr(self.draft, name, None)


def limits(sim: SimSource) -> HttpSettings:
    """The limits a run over this source has unless it is given others."""
    return IMPATIENT if sim.stalls else QUICK


def shaping(adapter: Any, stream: str, lift: Lift | None = None) -> Any:
    """The adapter, whose `draft` shapes the items of that stream; with ``lift``, as the suite holds them."""
    adapter.draft = adapter.draft_of(stream)
    return adapter if lift is None else lift.around(adapter)


def _no_wait(seconds: float) -> None:
    """Waits between attempts are told in the log; a check has no time for them."""


class Harness:
    """Everything a check may look at, for one adapter."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._first = self
        self.canaries = Canaries.fresh()
        self.observed = 0
        self.log: list[Mapping[str, Any]] = []
        self.output = ""
        self.idle: list[Fault] = []
        self.traffic = Traffic()
        self.times = Times(subject.wire.time_style, subject.wire.zone, subject.wire.time)

    @cached_property
    def parts(self) -> tuple[Self, ...]:
        """A harness for each stream that is judged by itself; this one where there is one. Raises SubjectInvalid."""
        subjects = by_stream(self.subject)
        return (self,) if len(subjects) == 1 else tuple(map(self._like, subjects))

    @property
    def stream(self) -> str:
        """The name of the stream that is looked at, the first where the subject has several; empty without one."""
        return next((stream.name for stream in self.subject.manifest.streams), "")

    def _like(self, subject: Subject) -> Self:
        part = type(self)(subject)
        part._first = self
        return part

    def begin(self) -> None:
        """Begin a check: nothing observed, logged or printed yet.

        ``log`` are the events the hub logged; ``output`` is what anyone printed, warned or logged beside them; ``idle``
        are faults that were set and never acted.
        """
        self.observed, self.log, self.output, self.idle = 0, [], "", []
        self.traffic.clear()

    def exchanges(self) -> tuple[Exchange, ...]:
        """The last calls of the check and their replies, masked: they may be shown to anyone."""
        if vars(self).keys().isdisjoint(("recording", "_held")):
            return ()  # nothing has been asked of any source
        return self.traffic.told(Mask(self.subject.wire, self._held, self.canaries))

    def observe(self, count: int = 1) -> None:
        """Tell that something was looked at. A check that observes nothing has proven nothing."""
        self.observed += count

    def note(self, *words: str) -> None:
        """Told of each push and each reading of pushes. Nobody keeps it here."""

    @property
    def waits(self) -> list[float]:
        """Seconds the hub waited before each of its next attempts, since the check began. Told, not slept."""
        return [float(line["wait_s"]) for line in self.log if line["event"] == "retry.scheduled"]

    @cached_property
    def recording(self) -> Recording:
        """The recording ``two_pages``. Raises SubjectInvalid, and NotApplicable where there are no rows to record."""
        self._read()
        found = Recording.read(self.subject.recordings, self.subject.wire)
        if len(found.rows) < 2:
            raise SubjectInvalid(f"{self.subject.recordings.name}/two_pages.jsonl: fewer than two rows")
        return found

    @property
    def lift(self) -> Lift:
        """Between rows as checks hold them and as the source has them."""
        return self._held.template.lift

    @cached_property
    def mapper(self) -> Mapper:
        """The adapter's way to the taxonomy, made once for all its streams: a fifth of a second's work."""
        return self._first.mapper if self._first is not self else mapper_for(self.subject.teller, None)

    @property
    def page_size(self) -> int:
        """Rows on a page when nothing else is asked: as recorded, and few enough for two pages."""
        if self.subject.way == "none":
            return 0
        return min(self.recording.per_page, (len(self.recording.rows) + 1) // 2)

    @contextmanager
    def source(
        self, scenario: str = TWO_PAGES, *, rows: Sequence[Mapping[str, Any]] | None = None
    ) -> Iterator[SimSource]:
        """A simulated source with the rows of a scenario, or with those given; the canary person is in the first.

        Raises SubjectInvalid for a scenario that neither is recorded nor can be derived.
        """
        folder, wire = self.subject.recordings, self.subject.wire
        if self.subject.way == "none":
            with SimSource(wire, self._held, (), self.traffic) as sim:
                yield sim
            return
        held = rows_of(scenario, folder, wire, self.times) if rows is None else [dict(row) for row in rows]
        planted = self.canaries.plant(held, wire.person)
        if self.subject.way == "table":
            made: SimSource = TableSim(wire, self.recording, planted, self.traffic, secret=self.canaries.secret)
        elif self.subject.way == "folder":
            made = FolderSim(wire, self.recording, planted, self.traffic)
        elif self.subject.way == "push":
            made = sender_of(self, planted)
        else:
            made = SimSource(wire, self.recording, planted, self.traffic)
        with made as sim:
            yield sim
            self.idle += sim.idle

    @cached_property
    def pushed(self) -> Recording:
        """What the source pushes: its shape, and its rows. Raises SubjectInvalid."""
        own = stream_of(self) != self.stream
        return pushed_of(self.subject.recordings, self.subject.wire, self.recording, own=own)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """A fresh embedded store in a folder that is gone afterwards. All of them share one keyring."""
        with fresh_store() as store:
            yield store

    def settings(self, sim: SimSource, **changes: Any) -> SourceSettings:
        """A valid instance over the simulated source, the canary secret in every secret setting.

        ``changes`` are laid over it: fields of `SourceSettings` (``name``, ``overlap_s``, ``allow_empty``, …) or
        settings of the adapter.
        """
        oldest = min((at for row in sim.rows if (at := sim.moment(row)) is not None), default=sim.clock)
        options = {
            **somewhere(self.subject.kind),
            **sim.place,
            "history_from": oldest.astimezone(self.times.zone).date().isoformat(),
            "page_size": self.page_size,
            **own_settings(self.subject.spec, self.canaries.secret),
        }
        own: dict[str, Any] = {
            "name": "conform",
            "adapter": self.subject.name,
            "home": HOME,
            "every_s": 300,
            "allow": sim.allow,
        }
        for name, value in changes.items():
            (own if name in SourceSettings.model_fields else options)[name] = value
        return SourceSettings(**{"options": options, **own})

    def run(
        self,
        sim: SimSource,
        store: Store,
        *,
        clock: Clock | None = None,
        stop: Stop = no_stop,
        http: HttpSettings | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        **changes: Any,
    ) -> RunReport:
        """Run the source once through the real line, in this process; what was fetched counts as observed.

        ``clock`` is the hub's, by default the source's; ``stop`` is called at each of ``hub.testing.POINTS``;
        ``changes`` go to `settings`.

        A source that only pushes tells of all its rows, and what it told is read.
        """
        if isinstance(sim, Sender):
            push(self, sim, store, **changes)
            report = read(self, sim, store, clock=clock, stop=stop, **changes)
            if report is None:
                raise NotApplicable("a source that pushes says nothing where it has no rows")
            return report
        self._read()
        with self.listening():
            reports = run_source(
                store,
                self.subject.kind,
                self.settings(sim, **changes),
                http=http or limits(sim),
                clock=clock or (lambda: sim.clock),
                mapper=self.mapper,
                sleep=_no_wait,
                stop=stop,
                should_stop=should_stop,
                streams=self.subject.streams,
            )
        self.observe(reports[0].counts.fetched)
        return reports[0]

    def pages(
        self,
        sim: SimSource,
        since: datetime | None = None,
        *,
        clock: Clock | None = None,
        http: HttpSettings | None = None,
        **changes: Any,
    ) -> list[Page]:
        """One read through the real HTTP source, no store. Counts as observed. Raises what the read raises.

        Of a source that only pushes: its pushes, as `Adapter.items` gets them.
        """
        if isinstance(sim, Sender):
            return opened(self, sim, **changes)
        self._read()
        wire = open_wire(
            self.subject.kind,
            self.settings(sim, **changes),
            http=http or limits(sim),
            clock=clock or (lambda: sim.clock),
            sleep=_no_wait,
        )
        with self.listening(), wire as (adapter, source):
            source.start_read(self.stream)
            pages = []
            for page in adapter.pages(source, since):
                self.observe()
                pages.append(self.lift.page(page))
            return pages

    def drafts(self, sim: SimSource, since: datetime | None = None, **changes: Any) -> list[Seen]:
        """One read with every item shaped. Raises what the adapter raises."""
        adapter = self.adapter(sim, **changes)
        seen = []
        for number, page in enumerate(self.pages(sim, since, **changes), 1):
            with self.listening():
                for row, item in enumerate(adapter.items(page), 1):
                    seen.append(Seen(f"page {number} row {row}", item, adapter.draft(item)))
        self.observe(len(seen))
        return seen

    def read_all(self, scenario: str = TWO_PAGES) -> list[Seen]:
        """One full read of a scenario, every item shaped. Raises what the read and the adapter raise."""
        with self.source(scenario) as sim:
            return self.drafts(sim)

    def adapter(self, sim: SimSource, **changes: Any) -> Any:
        """The adapter itself, configured for the simulated source."""
        if isinstance(sim, Sender):
            config = adapter_config(self.settings(sim, **changes), self.subject.kind.Config)
            return shaping(self.subject.kind(config), stream_of(self), self.pushed.template.lift)
        with open_wire(self.subject.kind, self.settings(sim, **changes)) as (adapter, _):
            return shaping(adapter, self.stream, self.lift)

    @contextmanager
    def receiver(self) -> Iterator[Receiver | TableReceiver]:
        """The simulated source as it takes deliveries, with the rows of the recording. Raises SubjectInvalid."""
        wire, deliver = self.subject.wire, self.subject.spec.deliver
        table = self.subject.spec.rows if self.subject.way == "table" else None
        if deliver is None and table is None:
            part = "rows" if self.subject.way == "table" else "deliver"
            raise SubjectInvalid(f"conformance.toml: {part}: the source's way to take deliveries is not told")
        rows = self.canaries.plant([dict(row) for row in self._held.rows], wire.person)
        if table is not None:
            secret = self.canaries.secret
            with TableReceiver(wire, table, self._held, rows, self.traffic, secret=secret) as desk:
                yield desk
            return
        assert deliver is not None
        with Receiver(wire, deliver, self._held, rows, self.traffic) as receiver:
            yield receiver

    def post(
        self,
        receiver: Receiver | TableReceiver,
        store: Store,
        kind: str,
        cause: str = "task 330110-1",
        body: Mapping[str, Any] | None = None,
    ) -> str:
        """Write a delivery to the outbox, by default about the receiver's first matter; answers its key."""
        if body is None:
            body = body_of(kind, self.subject.spec, matter_of(receiver.keys), self.canaries, receiver.clock)
        return post_delivery(store, self.settings(receiver), kind, body, cause=cause, now=receiver.clock)

    def send(
        self,
        receiver: Receiver | TableReceiver,
        store: Store,
        *,
        clock: Clock | None = None,
        http: HttpSettings | None = None,
    ) -> list[Handed]:
        """Send what is due, through the real sender; what came to the receiver counts as observed.

        ``clock`` is the hub's, by default the source's. Rows are fetched by the other side as they come, and looked at
        once more; what came of the rest is asked for a few times, where that is later. Answers all deliveries there
        are, in the order of posting.
        """
        before = len(receiver.came)
        told: dict[str, Any] = {"http": http or limits(receiver), "clock": clock or (lambda: receiver.clock)}
        with self.listening():
            found = send_due(store, self.subject.kind, self.settings(receiver), **told)
            if isinstance(receiver, TableReceiver) and receiver.look():
                receiver.clock += LOOK
                found = send_due(store, self.subject.kind, self.settings(receiver), **told)
            for _ in range(LOOKS if receiver.deliver.later else 0):
                if any(each.state == "waiting" and each.number for each in found):
                    receiver.clock += LOOK
                    found = send_due(store, self.subject.kind, self.settings(receiver), **told)
        self.observe(len(receiver.came) - before)
        return found

    def send_killed(self, receiver: Receiver | TableReceiver, store: Store, point: str) -> bool:
        """Send in a child process that dies at a point of ``hub.testing.DELIVERY_POINTS``; whether it died there."""
        self.observe()
        settings = self.settings(receiver)
        return send_and_die(store, self.subject.kind, settings, point, http=QUICK, now=receiver.clock)

    def records(self, store: Store) -> list[RecordRow]:
        """The store's records and entries, opened, in key order. They count as observed."""
        found = sorted([*records(store), *entries(store)], key=lambda record: record.key)
        self.observe(len(found))
        return found

    def killed(self, sim: SimSource, store: Store, point: str, times: int = 1, **changes: Any) -> bool:
        """Run in a child process that dies (SIGKILL) at the ``times``-th passing of a point of ``hub.testing.POINTS``.

        Answers whether it died there; False: it ended without coming so far. The adapter's class must be importable.
        """
        self._read()
        self.observe()
        settings = self.settings(sim, **changes)
        return run_and_die(
            store, self.subject.kind, settings, point, times, http=QUICK, now=sim.clock, streams=self.subject.streams
        )

    @contextmanager
    def in_zone(self, name: str) -> Iterator[None]:
        """The block as on a machine of another zone (``TZ``), the whole process over."""
        before = os.environ.get("TZ")
        os.environ["TZ"] = name
        time.tzset()
        try:
            yield
        finally:
            if before is None:
                del os.environ["TZ"]
            else:
                os.environ["TZ"] = before
            time.tzset()

    @cached_property
    def _held(self) -> Recording:
        """What a simulated source is made of: the recording, one without rows where there is nothing to read."""
        if self.subject.way == "none":
            return Recording(Template("[]", self.subject.wire), (), 1)
        return self.recording

    def _read(self) -> None:
        """Before anything is read. Raises NotApplicable where nothing is."""
        if self.subject.way == "none":
            raise NotApplicable("nothing is read of it: it declares no stream")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what is logged and printed in the block."""
        said = io.StringIO()
        ear = logging.StreamHandler(said)
        root = logging.getLogger()
        root.addHandler(ear)
        try:
            with caught_events() as events, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                try:
                    yield
                finally:
                    self.log += events
        finally:
            root.removeHandler(ear)
            self.output += said.getvalue()
