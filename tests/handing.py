"""A mediation centre that takes hand-overs: its adapters, one that knows our key and one that does not."""

import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from hub.api import (
    Adapter,
    AdapterConfig,
    Capability,
    Delivering,
    Delivery,
    Draft,
    Envelope,
    Item,
    Manifest,
    Receipt,
    Request,
    Signing,
    Source,
    Stream,
)
from hub.delivery import post
from hub.engine.outbox import Sender
from hub.registry import Registry
from hub.settings import load
from hub.store.store import Store
from hub.store.vault import Keyring


class Centre(Adapter[AdapterConfig]):
    """Takes hand-overs, each key once."""

    manifest: ClassVar[Manifest] = Manifest(
        name="centre",
        version="1.0.0",
        kind="mediation",
        streams=(Stream(request=Request(path="/list")),),
        capabilities=frozenset({Capability.DELIVER}),
        signing=Signing(fields=("{timestamp}", "{body}")),
        delivering=Delivering(
            kinds=("handover",), envelope=Envelope(ok="code", ok_values=(0,)), attempts=3, per_minute=5, backoff_s=2
        ),
    )

    def draft(self, item: Item) -> Draft:
        return Draft(key=item["id"])

    def deliver(self, source: Source, delivery: Delivery) -> Receipt:
        match delivery.body.get("how"):
            case "exit":
                os._exit(3)
            case "raise":
                raise KeyError("a secret value")
            case "loop":
                while True:
                    time.sleep(0.05)
        told = source.post("/handover", json={"handoverId": delivery.key, **delivery.body}).body["data"]
        return Receipt(
            told["accepted"] == 1, told.get("no", ""), told.get("reason", ""), {"receiver": told["receiver"]}
        )


class Old(Centre):
    """The same, but it knows no keys: what comes twice is done twice."""

    manifest: ClassVar[Manifest] = Manifest(
        name="old",
        version="1.0.0",
        kind="mediation",
        streams=(Stream(request=Request(path="/list")),),
        capabilities=frozenset({Capability.DELIVER}),
        delivering=Delivering(kinds=("handover",), keyed=False, key_header="", attempts=3, per_minute=5),
    )


PLUGIN = """
from hub.api import hookimpl
from handing import Centre, Old

@hookimpl
def hub_adapters():
    return [Centre, Old]
"""


def hub_toml(folder: Path, url: str, base_url: str) -> Path:
    """A hub with both centres at one address."""
    path = folder / "hub.toml"
    head = f'home = "330000"\n[store]\nurl = "{url}"\nkeys = "{folder}/keyring.json"\n[http]\nread_s = 2\ntotal_s = 3\n'
    access = f'base_url = "{base_url}"\nallow = ["127.0.0.1/32"]\napp_secret = "a-secret-of-the-centre"\n'
    path.write_text(head + "".join(f'[source.{name}]\nadapter = "{name}"\n{access}' for name in ("centre", "old")))
    if not (folder / "keyring.json").exists():
        Keyring.create(folder / "keyring.json")
    return path


def hand_over(store: Store, cause: str, *, target: str = "centre", now: datetime | None = None, **body: str) -> str:
    """Post one hand-over as a cause does."""
    payload = {"caseCode": "33000020260302QT0000014", "person": "欧阳知远", **body}
    with store.database.transaction() as connection:
        return post(
            connection, store, home="330000", cause=cause, target=target, kind="handover", payload=payload,
            now=now or datetime.now(UTC),
        )  # fmt: skip


if __name__ == "__main__":  # send in a process of its own that dies at a point
    config, point = sys.argv[1:]

    def die(passed: str) -> None:
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    settings = load(Path(config))
    with Store.open(settings.store.url, settings.store.keys) as opened:
        ahead = timedelta(seconds=1)  # what was posted in this second is due
        Sender(settings, opened, Registry.load(), clock=lambda: datetime.now(UTC) + ahead, stop=die).send()
