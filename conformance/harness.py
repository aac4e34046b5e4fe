"""What a check drives an adapter with: simulated sources, stores, the real line, and what came of it.

One harness serves all checks of one adapter. A check begins with `Harness.begin`, which empties the account of what was
observed, logged and waited; sources and stores are the check's own, made and thrown away inside ``with``.
"""

import contextlib
import io
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.canaries import Canaries
from conformance.lab.folder import FolderSim
from conformance.lab.table import TableSim
from conformance.replay import SimSource
from conformance.scenarios import TWO_PAGES, Recording, rows_of
from conformance.subject import Subject, SubjectInvalid, own_settings
from conformance.times import Times
from conformance.traffic import Exchange, Mask, Traffic
from hub.api import Draft, Item, Page
from hub.testing import (
    HttpSettings,
    Mapper,
    RecordRow,
    RunReport,
    SourceSettings,
    Stop,
    Store,
    caught_events,
    mapper_for,
    new_store,
    no_stop,
    open_wire,
    records,
    run_and_die,
    run_source,
)

QUICK = HttpSettings(connect_s=2, read_s=2, total_s=5, attempts=3)
"""Limits of a source on loopback, wide enough for a busy machine. Waits between attempts are told, not made."""

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
    draft: Draft


def limits(sim: SimSource) -> HttpSettings:
    """The limits a run over this source has unless it is given others."""
    return IMPATIENT if sim.stalls else QUICK


def _no_wait(seconds: float) -> None:
    """Waits between attempts are told in the log; a check has no time for them."""


class Harness:
    """Everything a check may look at, for one adapter."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.canaries = Canaries.fresh()
        self.observed = 0
        self.log: list[Mapping[str, Any]] = []
        self.output = ""
        self.traffic = Traffic()
        self.times = Times(subject.wire.time_style, subject.wire.zone, subject.wire.time)

    def begin(self) -> None:
        """Begin a check: nothing observed, logged or printed yet.

        ``log`` are the events the hub logged; ``output`` is what anyone printed, warned or logged beside them.
        """
        self.observed, self.log, self.output = 0, [], ""
        self.traffic.clear()

    def exchanges(self) -> tuple[Exchange, ...]:
        """The last calls of the check and their replies, masked: they may be shown to anyone."""
        if "recording" not in vars(self):
            return ()  # nothing has been asked of any source
        return self.traffic.told(Mask(self.subject.wire, self.recording, self.canaries))

    def observe(self, count: int = 1) -> None:
        """Tell that something was looked at. A check that observes nothing has proven nothing."""
        self.observed += count

    @property
    def waits(self) -> list[float]:
        """Seconds the hub waited before each of its next attempts, since the check began. Told, not slept."""
        return [float(line["wait_s"]) for line in self.log if line["event"] == "retry.scheduled"]

    @cached_property
    def recording(self) -> Recording:
        """The recording ``two_pages``. Raises SubjectInvalid."""
        found = Recording.read(self.subject.folder, self.subject.wire)
        if len(found.rows) < 2:
            raise SubjectInvalid("recordings/two_pages.jsonl: fewer than two rows")
        return found

    @cached_property
    def mapper(self) -> Mapper:
        """The adapter's way to the taxonomy, made once: a fifth of a second's work."""
        return mapper_for(self.subject.kind, None)

    @property
    def page_size(self) -> int:
        """Rows on a page when nothing else is asked: as recorded, and few enough for two pages."""
        return min(self.recording.per_page, (len(self.recording.rows) + 1) // 2)

    @contextmanager
    def source(
        self, scenario: str = TWO_PAGES, *, rows: Sequence[Mapping[str, Any]] | None = None
    ) -> Iterator[SimSource]:
        """A simulated source with the rows of a scenario, or with those given; the canary person is in the first.

        Raises SubjectInvalid for a scenario that neither is recorded nor can be derived.
        """
        folder, wire = self.subject.folder, self.subject.wire
        held = rows_of(scenario, folder, wire, self.times) if rows is None else [dict(row) for row in rows]
        planted = self.canaries.plant(held, wire.person)
        if self.subject.way == "table":
            made: SimSource = TableSim(wire, self.recording, planted, self.traffic, secret=self.canaries.secret)
        elif self.subject.way == "folder":
            made = FolderSim(wire, self.recording, planted, self.traffic)
        else:
            made = SimSource(wire, self.recording, planted, self.traffic)
        with made as sim:
            yield sim

    @contextmanager
    def store(self) -> Iterator[Store]:
        """A fresh embedded store in a folder that is gone afterwards. All of them share one keyring."""
        with tempfile.TemporaryDirectory(prefix="conform-") as folder, new_store(Path(folder)) as store:
            yield store

    def settings(self, sim: SimSource, **changes: Any) -> SourceSettings:
        """A valid instance over the simulated source, the canary secret in every secret setting.

        ``changes`` are laid over it: fields of `SourceSettings` (``name``, ``overlap_s``, ``allow_empty``, …) or
        settings of the adapter.
        """
        oldest = min((at for row in sim.rows if (at := sim.moment(row)) is not None), default=sim.clock)
        options = {
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
        ``changes`` go to `settings`. Raises SubjectInvalid for an adapter of more than one stream.
        """
        with self._listening():
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
            )
        if len(reports) != 1:
            raise SubjectInvalid("adapters of more than one stream are not yet told by conformance.toml")
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
        """One read through the real HTTP source, no store. Counts as observed. Raises what the read raises."""
        wire = open_wire(
            self.subject.kind,
            self.settings(sim, **changes),
            http=http or limits(sim),
            clock=clock or (lambda: sim.clock),
            sleep=_no_wait,
        )
        with self._listening(), wire as (adapter, source):
            source.start_read(self.subject.manifest.streams[0].name)
            pages = []
            for page in adapter.pages(source, since):
                self.observe()
                pages.append(page)
            return pages

    def drafts(self, sim: SimSource, since: datetime | None = None, **changes: Any) -> list[Seen]:
        """One read with every item shaped. Raises what the adapter raises."""
        adapter = self.adapter(sim, **changes)
        seen = []
        for number, page in enumerate(self.pages(sim, since, **changes), 1):
            with self._listening():
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
        with open_wire(self.subject.kind, self.settings(sim, **changes)) as (adapter, _):
            return adapter

    def records(self, store: Store) -> list[RecordRow]:
        """The store's records, opened, in key order. They count as observed."""
        found = sorted(records(store), key=lambda record: record.key)
        self.observe(len(found))
        return found

    def killed(self, sim: SimSource, store: Store, point: str, times: int = 1, **changes: Any) -> bool:
        """Run in a child process that dies (SIGKILL) at the ``times``-th passing of a point of ``hub.testing.POINTS``.

        Answers whether it died there; False: it ended without coming so far. The adapter's class must be importable.
        """
        self.observe()
        settings = self.settings(sim, **changes)
        return run_and_die(store, self.subject.kind, settings, point, times, http=QUICK, now=sim.clock)

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

    @contextmanager
    def _listening(self) -> Iterator[None]:
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
