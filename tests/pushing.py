"""A street office that pushes: its adapter, its sender, and a hub's inbox to push to, over a socket or without one."""

import asyncio
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import orjson

from hub.api import (
    Adapter,
    Capability,
    Draft,
    DraftParty,
    Envelope,
    Item,
    Manifest,
    PushConfig,
    Signing,
    Stream,
    Webhook,
)
from hub.engine.inbox import Drain
from hub.ingest import Stop, no_stop
from hub.registry import Registry
from hub.service.inbox import Inbox, doors
from hub.service.keeper import Keeper
from hub.settings import Settings, load
from hub.sources.signing import sign, timestamp_of
from hub.store.store import Store
from hub.store.vault import Keyring

SECRET = "a-secret-of-the-street"
SIGNING = Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{path}", "{body}"), joiner="\n")
ANSWER = '{"code":"00","msg":"received"}'


class Street(Adapter[PushConfig]):
    """Petitions pushed one by one, in a wrapping of their own; steps in a second stream. ``how`` makes it misbehave."""

    Config = PushConfig
    manifest: ClassVar[Manifest] = Manifest(
        name="street",
        version="1.0.0",
        kind="petition",
        streams=(Stream(name="petitions"), Stream(name="steps", envelope=Envelope(items="rows"))),
        capabilities=frozenset({Capability.PUSH}),
        webhook=Webhook(
            signing=SIGNING, envelope=Envelope(items="data", single=True), most_bytes=20_000, answer=ANSWER
        ),
    )

    def draft(self, item: Item) -> Draft:
        match item.get("how"):
            case "exit":
                os._exit(3)
            case "loop":
                while True:
                    time.sleep(0.05)
            case "raise":
                raise KeyError("a secret value")
        return Draft(
            key=item["storeid"],
            title=item["gk"],
            opened="2026-03-02 09:12:31",
            parties=[DraftParty(name=item.get("xm", "林向晚"), phone="13800001001")],
        )


PLUGIN = """
from hub.api import hookimpl
from pushing import Street

@hookimpl
def hub_adapters():
    return [Street]
"""


def install(folder: Path, plugin: str = PLUGIN, name: str = "street") -> Path:
    """Lay an adapter package into a folder, as pip would, with a copy of this module; it is then to be put on the path.

    The folder of the tests itself is no place for a hub's path: `tests/conformance` would stand for `conformance`.
    """
    packages = folder / "packages"
    info = packages / f"{name}_adapter-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-adapter\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[yiwang.adapters]\n{name} = {name}_adapter\n")
    (packages / f"{name}_adapter.py").write_text(plugin)
    shutil.copy(__file__, packages / "pushing.py")
    return packages


def hub_toml(folder: Path, url: str, *, head: str = "") -> Path:
    """A hub with one street office."""
    path = folder / "hub.toml"
    path.write_text(
        f'home = "330000"\n{head}\n[store]\nurl = "{url}"\nkeys = "{folder}/keyring.json"\n[inbox]\nport = 0\n'
        f'[source.street]\nadapter = "street"\nhome = "330110"\napp_key = "street-key"\napp_secret = "{SECRET}"\n'
    )
    if not (folder / "keyring.json").exists():
        Keyring.create(folder / "keyring.json")
    return path


def petition(number: int, title: str = "", **more: Any) -> dict[str, Any]:
    """The body of one push."""
    return {"data": {"storeid": f"S{number:04d}", "gk": title or f"第{number}件，水沟填埋致农田积水", **more}}


@dataclass
class Sent:
    """One request as a sender makes it."""

    body: bytes
    headers: dict[str, str]
    path: str = "/in/street"
    method: str = "POST"


def signed(
    body: Any,
    *,
    at: datetime | None = None,
    nonce: str = "",
    path: str = "/in/street",
    key: str = "street-key",
    secret: str = SECRET,
    method: str = "POST",
) -> Sent:
    """A push signed as the street does it, now and with a fresh nonce unless told otherwise."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    stamp = timestamp_of(SIGNING, at or datetime.now(UTC), UTC)
    parts = {"method": method, "path": path, "query": "", "body": content}
    headers = sign(
        SIGNING, app_key=key, app_secret=secret, timestamp=stamp, nonce=nonce or secrets.token_hex(8), **parts
    )
    return Sent(content, {**headers, "Content-Type": "application/json"}, path, method)


@dataclass
class House:
    """A hub whose inbox can be pushed to without a socket."""

    settings: Settings
    store: Store
    stop: Stop = no_stop
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    registry: Registry = field(default_factory=Registry.load)

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.store, clock=self.clock, stop=self.stop)
        found = doors(self.settings, self.registry, tuple(self.settings.sources))
        self.inbox = Inbox(found, self.keeper, self.settings.inbox.allow, clock=self.clock, stop=self.stop, body_s=1)

    def push(self, *sent: Sent) -> list[tuple[int, bytes]]:
        """Push these at once; status and body of each answer."""

        async def all_of() -> list[tuple[int, bytes]]:
            return list(await asyncio.gather(*(self._one(each) for each in sent)))

        return asyncio.run(all_of())

    def drain(self, **how: Any) -> None:
        """Read what waits."""
        drain = Drain(self.settings, self.store, self.registry, stop=self.stop, **how)
        try:
            drain.drain()
        finally:
            drain.close()

    async def _one(self, sent: Sent) -> tuple[int, bytes]:
        answers: list[Mapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": sent.body, "more_body": False}

        async def send(message: Any) -> None:
            answers.append(message)

        headers = [(name.lower().encode(), value.encode()) for name, value in sent.headers.items()]
        scope = {"type": "http", "method": sent.method, "path": sent.path, "raw_path": sent.path.encode()}
        await self.inbox({**scope, "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1)}, receive, send)
        return answers[0]["status"], answers[1]["body"]


def sent_all(house: House, pushes: Iterable[Sent]) -> list[int]:
    """Push one after the other; the statuses."""
    return [house.push(each)[0][0] for each in pushes]


def _die_at(point: str, times: int) -> Stop:
    left = times

    def stop(passed: str) -> None:
        nonlocal left
        left -= passed == point
        if passed == point and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return stop


if __name__ == "__main__":  # push and drain in a process of its own that dies at a point: CONFIG POINT TIMES BODIES…
    config, point, times, *bodies = sys.argv[1:]
    here = load(Path(config))
    with Store.open(here.store.url, here.store.keys) as opened:
        house = House(here, opened, stop=_die_at(point, int(times)))
        for number, told in enumerate(bodies):
            house.push(signed(told.encode(), nonce=f"nonce-{number}"))
            print(number, flush=True)  # acknowledged: the sender will not send it again
        house.drain()
