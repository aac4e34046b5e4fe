"""Bodies that ask and answer one another, for tests of tasks: settings with routes, and a store that is filled by hand.

What goes out is answered by `Body` in place of a worker process; the outbox, the sender, the linker and what follows
are the hub's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filling import Filler, dispute
from sqlalchemy import text
from standing import Clock

from hub.casework.follow import Following
from hub.casework.linker import Linker
from hub.casework.receipts import Receipts
from hub.contract import Awaited, Delivery, Receipt
from hub.delivery import Missed
from hub.engine.outbox import Sender
from hub.registry import Registry
from hub.settings import Settings, load
from hub.store import strays
from hub.store import tasks as rows
from hub.store.database import Database
from hub.store.store import Store
from hub.store.strays import StrayRow
from hub.store.tasks import TaskRow
from hub.store.vault import Keyring
from schemas.life import Stage
from schemas.record import Reference

DAY = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
HOME = "330110"
REVISION = int(DAY.timestamp() * 1_000_000)

SOURCES = {
    "petition": "zhelifang", "centre": "mediation_centre", "register": "dispute_code", "court": "mobile_court",
    "grid": "four_platforms", "notices": "zhezhengding",
}  # fmt: skip
OPTIONS = {
    "centre": 'organisation = "o1"\ninterface_id = "i1"\nhand_over_id = "i2"\nreceipt_id = "i3"\nresult_id = "i4"\n',
    "notices": 'tenant_id = "1"\n',
}
ROUTES = """
[[case.route]]
name = "to_mediation"
from = "petition"
stage = "dispatched"
to = "centre"
docking = "访调"
rule = "peoples_mediation"
answered_by = "register"

[[case.route]]
name = "to_court"
from = "register"
stage = "settled"
to = "court"
purpose = "confirm"
rule = "confirmation"
tell = "petition"
"""


def settings_of(folder: Path, routes: str = ROUTES, *, database: Database | None = None) -> Settings:
    """A hub.toml over all bodies, read back; with its store, so that commands find it."""
    lines = [f'home = "{HOME}"\n']
    if database is not None:
        url = database.engine.url.set(drivername=database.dialect).render_as_string(hide_password=False)
        lines.append(f'[store]\nurl = "{url}"\nkeys = "{folder}/keyring.json"\n')
    for name, adapter in SOURCES.items():
        access = 'base_url = "http://127.0.0.1:9"\nallow = ["127.0.0.1/32"]\n'
        lines.append(f'[source.{name}]\nadapter = "{adapter}"\n{access}{OPTIONS.get(name, "")}')
    path = folder / "hub.toml"
    path.write_text("\n".join([*lines, routes]), encoding="utf-8")
    return load(path)


@dataclass
class Body:
    """One body that takes deliveries, each key once. ``says`` are its next answers, else it takes all and gives
    numbers."""

    name: str
    got: list[Delivery] = field(default_factory=list)
    done: dict[str, Delivery] = field(default_factory=dict)
    says: list[Callable[[Delivery], Receipt | Awaited | Missed]] = field(default_factory=list)
    _asked: Delivery | None = None

    def ask(self, question: Delivery) -> None:
        self._asked = question

    def hear(self, timeout: float = 0) -> Receipt | Awaited | Missed | None:
        asked, self._asked = self._asked, None
        if asked is None:
            return None
        self.got.append(asked)
        if self.says:
            return self.says.pop(0)(asked)
        return Awaited(asked.key) if asked.kind == "reading" else self.take(asked)  # nobody has read anything yet

    def take(self, asked: Delivery) -> Receipt:
        """Act on it, once."""
        self.done.setdefault(asked.key, asked)
        return Receipt(number=f"{self.name.upper()}-20260305-{list(self.done).index(asked.key) + 1:04}")

    def lose(self, asked: Delivery) -> Missed:
        """Act on it, and the answer is lost."""
        self.take(asked)
        return Missed("source.unavailable: lost")

    def close(self) -> None:
        """Nothing runs."""

    @property
    def kinds(self) -> list[str]:
        """What it acted on, in order."""
        return [each.kind for each in self.done.values()]


class Town:
    """A hub's casework over a store, with bodies around it."""

    def __init__(self, settings: Settings, database: Database, keyring: Keyring) -> None:
        self.settings, self.store = settings, Store(database, keyring)
        self.clock = Clock(DAY)
        self.registry = Registry.load()
        self.bodies: dict[str, Body] = {}
        self.filler = Filler(database, keyring)
        self.following = Following(settings, self.store, self.registry)
        self.linker = Linker(settings, self.store, clock=self.clock, follow=(self.following,))
        self.receipts = Receipts(settings, self.store, self.registry, clock=self.clock, following=self.following)
        self.sender = Sender(settings, self.store, self.registry, clock=self.clock, hire=self._hire)

    def _hire(self, settings: Settings, source: Any, patience_s: float) -> Body:
        return self.bodies.setdefault(source.name, Body(source.name))

    def tell(
        self,
        source: str,
        key: str,
        stage: Stage,
        *,
        refs: Sequence[str] = (),
        revision: int = 0,
        why: str = "pull",
        link: bool = True,
        **told: Any,
    ) -> None:
        """A source tells of a record; it is linked, or left for later. ``why`` ``remap``: made from what was kept."""
        references = tuple(Reference(kind="petition", number=each) for each in refs)
        record = dispute(key, revision=REVISION + revision, stage=stage, references=references, **told)
        run, _ = self.filler.page(record.model_copy(update={"source": source}), source=source, home=HOME)
        with self.store.database.transaction() as connection:
            connection.execute(text("UPDATE run SET why = :why WHERE id = :run"), {"why": why, "run": run})
        if link:
            self.linker.drain()

    def conflicts(self) -> list[str]:
        """Kinds of the events that stand open."""
        with self.store.database.reading() as connection:
            return [row[0] for row in connection.execute(text("SELECT kind FROM case_event WHERE open = 1"))]

    def codes(self, *, leading: bool = False) -> set[str]:
        """All cases, or those that nothing leads."""
        with self.store.database.reading() as connection:
            rows = connection.execute(text("SELECT code, merged_into FROM case_file"))
            return {row.code for row in rows if not (leading and row.merged_into)}

    def post(self) -> None:
        """Send what is due and follow what came of it."""
        self.sender.send()
        self.receipts.drain()

    def settle(self) -> None:
        """Everything there is to do, retries included."""
        for _ in range(6):
            self.post()
            self.linker.drain()
            self.clock.wait(120)

    def tasks(self) -> list[TaskRow]:
        with self.store.database.reading() as connection:
            return sorted(rows.listed(connection, most=100), key=lambda row: row.id)

    def task(self) -> TaskRow:
        (task,) = self.tasks()
        return task

    def strays(self) -> list[StrayRow]:
        with self.store.database.reading() as connection:
            return strays.listed(connection)

    def steps(self, task: TaskRow) -> list[str]:
        with self.store.database.reading() as connection:
            return [step.kind for step in rows.steps(connection, task.ref)]

    def day(self, days: float) -> None:
        self.clock.wait(int(timedelta(days=days).total_seconds()))
