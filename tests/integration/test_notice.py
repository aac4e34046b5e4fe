"""Notices by the real sender to real servers on loopback: signed, under one key, refused or tried again."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from standing import Clock
from web import Asked, Told, Web
from world import rows, value

from hub.cli.main import main
from hub.delivery import post
from hub.engine.outbox import Sender
from hub.registry import Registry
from hub.settings import Settings, load
from hub.store import outbox
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.testing import caught_events

SECRET = "a-secret-of-the-target"
DAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
NOTICE = {
    "case": "33011020260302WG0000014",
    "at": "2026-03-02T03:59:00Z",
    "receivers": ["GE_0001", "GE_0002", "GE_0001"],
    "title": "处置通知",
    "text": "同一小区三天内八件漏水投诉，请 3 日内处置 & 答复。",
    "link": "",
}
HUB = """home = "330110"
[store]
url = "sqlite:///{folder}/yiwang.db"
keys = "{folder}/keyring.json"
[http]
read_s = 2
total_s = 3
[source.officials]
adapter = "zhezhengding"
base_url = "{url}"
allow = ["127.0.0.1/32"]
app_key = "yiwang-key"
app_secret = "{secret}"
tenant_id = "196729"
receivers = ["GE_DUTY"]
[source.integrator]
adapter = "webhook"
base_url = "{url}"
path = "/hooks/yiwang"
allow = ["127.0.0.1/32"]
app_secret = "{secret}"
[source.plain]
adapter = "webhook"
base_url = "{url}"
event_source = "https://hub.example/330110"
type_prefix = "example.hub."
allow = ["127.0.0.1/32"]
"""


class Platform:
    """The notice platform: tells each ``bizMsgId`` once; ``says`` overrides its next answers."""

    def __init__(self, web: Web) -> None:
        self.told: dict[str, dict[str, str]] = {}
        self.says: list[Any] = []
        web.answer = self.answer

    def answer(self, asked: Asked) -> Any:
        said = self.says.pop(0) if self.says else None
        if isinstance(said, dict):
            return said
        self.told.setdefault(asked.form["bizMsgId"], asked.form)
        number = list(self.told).index(asked.form["bizMsgId"]) + 1
        return said or answer(True, data={"msgId": f"M{number}"})


def answer(success: bool, code: str = "0", **more: Any) -> dict[str, Any]:
    """An answer of the platform."""
    content = {
        "success": success,
        "responseCode": code,
        "responseMessage": "OK" if success else "王某不在本组织",
        **more,
    }
    return {"success": True, "content": content, "bizErrorCode": "0"}


@pytest.fixture
def settings(tmp_path: Path, web: Web) -> Settings:
    Keyring.create(tmp_path / "keyring.json")
    path = tmp_path / "hub.toml"
    path.write_text(HUB.format(folder=tmp_path, url=web.url, secret=SECRET))
    return load(path)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings.store.url, settings.store.keys) as store:
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock(DAY)


@pytest.fixture
def sender(settings: Settings, store: Store, clock: Clock) -> Iterator[Sender]:
    sender = Sender(settings, store, Registry.load(), clock=clock)
    yield sender
    sender.close()


def notify(store: Store, target: str, cause: str = "warning 330110-7", kind: str = "notice", **changes: Any) -> str:
    """Post one notice as a cause does."""
    with store.database.transaction() as connection:
        return post(
            connection, store, home="330110", cause=cause, target=target, kind=kind, payload=NOTICE | changes, now=DAY
        )


def states(store: Store) -> list[str]:
    return [row.state for row in rows(store, "SELECT state FROM outbox ORDER BY id")]


def receipt(store: Store, id: int = 1) -> dict[str, Any]:
    with store.database.reading() as connection:
        told = outbox.receipt(connection, store.keyring, "330110", id)
    assert told is not None
    return dict(told)


def is_ours(*given: Any) -> bool:
    """How the page tells integrators to verify an event."""
    page = (Path(__file__).parents[2] / "docs" / "adapters" / "webhook.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], names)
    return bool(names["is_ours"](*given))


class TestZhezhengding:
    @pytest.fixture
    def platform(self, web: Web) -> Platform:
        return Platform(web)

    def test_a_notice_is_told_under_our_key(self, sender: Sender, store: Store, platform: Platform, web: Web) -> None:
        key = notify(store, "officials")
        sender.send()
        assert states(store) == ["delivered"]
        (asked,) = web.asked
        assert (asked.method, asked.path, asked.query) == ("POST", "/message/workNotification", {})
        assert asked.form | {"msg": None} == {
            "bizMsgId": key, "receiverIds": "GE_0001,GE_0002", "tenantId": "196729", "msg": None,
        }  # fmt: skip
        assert orjson.loads(asked.form["msg"]) == {
            "msgtype": "text", "text": {"content": f"{NOTICE['title']}\n{NOTICE['text']}\n编号 {NOTICE['case']}"},
        }  # fmt: skip
        assert value(store, "SELECT number FROM outbox") == "M1"
        assert receipt(store)["body"] == {"numbers": ["M1"], "receivers": 2}

    def test_one_trigger_is_one_notice_however_often_it_is_told(
        self, sender: Sender, store: Store, platform: Platform, web: Web
    ) -> None:
        """Row 68: a disposal notice goes out exactly once for each trigger; row 09: the log says to how many."""
        for _ in range(3):
            notify(store, "officials", cause="warning 330110-7")
            sender.send()
        notify(store, "officials", cause="warning 330110-8", receivers=[])
        sender.send()
        assert (len(web.asked), states(store)) == (2, ["delivered"] * 2)
        assert [receipt(store, id)["body"]["receivers"] for id in (1, 2)] == [2, 1]

    def test_it_is_signed_over_the_parameters_as_they_are_before_they_are_encoded(
        self, sender: Sender, store: Store, platform: Platform, web: Web
    ) -> None:
        notify(store, "officials")
        sender.send()
        (asked,) = web.asked
        head = asked.headers
        at = datetime.fromisoformat(head["x-hmac-auth-timestamp"])
        assert head["x-hmac-auth-timestamp"] == at.isoformat(timespec="milliseconds")
        assert at.utcoffset() == timedelta(hours=8)
        assert re.fullmatch(r"1[0-9]{16}", head["x-hmac-auth-nonce"]), "milliseconds and four digits more"
        assert (head["apikey"], head["x-hmac-auth-version"]) == ("yiwang-key", "1.0")
        assert (head["x-hmac-auth-ip"], head["x-hmac-auth-mac"]) == ("127.0.0.1", "00:00:00:00:00:00")
        parameters = "&".join(f"{name}={asked.form[name]}" for name in ("bizMsgId", "msg", "receiverIds", "tenantId"))
        assert "请 3 日内处置 & 答复" in parameters
        lines = ("POST", head["x-hmac-auth-timestamp"], head["x-hmac-auth-nonce"], asked.path, parameters)
        made = hmac.new(SECRET.encode(), "\n".join(lines).encode(), hashlib.sha256).digest()
        assert head["x-hmac-auth-signature"] == base64.b64encode(made).decode()
        assert SECRET not in str(asked.body) + str(head)

    def test_a_link_makes_it_a_card_with_a_button(
        self, sender: Sender, store: Store, platform: Platform, web: Web
    ) -> None:
        notify(store, "officials", link="https://hub.example/t/1?s=x")
        sender.send()
        assert orjson.loads(web.asked[0].form["msg"])["action_card"] == {
            "title": NOTICE["title"], "markdown": f"{NOTICE['text']}\n\n编号 {NOTICE['case']}",
            "single_title": "查看 Open", "single_url": "https://hub.example/t/1?s=x",
        }  # fmt: skip

    def test_a_cut_answer_is_asked_again_and_told_once(
        self, sender: Sender, store: Store, platform: Platform, clock: Clock, web: Web
    ) -> None:
        platform.says = [Told(raw=(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",))]
        notify(store, "officials")
        sender.send()
        clock.wait(5)
        sender.send()
        assert states(store) == ["delivered"]
        assert (len(web.asked), len(platform.told)) == (2, 1)
        assert len({asked.headers["x-hmac-auth-nonce"] for asked in web.asked}) == 2

    def test_more_than_a_hundred_are_told_in_several_calls(
        self, sender: Sender, store: Store, platform: Platform
    ) -> None:
        key = notify(store, "officials", receivers=[f"GE_{number:04}" for number in range(201)])
        sender.send()
        assert list(platform.told) == [key, f"{key}-2", f"{key}-3"]
        shares = [form["receiverIds"].split(",") for form in platform.told.values()]
        assert [len(share) for share in shares] == [100, 100, 1]
        assert len({account for share in shares for account in share}) == 201
        assert receipt(store)["body"] == {"numbers": ["M1", "M2", "M3"], "receivers": 201}

    def test_a_refusal_is_final_and_its_words_stay_sealed(
        self, sender: Sender, store: Store, platform: Platform
    ) -> None:
        platform.says = [answer(False, "40031", data=None)]
        notify(store, "officials")
        with caught_events() as events:
            sender.send()
        assert states(store) == ["refused"]
        assert value(store, "SELECT error FROM outbox") == "delivery.refused: reason 40031"
        assert receipt(store)["body"] == {"message": "王某不在本组织", "told_before": []}
        assert "王某" not in orjson.dumps(events).decode()

    def test_a_refusal_half_way_says_who_was_told_before(
        self, sender: Sender, store: Store, platform: Platform
    ) -> None:
        platform.says = [None, answer(False, "40031")]
        notify(store, "officials", receivers=[f"GE_{number:04}" for number in range(101)])
        sender.send()
        assert states(store) == ["refused"]
        assert receipt(store)["body"]["told_before"] == ["M1"]

    @pytest.mark.parametrize(
        "said",
        [{"success": False, "content": None, "bizErrorCode": "OPF"}, {"success": True, "bizErrorCode": "0"}, b"<html>"],
    )  # fmt: skip
    def test_what_is_no_answer_is_no_receipt_and_tried_again(
        self, said: Any, sender: Sender, store: Store, platform: Platform, clock: Clock
    ) -> None:
        platform.says = [Told(said) if isinstance(said, bytes) else said]
        notify(store, "officials")
        sender.send()
        assert states(store) == ["waiting"]
        clock.wait(5)
        sender.send()
        assert states(store) == ["delivered"]

    def test_what_names_no_receiver_goes_to_those_of_the_settings(
        self, sender: Sender, store: Store, platform: Platform, web: Web
    ) -> None:
        notify(store, "officials", receivers=[])
        sender.send()
        assert web.asked[0].form["receiverIds"] == "GE_DUTY"


class TestWebhook:
    def test_an_event_is_posted_in_structured_mode(self, sender: Sender, store: Store, web: Web) -> None:
        key = notify(store, "plain")
        sender.send()
        (asked,) = web.asked
        assert (asked.method, asked.path) == ("POST", "/")
        assert asked.headers["content-type"] == "application/cloudevents+json; charset=UTF-8"
        assert asked.json == {
            "specversion": "1.0",
            "id": key,
            "source": "https://hub.example/330110",
            "type": "example.hub.notice",
            "subject": NOTICE["case"],
            "time": NOTICE["at"],
            "datacontenttype": "application/json",
            "data": NOTICE,
        }
        assert asked.headers["idempotency-key"] == key
        assert "x-sign" not in asked.headers
        assert states(store) == ["delivered"]

    def test_an_agreed_secret_signs_it(self, sender: Sender, store: Store, web: Web) -> None:
        notify(store, "integrator", kind="result")
        sender.send()
        (asked,) = web.asked
        head = asked.headers
        lines = b"\n".join((head["x-timestamp"].encode(), head["x-nonce"].encode(), b"/hooks/yiwang", asked.body))
        assert head["x-sign"] == hmac.new(SECRET.encode(), lines, hashlib.sha256).hexdigest()
        told = {name: head[name.lower()] for name in ("X-Timestamp", "X-Nonce", "X-Sign")}
        assert is_ours(SECRET, "/hooks/yiwang", told, asked.body)
        assert not is_ours(SECRET, "/hooks/yiwang", told, asked.body + b" ")
        assert (asked.json["type"], asked.json["source"]) == ("yiwang.result", "urn:yiwang:330110")

    @pytest.mark.parametrize(("status", "body"), [(200, b"<p>thanks</p>"), (201, b"\xff\xfe"), (202, b""), (204, b"")])
    def test_any_2xx_is_a_yes_whatever_its_body(
        self, status: int, body: bytes, sender: Sender, store: Store, web: Web
    ) -> None:
        web.answer = lambda asked: Told(body, status)
        notify(store, "plain")
        sender.send()
        assert states(store) == ["delivered"]

    @pytest.mark.parametrize("status", [400, 404, 409, 410, 413, 415, 422])
    def test_what_it_would_refuse_again_is_a_refusal(self, status: int, sender: Sender, store: Store, web: Web) -> None:
        web.answer = lambda asked: Told(b"no: Wang of 1-2-3", status)
        notify(store, "plain")
        sender.send()
        assert states(store) == ["refused"]
        assert value(store, "SELECT error FROM outbox") == f"delivery.refused: reason {status}"

    @pytest.mark.parametrize("status", [302, 401, 403, 408, 425, 429, 500, 503])
    def test_what_may_pass_is_tried_again_under_the_same_id(
        self, status: int, sender: Sender, store: Store, web: Web, clock: Clock
    ) -> None:
        web.answer = lambda asked: Told(b"", status if len(web.asked) == 1 else 204)
        notify(store, "plain")
        sender.send()
        assert states(store) == ["waiting"]
        clock.wait(5)
        sender.send()
        assert states(store) == ["delivered"]
        assert web.asked[0].body == web.asked[1].body, "the same event, so that its receiver knows it again"

    def test_a_login_page_is_no_yes(self, sender: Sender, store: Store, web: Web) -> None:
        web.answer = lambda asked: Told(b"\xef\xbb\xbf <!DOCTYPE html><title>Sign in</title>")
        notify(store, "plain")
        sender.send()
        assert states(store) == ["waiting"]
        assert "login page" in value(store, "SELECT error FROM outbox")

    def test_what_does_not_say_when_is_told_without_a_time(self, sender: Sender, store: Store, web: Web) -> None:
        notify(store, "plain", at=None, case=None)
        sender.send()
        assert not {"time", "subject"} & set(web.asked[0].json)


def test_nothing_is_asked_of_a_target(settings: Settings, web: Web) -> None:
    """It has no stream: a run of it reads nothing, and a check says so."""
    done = CliRunner().invoke(main, ["--config", str(settings.path), "source", "check", "--json"])
    assert done.exit_code == 0, done.output
    checked = orjson.loads(done.output)
    assert [row["ok"] for row in checked] == [True] * 3
    assert {row["remark"] for row in checked} == {"nothing is asked of it: it pushes, or is delivered to"}
    assert CliRunner().invoke(main, ["--config", str(settings.path), "run", "--once"]).exit_code == 0
    assert web.asked == []
