"""The public portal over real HTTP: applications come in signed, progress goes back by case code, people are told."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from bodies import HOME, settings_of
from click.testing import CliRunner
from officials import Street
from web import Told, Web

from hub.cli.main import main
from hub.settings import load
from hub.store.database import Database
from hub.store.vault import Keyring
from hub.testing import load_adapter, open_door, read_pushes
from schemas.life import Stage

PORTAL = """
[source.portal]
adapter = "portal"
base_url = "{url}"
allow = ["127.0.0.1/32"]
app_key = "yiwang"
app_secret = "a-secret-of-the-portal"

[[case.route]]
name = "applied"
from = "portal"
stage = "dispatched"
to = "centre"
rule = "peoples_mediation"
answered_by = "register"

[case.notice]
applicants = "portal"
"""
APPLICATION = {
    "clientId": "c-0001", "applyNo": "ZLB2026030500101", "entry": "mini", "authLevel": "2", "matterCode": "16",
    "title": "瑜伽馆关门退卡", "content": "年卡用了两个月，店里关门了。", "regionCode": "330110005",
    "applicant": {"name": "邵佳宁", "partyType": "natural", "idType": "111", "idNo": "", "mobile": "13800004101"},
    "submitTime": "2026-03-05 09:50:00", "receiveTime": "2026-03-05 09:50:03", "status": "30",
    "updateTime": "2026-03-05 09:58:00",
}  # fmt: skip
CASE_FIELDS = {"clientId": "c-0001", "orgName": "省矛调协同"}


class Portal:
    """Takes each ``requestId`` once; ``lost`` of its next answers break off."""

    def __init__(self, web: Web) -> None:
        self.web, self.lost = web, 0
        self.acts: dict[str, tuple[str, dict[str, Any]]] = {}
        web.answer = self.answer

    def answer(self, asked: Any) -> Any:
        assert {"x-app-key", "x-timestamp", "x-nonce", "x-sign"} <= asked.headers.keys()
        said = asked.json
        self.acts.setdefault(said["requestId"], (asked.path.rsplit("/", 1)[1], said))
        if self.lost:
            self.lost -= 1
            return Told(raw=(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",))
        return {"code": 0, "msg": "ok", "data": {"received": 1, "receiptNo": f"HZ{len(self.acts)}", "reason": ""}}

    def told(self, path: str) -> list[dict[str, Any]]:
        return [said for at, said in self.acts.values() if at == path]


@pytest.fixture
def town(tmp_path: Path, web: Web, database: Database, keyring: Keyring) -> Iterator[Street]:
    path = settings_of(tmp_path, "", database=database).path
    path.write_text(path.read_text(encoding="utf-8") + PORTAL.format(url=web.url), encoding="utf-8")
    town = Street(load(path), database, keyring, "portal")
    with town.opened:
        yield town


def push(town: Street, *bodies: dict[str, Any], secret: str | None = None) -> list[int]:
    """Applications that the portal pushes to the inbox over a socket; what each was answered."""
    kind, source, codes = load_adapter("portal"), town.settings.source("portal"), []
    with ExitStack() as stack:
        door = stack.enter_context(open_door(town.store, kind, source, clock=town.clock))
        client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{door.port}"))
        for number, body in enumerate(bodies):
            asked = door.request(orjson.dumps(body), at=town.clock(), nonce=f"n{number}", secret=secret)
            codes.append(client.post(asked.target, content=asked.body, headers=dict(asked.headers)).status_code)
        read_pushes(town.store, kind, source, clock=town.clock)
    town.linker.drain()
    return codes


def found(town: Street, code: str, last: str) -> int:
    """The exit code of the look-up by case code and the last four of a phone."""
    asked = ["case", "find", code, "--phone", last, "--reason", "progress asked at the window"]
    return CliRunner().invoke(main, ["--config", str(town.settings.path), *asked]).exit_code


def test_row_066_applications_are_pushed_progress_goes_by_code_and_the_person_is_told(town: Street, web: Web) -> None:
    portal = Portal(web)
    assert push(town, APPLICATION, APPLICATION) == [200, 200], "offline resubmits are taken"
    assert push(town, {**APPLICATION, "clientId": "c-0002"}, secret="another") == [401]
    (task,), (code,) = town.tasks(), town.codes()
    assert (task.asked_by, task.asked_of) == ("portal", "centre"), "one application, one case, one request"
    town.post()

    portal.lost = 2
    register = {"refs": [code], "title": "瑜伽馆退卡"}
    for number, stage in enumerate((Stage.ACCEPTED, Stage.MEDIATING, Stage.SETTLED)):
        town.tell("register", "R1", stage, revision=number, **register)  # type: ignore[arg-type]
        town.settle()
    assert [(said["status"], said["statusName"]) for said in portal.told("progress")] == [
        ("40", "已受理"), ("50", "调解中"), ("80", "调解成功"),
    ]  # fmt: skip
    for said in portal.told("progress") + portal.told("send"):
        assert (said["clientId"], said["caseCode"]) == ("c-0001", code), "by the application, under our code"
    assert [said["title"] for said in portal.told("send")] == ["您的申请已受理", "您的申请已有结果"]
    assert "调解成功" in portal.told("send")[1]["content"] or "化解" in portal.told("send")[1]["content"]
    assert len(web.asked) == len(portal.acts) + 2, "what was lost was asked again under its key"
    assert not any("邵佳宁" in str(said) or "13800004101" in str(said) for _, said in portal.acts.values())

    assert (found(town, code, "4101"), found(town, code, "4102")) == (0, 1), "the code alone finds nothing"
    assert code[:6] == HOME


def test_a_refusal_is_progress_and_word_too(town: Street, web: Web) -> None:
    portal = Portal(web)
    push(town, APPLICATION)
    town.post()
    (code,) = town.codes()
    town.tell("register", "R1", Stage.REFUSED, refs=[code])
    town.settle()
    assert [said["status"] for said in portal.told("progress")] == ["31"]
    assert [said["title"] for said in portal.told("send")] == ["您的申请未被受理"]


def test_who_applied_elsewhere_is_told_only_where_the_settings_say_so(town: Street, web: Web) -> None:
    portal = Portal(web)
    notice = town.settings.case.notice.model_copy(update={"applicants": ()})
    case = town.settings.case.model_copy(update={"notice": notice})
    town.following.desk.telling.settings = town.settings.model_copy(update={"case": case})
    push(town, APPLICATION)
    town.post()
    (code,) = town.codes()
    town.tell("register", "R1", Stage.ACCEPTED, refs=[code])
    town.clock.now += timedelta(minutes=1)
    town.settle()
    assert len(portal.told("progress")) == 1
    assert portal.told("send") == []
