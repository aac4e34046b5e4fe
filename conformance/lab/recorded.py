"""Installed adapters' recordings as running sources: any number of instances, made of no list by hand.

An adapter that comes with ``conformance.toml`` and a recording has a simulated source. All that speak HTTP share one
loopback port (`conformance.lab.hall`); folders and front databases lie in folders of their own.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from importlib.metadata import entry_points
from types import TracebackType
from typing import Any, NamedTuple, Self

from conformance.lab.faults import Fault
from conformance.lab.folder import FolderSim
from conformance.lab.hall import HallServer
from conformance.lab.rows import Rows
from conformance.lab.server import LOOPBACK
from conformance.lab.table import TableSim
from conformance.replay import SimSource
from conformance.scenarios import TWO_PAGES, Recording, rows_of
from conformance.simwire import SimWire
from conformance.streams import by_stream
from conformance.subject import Subject, SubjectInvalid, own_settings
from conformance.times import Times
from conformance.traffic import Traffic
from hub.api import Adapter, HubError
from hub.testing import load_adapter

HOME = "330110"  # the county all simulated sources belong to
SECRET = "simulated"  # noqa: S105 - what every secret setting of a simulated source holds


class Known(NamedTuple):
    """The installed adapters: those with a simulated source, those the hub never asks, and why others have none."""

    read: tuple[str, ...]
    unasked: tuple[str, ...]
    broken: Mapping[str, str]


def known() -> Known:
    """Look over the installed adapters. One that only pushes, or is only handed things, is not asked for anything."""
    read, unasked, broken = [], [], {}
    for name in sorted({point.name for point in entry_points(group="yiwang.adapters")}):
        try:
            if not _asked(load_adapter(name)):
                unasked.append(name)
                continue
            subject = _subject(name)
            for part in _asked_parts(subject):
                Recording.read(part.recordings, part.wire)
            read.append(name)
        except (HubError, SubjectInvalid) as why:
            broken[name] = str(why)
    return Known(tuple(read), tuple(unasked), broken)


def _asked(kind: type[Adapter[Any]]) -> bool:
    return kind.pages is not Adapter.pages or any(stream.request is not None for stream in kind.manifest.streams)


def instances(count: int, adapters: Sequence[str]) -> dict[str, str]:
    """``count`` instances over these adapters in turn: the adapter of each by its name (``hotline_1``, ``police_1``…).

    Raises ValueError where there is no adapter to take.
    """
    if not adapters:
        raise ValueError("no adapter has a simulated source")
    turns = (divmod(n, len(adapters)) for n in range(count))
    return {f"{adapters[at]}_{turn + 1}": adapters[at] for turn, at in turns}


@cache
def _subject(name: str) -> Subject:
    return Subject.load(name)


def _asked_parts(subject: Subject) -> tuple[Subject, ...]:
    """The subject once for each stream that is asked for. Raises SubjectInvalid for what the lab does not serve."""
    parts = tuple(part for part in by_stream(subject) if part.way != "push")
    if len(parts) > 1 and subject.way != "http":
        raise SubjectInvalid("the lab serves one stream of a folder or a front database")
    if len({part.wire.path for part in parts}) < len(parts):
        raise SubjectInvalid("the lab tells streams apart by their paths, and two have the same")
    return parts


class Recorded:
    """Simulated sources, running inside ``with``. ``sources`` gives the adapter of each instance by its name.

    ``port`` is that of all that speak HTTP; 0 takes a free one. Raises PluginError for an adapter that is not
    installed, SubjectInvalid for one without a recording.
    """

    def __init__(self, sources: Mapping[str, str], *, port: int = 0) -> None:
        self.subjects = {name: _subject(adapter) for name, adapter in sources.items()}
        self._wires: dict[str, dict[str, SimWire]] = {}
        self._sims: dict[str, SimSource] = {}
        for name, subject in self.subjects.items():
            self._make(name, subject)
        self._hall = HallServer(self._wires, port) if self._wires else None
        self._open = ExitStack()

    def _make(self, name: str, subject: Subject) -> None:
        for part in _asked_parts(subject):
            spec = part.wire
            times = Times(spec.time_style, spec.zone, spec.time)
            recording, rows = Recording.read(part.recordings, spec), rows_of(TWO_PAGES, part.recordings, spec, times)
            match part.way:
                case "folder":
                    self._sims[name] = FolderSim(spec, recording, rows)
                case "table":
                    self._sims[name] = TableSim(spec, recording, rows, secret=SECRET)
                case _:
                    here = spec.model_copy(update={"prefix": f"/{name}{spec.prefix}"})
                    wire = SimWire(here, recording, rows, times=times, clock=time.time, traffic=Traffic())
                    wires = self._wires.setdefault(name, {})
                    wires[wire.path] = wire
                    wire.lets_in_as(next(iter(wires.values())))

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            if self._hall is not None:
                self._hall.start()
                opened.callback(self._hall.stop)
            for sim in self._sims.values():
                opened.enter_context(sim)
            self._open = opened.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.__exit__(kind, error, at)
        broken = [each for each in self._hall.broken if isinstance(each, Exception)] if self._hall else []
        if broken and error is None:
            raise ExceptionGroup("the lab itself broke", broken)

    def __iter__(self) -> Iterator[str]:
        return iter(self.subjects)

    def rows(self, name: str, stream: int = 0) -> Rows:
        """The rows of one source, to be changed at will; ``stream`` counts those that are asked for, from 0."""
        return [*self._wires[name].values()][stream].rows if name in self._wires else self._sims[name].rows

    def count(self, name: str) -> int:
        """How many rows one source serves, in all its streams."""
        return (
            sum(len(wire.rows) for wire in self._wires[name].values()) if name in self._wires else len(self.rows(name))
        )

    def fault(self, name: str, kind: str, *, after: int = 0, times: int | None = 1, **options: Any) -> None:
        """Turn the dial of one source, for each of its streams.

        Raises KeyError for an unknown kind, ValueError for ``refused`` over HTTP.
        """
        if name in self._sims:
            self._sims[name].fault(kind, after=after, times=times, **options)
            return
        if kind == "refused":
            raise ValueError("all sources share the port; hang, close and status act on one")
        assert self._hall is not None
        for booth in self._hall.booths[name].values():
            booth.dial.set(Fault(kind, after, times, options))

    def clear_faults(self, name: str) -> None:
        """Let everything go right again at one source."""
        if name in self._sims:
            self._sims[name].clear()
        elif self._hall is not None:
            for booth in self._hall.booths[name].values():
                booth.dial.clear()

    def calls(self, name: str) -> int:
        """Calls for rows that have reached one source, faulty ones included, logins not."""
        sims = self._wires[name].values() if name in self._wires else [self._sims[name]]
        return sum(len(sim.calls) for sim in sims)

    def settings(self) -> dict[str, dict[str, Any]]:
        """The ``[source.NAME]`` tables of a ``hub.toml`` that reads these sources, each in two pages."""
        return {name: self._table(name, subject) for name, subject in self.subjects.items()}

    def _table(self, name: str, subject: Subject) -> dict[str, Any]:
        rows, sim = self.rows(name), self._sims.get(name)
        times = Times(subject.wire.time_style, subject.wire.zone, subject.wire.time)
        oldest = min((at for row in rows if (at := times.read(row.get(subject.wire.time)))), default=None)
        return {
            "adapter": subject.name,
            "home": HOME,
            **self._place(name),
            "allow": list(sim.allow) if sim else [f"{LOOPBACK}/32"],
            **({"allow_empty": True} if subject.way == "folder" else {}),  # it drops one file, then none
            **({"history_from": oldest.astimezone(times.zone).date().isoformat()} if oldest else {}),
            "page_size": (len(rows) + 1) // 2,
            **own_settings(subject.spec, SECRET),
        }

    def _place(self, name: str) -> Mapping[str, Any]:
        if name in self._sims:
            return self._sims[name].place
        assert self._hall is not None
        first = next(iter(self._wires[name].values()))
        return {"base_url": f"http://{LOOPBACK}:{self._hall.port}{first.prefix}"}
