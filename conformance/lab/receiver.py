"""A simulated source that takes deliveries: as told by ``[deliver]`` of ``conformance.toml``, over a real wire.

It can be read like any other. What it has acted on it remembers, by the key that came, if it is one that does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from conformance.description import DeliverSpec, ReplySpec, WireSpec
from conformance.envelopes import asked_in_xml, value_at
from conformance.lab.rows import Row
from conformance.lab.wire import Alter, Refusal, Reply
from conformance.lab.wire import Call as Request
from conformance.replay import SimSource
from conformance.scenarios import Recording
from conformance.simwire import SimWire
from conformance.times import Times
from conformance.traffic import Traffic

Mood = Literal["ok", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One delivery as it came: ``key`` where the source reads it (empty where there is none), its ``fields`` wherever
    they travelled, and the ``query`` of its address."""

    path: str
    key: str
    fields: Mapping[str, Any]
    query: Mapping[str, str]


class ReceiverWire(SimWire):
    """The source ``deliver`` tells of, beside all it is when it is read.

    ``came`` are the deliveries that came, those under a fault included; ``acts`` those it acted on.
    """

    def __init__(
        self,
        spec: WireSpec,
        deliver: DeliverSpec,
        recording: Recording,
        rows: Iterable[Row],
        *,
        times: Times,
        clock: Callable[[], float],
        traffic: Traffic,
    ) -> None:
        super().__init__(spec, recording, rows, times=times, clock=clock, traffic=traffic)
        self.deliver = deliver
        self.mood: Mood = "ok"
        self.yes = deliver.ok
        self.came: list[Taken] = []
        self.acts: list[Taken] = []
        self._paths = frozenset(spec.prefix + path for path in deliver.paths.values())

    def note(self, call: Request) -> None:
        """Keep the call."""
        if call.path not in self._paths:
            super().note(call)
            return
        taken = self._taken(call)
        self.came.append(taken)
        self.traffic.asked(call, taken.fields)

    def answer(self, call: Request, alter: Alter | None = None) -> Reply:
        """Take a delivery as `mood` says; anything else as ever."""
        if call.path not in self._paths or call.method != self.deliver.method:
            return super().answer(call, alter)
        try:
            self.authorise(call)
        except Refusal as refusal:
            return refusal.reply
        taken = self._taken(call)
        if self.mood == "ok" and not (self.deliver.keyed and taken.key and self._knows(taken)):
            self.acts.append(taken)
        return self._said(self.yes if self.mood == "ok" else getattr(self.deliver, self.mood), taken.key)

    def params(self, call: Request) -> Mapping[str, Any]:
        """The fields of a call. Raises KeyError or ValueError when they are not where they belong."""
        if call.path not in self._paths:
            return super().params(call)
        told = self.deliver
        if told.wrap:
            return dict(orjson.loads(call.form()[told.wrap].replace("'", '"')))
        if told.place == "query":
            return call.query
        if told.place == "xml":
            return asked_in_xml(call.body)
        return call.json() if told.place == "json" else call.form()

    def _knows(self, taken: Taken) -> bool:
        return any(each.key == taken.key for each in self.acts)

    def _taken(self, call: Request) -> Taken:
        try:
            fields = self.params(call)
        except (KeyError, ValueError):
            fields = {}
        told = self.deliver
        key = call.headers.get(told.key_header.lower()) if told.key_header else value_at(fields, told.key_field)
        return Taken(call.path, key if isinstance(key, str) else "", fields, call.query)

    def _said(self, reply: ReplySpec, key: str) -> Reply:
        return Reply(reply.body.replace("{key}", key).encode(self.encoding), status=reply.status)


class Receiver(SimSource):
    """A simulated source that takes deliveries, running inside ``with``. ``mood`` is how it answers them."""

    wire: ReceiverWire

    def __init__(
        self, spec: WireSpec, deliver: DeliverSpec, recording: Recording, rows: Iterable[Row], traffic: Traffic
    ) -> None:
        rows = list(rows)
        super().__init__(spec, recording, rows, traffic)
        self.deliver = deliver
        self.wire = ReceiverWire(spec, deliver, recording, rows, times=self.times, clock=self._seconds, traffic=traffic)

    @property
    def mood(self) -> Mood:
        """How it answers deliveries."""
        return self.wire.mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        self.wire.mood = mood

    def say(self, yes: ReplySpec) -> None:
        """Answer what it takes so from now on."""
        self.wire.yes = yes

    @property
    def came(self) -> list[Taken]:
        """Deliveries that came, in their order, those under a fault included."""
        return self.wire.came

    @property
    def acts(self) -> list[Taken]:
        """Those it acted on."""
        return self.wire.acts
