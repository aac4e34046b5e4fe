"""The notice platform of officials on loopback, and a town whose notices go there over real HTTP."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from bodies import Town, settings_of
from web import Asked, Web

from hub.engine.in_place import InPlace
from hub.settings import Settings, adapter_config, load
from hub.sources.opening import TakingSource, open_source
from hub.store import outbox
from hub.store.database import Database
from hub.store.vault import Keyring

CHINA = ZoneInfo("Asia/Shanghai")
TELLING = {
    "/message/workNotification": "notice", "/tc/v2/openapi/task/create.json": "todo",
    "/tc/v2/openapi/task/finish.json": "todo_done", "/gov/ding/isv/send.json": "urgent",
}  # fmt: skip


@dataclass
class Platform:
    """Tells each ``bizMsgId`` once, and says who has got and read what. ``read`` and ``received`` are by account."""

    web: Web
    told: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    received: dict[str, datetime] = field(default_factory=dict)
    read: dict[str, datetime] = field(default_factory=dict)
    looks: int = 0

    def __post_init__(self) -> None:
        self.web.answer = self.answer

    def answer(self, asked: Asked) -> Any:
        form = asked.form
        if asked.path == "/message/readStatus":
            self.looks += 1
            return self._status(form["queryBizMsgId"], form["receiverIds"])
        self.told.setdefault(form["bizMsgId"], (TELLING[asked.path], form))
        return _said({"msgId": f"M{list(self.told).index(form['bizMsgId']) + 1}"})

    def _status(self, id: str, account: str) -> Any:
        if id not in self.told:
            return {"success": True, "content": {"success": False, "responseCode": "40404", "data": None}}
        times = {
            "receiveTime": _local(self.received.get(account)), "readTime": _local(self.read.get(account)),
        }  # fmt: skip
        return _said({"msgId": "M0", "receivers": [{"receiverId": account, **times}]})

    def sent(self, kind: str = "", account: str = "") -> list[dict[str, str]]:
        """What it told, in order; of a kind, to an account."""
        names = ("receiverIds", "assigneeIds", "receivers")
        of_kind = [form for told, form in self.told.values() if kind in ("", told)]
        return [form for form in of_kind if account in "".join(form.get(name, "") for name in names)]


def _said(data: Mapping[str, Any]) -> Any:
    content = {"success": True, "responseCode": "0", "responseMessage": "OK", "data": data}
    return {"success": True, "content": content, "bizErrorCode": "0"}


def _local(at: datetime | None) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S") if at else ""


class Street(Town):
    """A town whose sources of ``real`` are reached over HTTP; the attempts are made in this process, at its clock."""

    def __init__(self, settings: Settings, database: Database, keyring: Keyring, *real: str) -> None:
        self.real, self.opened = real, ExitStack()
        super().__init__(settings, database, keyring)

    def _hire(self, settings: Settings, source: Any, patience_s: float) -> Any:
        if source.name not in self.real:
            return super()._hire(settings, source, patience_s)
        kind = self.registry.adapters[source.adapter]
        adapter = kind(adapter_config(source, kind.Config))
        wire = self.opened.enter_context(open_source(adapter, source, settings.http, clock=self.clock))
        assert isinstance(wire, TakingSource)
        return InPlace(adapter, wire)

    def deliveries(self, state: str = "") -> list[tuple[str, str, str]]:
        """(target, kind, state) of each delivery, in order of posting."""
        with self.store.database.reading() as connection:
            found = sorted(outbox.listed(connection, most=500), key=lambda row: row.id)
        return [(row.target, row.kind, row.state) for row in found if state in ("", row.state)]

    def hours(self, hours: float) -> None:
        """Time goes by in looks of ten minutes."""
        for _ in range(int(hours * 6)):
            self.clock.wait(600)
            self.post()


@contextmanager
def street(folder: Path, web: Web, routes: str, database: Database, keyring: Keyring) -> Iterator[Street]:
    """A town with its platform at ``web``."""
    access = 'app_key = "yiwang-key"\napp_secret = "a-secret"\ncreator = "GE_DUTY"\n'
    path = settings_of(folder, routes, database=database).path
    before, after = path.read_text(encoding="utf-8").split("[source.notices]\n")
    there = after.replace("http://127.0.0.1:9", web.url, 1)
    path.write_text(f"{before}[source.notices]\n{access}{there}", encoding="utf-8")
    town = Street(load(path), database, keyring, "notices")
    with town.opened:
        yield town


def link_in(form: Mapping[str, str]) -> str:
    """The link of what was told, of whatever kind."""
    if "mobileUrl" in form:
        return form["mobileUrl"]
    if "msg" in form:
        return str(orjson.loads(form["msg"])["action_card"]["single_url"])
    return str(orjson.loads(form["body"])["text"].rsplit("\n", 1)[1])
