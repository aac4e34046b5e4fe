"""A simulated source that takes deliveries: as told by ``[deliver]`` of ``conformance.toml``, over a real wire.

It can be read like any other. What it has acted on it remembers, by the key that came, if it is one that does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from conformance.description import DeliverSpec, LaterSpec, ReplySpec, WireSpec
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

    ``came`` are the deliveries that came, those under a fault included; ``acts`` those it acted on, and ``numbers``
    theirs. ``asked`` are the numbers whose outcome was asked for later.
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
        self.numbers: list[str] = []
        self.asked: list[str] = []
        self._refused: list[bool] = []  # of each of the acts: whether it comes to nothing
        self._refusals = 0
        self._paths = frozenset(spec.prefix + path for path in deliver.paths.values())

    def note(self, call: Request) -> None:
        """Keep the call."""
        if self._later(call) is not None:
            self.traffic.asked(call, {})
            return
        if call.path not in self._paths:
            super().note(call)
            return
        taken = self._taken(call)
        self.came.append(taken)
        self.traffic.asked(call, taken.fields)

    def answer(self, call: Request, alter: Alter | None = None) -> Reply:
        """Take a delivery as `mood` says; anything else as ever."""
        later, number = self.deliver.later, self._later(call)
        if number is None and (call.path not in self._paths or call.method != self.deliver.method):
            return super().answer(call, alter)
        try:
            self.authorise(call)
        except Refusal as refusal:
            return refusal.reply
        if later is not None and number is not None:
            return self._came_of(later, number)
        return self._take(self._taken(call))

    def _take(self, taken: Taken) -> Reply:
        late = False
        if self.mood == "refused":
            self._refusals += 1
            late = self.deliver.later is not None and self._refusals % 2 == 1
        if self.mood != "ok" and not late:
            return self._said(getattr(self.deliver, self.mood), taken.key)
        known = [at for at, each in enumerate(self.acts) if self.deliver.keyed and taken.key and each.key == taken.key]
        if not known:
            self.acts.append(taken)
            self.numbers.append(f"{self.deliver.number}{len(self.acts)}" if self.deliver.number else taken.key)
            self._refused.append(late)
        return self._said(self._bearing(self.yes, self.numbers[(known or [-1])[0]]), taken.key)

    def _came_of(self, later: LaterSpec, number: str) -> Reply:
        """What became of a delivery: at the first look nothing yet."""
        self.asked.append(number)
        if number not in self.numbers:
            return Reply(b'{"status":404,"error":"Not Found"}', status=404)
        at = self.numbers.index(number)
        said = later.waiting if self.asked.count(number) == 1 else later.refused if self._refused[at] else later.ok
        return self._said(self._bearing(said, number), self.acts[at].key)

    def _later(self, call: Request) -> str | None:
        """The number whose outcome is asked for; None for another call."""
        later = self.deliver.later
        if later is None or call.method != later.method:
            return None
        number = later.asked(call.path.removeprefix(self.spec.prefix))
        if number is None or not later.param:
            return number
        return str(value_at(call.query if later.method == "GET" else self._taken(call).fields, later.param))

    def params(self, call: Request) -> Mapping[str, Any]:
        """The fields of a call. Raises KeyError or ValueError when they are not where they belong."""
        return self._fields(call) if call.path in self._paths else super().params(call)

    def _fields(self, call: Request) -> Mapping[str, Any]:
        told = self.deliver
        if told.wrap:
            return dict(orjson.loads(call.form()[told.wrap].replace("'", '"')))
        if told.place == "query":
            return call.query
        if told.place == "xml":
            return asked_in_xml(call.body)
        return call.json() if told.place == "json" else call.form()

    def _taken(self, call: Request) -> Taken:
        try:
            fields = self._fields(call)
        except (KeyError, ValueError):
            fields = {}
        told = self.deliver
        key = call.headers.get(told.key_header.lower()) if told.key_header else value_at(fields, told.key_field)
        return Taken(call.path, key if isinstance(key, str) else "", fields, call.query)

    def _bearing(self, reply: ReplySpec, number: str) -> ReplySpec:
        """With the delivery's own number, where it is asked for by that."""
        told = self.deliver.number
        if self.deliver.later is None or not told:
            return reply
        return reply.model_copy(update={"body": reply.body.replace(told, number)})

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

    @property
    def numbers(self) -> list[str]:
        """The numbers it gave them, in the same order."""
        return self.wire.numbers

    @property
    def asked(self) -> list[str]:
        """Numbers whose outcome was asked for, in the order of asking."""
        return self.wire.asked
