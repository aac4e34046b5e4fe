"""A province in small: petition office, police, mediation centre, register, court and grid, all over real HTTP.

Each is the simulated source of its adapter's ``conformance.toml``, read and handed things over loopback. What people do
there (`Mediators`, the court's clerks) is played by the test. The hub's parts are its own: engine or inbox, linker,
what follows, outbox, sender, receipts.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

import orjson
from pushing import House, Sent
from sqlalchemy import text
from standing import Clock

from conformance.description import ReplySpec
from conformance.lab.faults import Fault
from conformance.lab.hall import Booth
from conformance.lab.receiver import ReceiverWire, Taken
from conformance.lab.server import Seat, WireServer
from conformance.lab.settings import hub_toml
from conformance.lab.wire import Reply
from conformance.scenarios import TWO_PAGES, Recording, rows_of
from conformance.simwire import SimWire
from conformance.subject import Subject, own_settings
from conformance.times import Times
from conformance.traffic import Traffic
from hub.casework.follow import Following
from hub.casework.linker import Linker
from hub.casework.receipts import Receipts
from hub.clock import utc_text
from hub.engine.local import LocalEngine
from hub.engine.outbox import Sender
from hub.registry import Registry
from hub.settings import Settings, load
from hub.sources.signing import sign, timestamp_of
from hub.store import outbox, strays
from hub.store import tasks as rows
from hub.store.store import Store
from hub.store.tasks import TaskRow
from hub.store.vault import Keyring
from hub.testing import load_adapter, run_source

CHINA = ZoneInfo("Asia/Shanghai")
HOME = "330110"
SECRET = "simulated"
BODIES = {
    "petition": "zhelifang", "police": "police", "centre": "mediation_centre", "register": "dispute_code",
    "court": "mobile_court", "grid": "four_platforms",
}  # fmt: skip
ROUTES = """
[http]
connect_s = 2
read_s = 1
total_s = 2
attempts = 2

[[case.route]]
name = "petition_to_mediation"
from = "petition"
stage = "dispatched"
to = "centre"
docking = "访调"
rule = "peoples_mediation"
answered_by = "register"

[[case.route]]
name = "police_to_mediation"
from = "police"
stage = "dispatched"
to = "centre"
docking = "警调"
rule = "order_110_accept"
answered_by = "register"

[[case.route]]
name = "court_to_mediation"
from = "court"
stage = "received"
regions = ["330110"]
to = "centre"
docking = "诉调"
rule = "court_mediation"
answered_by = "register"

[[case.route]]
name = "court_to_grid"
from = "court"
stage = "received"
regions = ["330109"]
to = "grid"
docking = "诉调"
rule = "court_mediation"

[[case.route]]
name = "grid_to_court"
from = "grid"
stage = "guided_to_suit"
to = "court"
purpose = "suit"

[[case.route]]
name = "confirm"
from = "register"
stage = "confirming"
to = "court"
purpose = "confirm"
rule = "confirmation"
tell = "petition"
"""


class Office(ReceiverWire):
    """A source that takes deliveries and gives each its own number, the same one again for the same key."""

    def hands(self, path: str) -> bool:
        """Whether something is handed over at a path."""
        return path in self._paths

    def _said(self, reply: ReplySpec, key: str) -> Reply:
        number = self.deliver.number
        count = next((at for at, act in enumerate(self.acts, 1) if act.key == key), 0)
        mine = reply.body.replace(number, f"{number[:-3]}{count:03}") if number else reply.body
        return super()._said(reply.model_copy(update={"body": mine}), key)


class Square(WireServer):
    """All bodies on one port, by the first part of the path; what is handed to one has a dial of its own."""

    def __init__(self, wires: Mapping[str, SimWire]) -> None:
        self.read = {name: Booth(wire) for name, wire in wires.items()}
        self.handed = {name: Booth(wire) for name, wire in wires.items()}
        super().__init__(next(iter(wires.values())))

    def seat(self, path: str) -> Seat:
        """The read booth of a body, or the one where it is handed things."""
        name = path.split("/", 2)[1]
        wire = self.read[name].wire
        return (self.handed if isinstance(wire, Office) and wire.hands(path) else self.read)[name]


@dataclass
class Mediators:
    """Those who mediate: what is handed to the centre they enter in their register, and there they tell how it goes."""

    province: "Province"
    seen: set[str] = field(default_factory=set)

    def work(self) -> None:
        """Enter what has been handed over since."""
        for act in self.province.acts("centre", "h4ndOverT4ke0001"):
            if act.key in self.seen:
                continue
            self.seen.add(act.key)
            about = json.loads(act.fields["payload"])
            self.province.add(
                "register", id=str(880_000 + len(self.seen)), caseNo=f"JF33011020260305{len(self.seen):06}",
                title=about["title"], content=about["content"], applicant=about["applicant"], respondent=[],
                sourceNo=f"{act.fields['caseCode']},{about['sourceNo']}", status="20", agreementNo="", endTime="",
                amount="", acceptTime="", regionCode="330110001", applyTime=self.province.local(),
            )  # fmt: skip

    def tell(self, status: str, **more: Any) -> None:
        """How the last one goes."""
        key = str(880_000 + len(self.seen))
        self.province.rows("register").update(key, status=status, updateTime=self.province.local(), **more)


@dataclass
class GridWorkers:
    """Those of the grid: what another body reports to their platform becomes an event; there they tell how it goes."""

    province: "Province"
    seen: set[str] = field(default_factory=set)

    def work(self) -> None:
        """Enter what has been reported since."""
        for act in self.province.acts("grid", "report") if "grid" in self.province.bodies else ():
            if act.key in self.seen:
                continue
            self.seen.add(act.key)
            self.province.add(
                "grid", id=str(990_000 + len(self.seen)), serialNumber=f"SJ33010920260305{len(self.seen):04}",
                content=act.fields["content"], people=json.loads(act.fields["people"]), status="网格上报", result="",
                relatedNumber=act.fields["relatedNumber"], orgcode="330109001001001", team=[],
                createtime=self.province.local(),
            )  # fmt: skip

    def tell(self, status: str, **more: Any) -> None:
        """How the last one goes."""
        key = str(990_000 + len(self.seen))
        self.province.rows("grid").update(key, status=status, updatetime=self.province.local(), **more)


class Province:
    """The bodies, and a hub among them. ``engine`` False reads in this process, which is quicker."""

    bodies: ClassVar[Mapping[str, str]] = BODIES
    homes: ClassVar[Mapping[str, str]] = {}
    routes = ROUTES

    def __init__(self, folder: Path, url: str, *, engine: bool = False) -> None:
        self.folder = folder
        self.subjects = {name: self._subject(name) for name in self.bodies}
        self.wires: dict[str, SimWire] = {}
        self.templates: dict[str, Mapping[str, Any]] = {}
        for name, subject in self.subjects.items():
            self._found(name, subject)
        self.hall = Square(self.wires)
        self.clock = Clock(datetime.now(UTC).replace(microsecond=0))
        keys = folder / "keyring.json"
        Keyring.create(keys)
        path = folder / "hub.toml"
        head = f'[store]\nurl = "{url}"\nkeys = "{keys}"\n[inbox]\nport = 0\n'
        path.write_text(
            hub_toml({name: self._table(name) for name in self.bodies}) + head + self.routes, encoding="utf-8"
        )
        self.settings: Settings = load(path)
        self.store = Store.open(self.settings.store.url, self.settings.store.keys)
        self.registry = Registry.load()
        self.following = Following(self.settings, self.store, self.registry)
        self.linker = Linker(self.settings, self.store, clock=self.clock, follow=(self.following,))
        self.receipts = Receipts(
            self.settings, self.store, self.registry, clock=self.clock, following=self.following
        )  # fmt: skip
        self.engine = LocalEngine(self.settings, self.store) if engine else None
        self._sender: Sender | None = None
        self.mediators, self.grid = Mediators(self), GridWorkers(self)
        self.ticks = 0

    def _subject(self, name: str) -> Subject:
        return Subject.load(self.bodies[name])

    def _found(self, name: str, subject: Subject) -> None:
        spec = subject.wire
        times = Times(spec.time_style, spec.zone, spec.time)
        recording = Recording.read(subject.recordings, spec)
        self.templates[name] = dict(next(iter(rows_of(TWO_PAGES, subject.recordings, spec, times))))
        here = spec.model_copy(update={"prefix": f"/{name}{spec.prefix}"})
        told: dict[str, Any] = {"times": times, "clock": time.time, "traffic": Traffic()}
        deliver = subject.spec.deliver
        self.wires[name] = (
            Office(here, deliver, recording, (), **told) if deliver else SimWire(here, recording, (), **told)
        )

    def _table(self, name: str) -> dict[str, Any]:
        subject = self.subjects[name]
        yesterday = (datetime.now(CHINA) - timedelta(days=1)).date().isoformat()
        return {
            "adapter": subject.name, "home": self.homes.get(name, HOME), "history_from": yesterday, "allow_empty": True,
            "base_url": f"http://127.0.0.1:{self.hall.port}{self.wires[name].prefix}", "allow": ["127.0.0.1/32"],
            **own_settings(subject.spec, SECRET),
        }  # fmt: skip

    @property
    def sender(self) -> Sender:
        """The daemon's sender, its clerks worker processes."""
        if self._sender is None:
            self._sender = Sender(self.settings, self.store, self.registry, clock=self.clock)
        return self._sender

    def close(self) -> None:
        """End all."""
        if self._sender is not None:
            self._sender.close()
        self.store.close()
        self.hall.stop()

    # what the bodies hold

    def rows(self, name: str) -> Any:
        return self.wires[name].rows

    def local(self, style: str = "%Y-%m-%d %H:%M:%S") -> str:
        """Now, as China writes it; each time asked a second later."""
        self.ticks += 1
        return (datetime.now(CHINA) - timedelta(seconds=60 - min(self.ticks, 59))).strftime(style)

    def add(self, name: str, **fields: Any) -> None:
        """A new row, the rest of it as in the recording's first."""
        spec = self.subjects[name].wire
        self.rows(name).add({**self.templates[name], **fields, spec.time: self.local(spec.time_style)})

    def petition(self, key: str = "P1", number: str = "ZJ330110202603050001", **more: Any) -> None:
        """A petition that is passed on for mediation."""
        self.add(
            "petition", ID=key, XFJBH=number, BT="楼上漏水不肯修", TSNR="楼上卫生间漏水三个月，吊顶都泡坏了。",
            BLZTDM="02", BLZTMC="转送", XFRQ=self.local(), XGBH="", BLGC=[], WTSDDM="330110010", **more,
        )  # fmt: skip

    def petition_told(self, **fields: Any) -> None:
        self.rows("petition").update("P1", GXSJ=self.local(), **fields)

    def order(self, key: str = "J33011026030500001") -> dict[str, Any]:
        """A call the police hand to mediators."""
        stamp = self.local("%Y%m%d%H%M%S")
        named = {"JJDBH": key, "PJDBH": f"P{key[1:]}", "FKDBH": "", "AJZT": "移交调解", "JASJ": "", "GLBH": ""}
        times = {"BJSJ": stamp, "PJSJ": stamp, "DCSJ": "", "FKSJ": "", "CJCZQK": "", "GXSJ": stamp}
        return {**self.templates["police"], **named, **times}

    def claim(self, key: str = "990110202603000001", **more: Any) -> None:
        """A claim the court sends to mediation before suit."""
        row = {
            "AHDM": key, "AH": "（2026）浙0110民诉前调311号", "AJZT": "收案", "JAFS": "", "JARQ": "", "XGAH": "",
            "QRAH": "", "LARQ": self.local("%Y%m%d"), "JBFY": "浙0110", "SLFY": "浙0110", "JDXX": [],
        }  # fmt: skip
        self.add("court", **(row | more))

    def confirmation(self, status: str) -> None:
        """The court's case about a confirmation we applied for: opened, then told of."""
        (act,) = self.acts("court", "/case/apply")
        key = "990110202603000077"
        if key not in {row["AHDM"] for row in self.rows("court")}:
            self.add(
                "court", AHDM=key, AH="（2026）浙0110民特77号", AJLB="特别程序", JAFS="", JARQ="", QRAH="", JDXX=[],
                XGAH=act.fields["JFM"], LARQ=self.local("%Y%m%d"), AY="申请司法确认调解协议", AJZT=status, DSR=[],
            )  # fmt: skip
        self.rows("court").update(key, AJZT=status, LASTUPDATE=self.local("%Y%m%d%H%M%S"))

    def filing(self, status: str) -> None:
        """The court's case about a suit it was asked to file: opened, then told of."""
        (act,) = [act for act in self.acts("court", "/case/apply") if act.fields["SQLX"] == "立案"]
        key = "990109202603000088"
        if key not in {row["AHDM"] for row in self.rows("court")}:
            self.add(
                "court", AHDM=key, AH="（2026）浙0109民初88号", AJLB="民事一审", JAFS="", JARQ="", QRAH="", JDXX=[],
                XGAH=act.fields["JFM"], LARQ=self.local("%Y%m%d"), AY=act.fields["AY"], AJZT=status, DSR=[],
                JBFY="浙0109", SLFY="浙0109",
            )  # fmt: skip
        self.rows("court").update(key, AJZT=status, LASTUPDATE=self.local("%Y%m%d%H%M%S"))

    # what they were handed

    def acts(self, name: str, path: str = "") -> list[Taken]:
        """What a body acted on, in order; at paths that hold ``path``."""
        wire = self.wires[name]
        assert isinstance(wire, Office)
        return [act for act in wire.acts if path in act.path]

    def told(self, name: str) -> list[tuple[str, str]]:
        """(last part of the path, what it said) of each thing a body acted on."""
        words = ("CLJG", "TJJG", "CZJG", "BLZTMC", "AJZT", "SQLX", "docking", "result", "status")
        return [
            (act.path.rsplit("/", 1)[1], next((str(act.fields[word]) for word in words if act.fields.get(word)), ""))
            for act in self.acts(name)
        ]

    def came(self) -> dict[str, int]:
        """How many deliveries reached each body, repeated ones included."""
        return {name: len(wire.came) for name, wire in self.wires.items() if isinstance(wire, Office)}

    def fault(self, name: str, kind: str, *, after: int = 0, times: int | None = 1, **options: Any) -> None:
        """Let the next deliveries to a body meet a fault."""
        self.hall.handed[name].dial.set(Fault(kind, after, times, options))

    def fault_reads(self, name: str, kind: str, *, after: int = 0, times: int | None = 1, **options: Any) -> None:
        """Let reads of a body meet a fault."""
        self.hall.read[name].dial.set(Fault(kind, after, times, options))

    # what the hub does

    def pull(self, *names: str) -> None:
        """Read these bodies once, or all that hold anything; a read that fails is the next one's."""
        names = names or tuple(name for name in self.bodies if len(self.rows(name)))
        for name in names:
            source = self.settings.source(name)
            if self.engine is None:
                run_source(self.store, load_adapter(source.adapter), source, http=self.settings.http)
        if self.engine is not None:
            list(self.engine.run_once(names))

    def push_order(self, call: Mapping[str, Any], *, times: int = 1) -> list[int]:
        """The police push a call to the inbox, the same push so many times; what was answered."""
        house = House(self.settings, self.store, registry=self.registry)
        try:
            body = orjson.dumps({"ZLBH": f"Z{call['JJDBH']}", "TSSJ": call["GXSJ"], "ROWS": dict(call)})
            return [house.push(self._signed(body))[0][0] for _ in range(times)]
        finally:
            house.drain()
            house.keeper.close()

    def _signed(self, body: bytes) -> Sent:
        webhook = load_adapter("police").manifest.webhook
        assert webhook is not None
        told, path = self.settings.source("police").options, "/in/police"
        stamp = timestamp_of(webhook.signing, datetime.now(UTC), UTC)
        headers = sign(
            webhook.signing, app_key=told["app_key"], app_secret=told["app_secret"], timestamp=stamp,
            nonce=secrets.token_hex(8), method="POST", path=path, query="", body=body,
        )  # fmt: skip
        return Sent(body, {**headers, "Content-Type": "application/json"}, path)

    def step(self) -> None:
        """Link what has come, send what is due, follow what came of it."""
        self.linker.drain()
        self.sender.send()
        self.receipts.drain()

    def around(self, *then: Callable[[], None], most: int = 40) -> None:
        """Go around until nothing moves: read, link, send, follow; the mediators enter what they get. Each of ``then``
        is done when it is quiet."""
        waiting = list(then)
        for _ in range(most):
            before = self._state()
            self.pull()
            self.step()
            self.mediators.work()
            self.grid.work()
            self.clock.wait(700)  # longer than any pause between two attempts
            if self._state() == before and not self._due():
                if not waiting:
                    return
                waiting.pop(0)()
        raise AssertionError(f"not quiet after {most} rounds: {self.states()}")

    def _state(self) -> Any:
        with self.store.database.reading() as connection:
            sent = [(row.key, row.state) for row in outbox.listed(connection, most=500)]
            asked = [(row.id, row.state) for row in rows.listed(connection, most=500)]
            return sent, asked, len(self.mediators.seen), len(self.grid.seen)

    def _due(self) -> bool:
        with self.store.database.reading() as connection:
            return bool(outbox.listed(connection, states=(outbox.WAITING, outbox.SENDING), most=1))

    def kill_sender(self, point: str) -> None:
        """Send in a process that dies at a point; the daemon's own sender starts anew afterwards."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None
        with self.store.database.transaction() as connection:  # that process has the machine's clock
            connection.execute(
                text("UPDATE outbox SET due = :now WHERE state = 'waiting'"), {"now": utc_text(datetime.now(UTC))}
            )
        alone = self.folder / "alone"
        alone.mkdir(exist_ok=True)
        shutil.copy(Path(__file__).with_name("handing.py"), alone)
        command = [sys.executable, "-m", "handing", str(self.settings.path), point]
        environ = os.environ | {"PYTHONPATH": str(alone)}
        done = subprocess.run(command, env=environ, cwd=alone, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == -signal.SIGKILL, done.stderr
        self.clock.wait(600)  # its lease ends by itself

    # what came of it

    def tasks(self) -> list[TaskRow]:
        with self.store.database.reading() as connection:
            return sorted(rows.listed(connection, most=500), key=lambda row: row.id)

    def states(self) -> list[tuple[str | None, str, str | None]]:
        """(purpose, state, outcome) of each task."""
        return [(task.purpose, task.state, task.outcome) for task in self.tasks()]

    def codes(self) -> set[str]:
        """The leading cases of all records."""
        with self.store.database.reading() as connection:
            leading = "SELECT coalesce(f.merged_into, f.code) FROM case_record c JOIN case_file f ON f.code = c.code"
            return {row[0] for row in connection.execute(text(leading))}

    def unseen(self) -> tuple[int, int]:
        """Tasks whose receipt nobody has, and strays that wait."""
        with self.store.database.reading() as connection:
            return len(rows.listed(connection, unseen=True)), len(strays.listed(connection))


@contextmanager
def province(folder: Path, url: str, *, engine: bool = False) -> Iterator[Province]:
    """One at work."""
    with at_work(Province(folder, url, engine=engine)) as here:
        yield here


P = TypeVar("P", bound=Province)


@contextmanager
def at_work(here: P) -> Iterator[P]:
    """The same for a province of its own kind."""
    here.hall.start()
    try:
        yield here
    finally:
        here.close()
    broken = [each for each in here.hall.broken if isinstance(each, Exception)]
    if broken:
        raise ExceptionGroup("the lab itself broke", broken)
