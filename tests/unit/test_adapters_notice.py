"""Adapters of notices: what they write of a delivery, always the same, and that they ask nothing of anyone."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import adapters.notice
from adapters.notice.webhook.adapter import SIGNING, Webhook, WebhookConfig, refused
from adapters.notice.zhezhengding.adapter import Zhezhengding, ZhezhengdingConfig
from adapters.notice.zhezhengding.telling import shares, written
from hub.api import (
    Awaited,
    Capability,
    Delivery,
    Page,
    Receipt,
    Source,
    SourceDenied,
    SourceReplyInvalid,
    SourceThrottled,
    SourceUnavailable,
)
from hub.manifest import faults
from schemas.delivery import KINDS, Notice

FOLDER = Path(adapters.notice.__file__).parent
BASE = "https://target.example"
NOTICE = {
    "number": "SJ330110202603020001",
    "case": "33011020260302WG0000014",
    "at": "2026-03-02T03:59:00Z",
    "title": "处置通知",
    "text": "请 3 日内处置。",
    "receivers": ["GE_1", "GE_2"],
}


class Nobody(Source):
    """A source nothing may be asked of."""

    name, home, stream = "officials", "330110", ""

    def post(self, path: str, /, **asked: Any) -> Any:
        raise AssertionError(path)


@pytest.mark.parametrize("kind", [Zhezhengding, Webhook])
def test_it_has_no_stream_and_is_sound(kind: Any) -> None:
    assert list(faults(kind)) == []
    assert kind.manifest.streams == ()
    assert kind.manifest.capabilities == {Capability.DELIVER}
    assert kind.manifest.kind == "notice"


def test_a_notice_is_text_or_a_card_and_says_which_matter_it_is_about() -> None:
    notice = Notice.model_validate(NOTICE)
    assert written(notice) == {
        "msgtype": "text",
        "text": {"content": "处置通知\n请 3 日内处置。\n编号 33011020260302WG0000014"},
    }
    assert written(Notice.model_validate(NOTICE | {"text": "", "case": ""})) == {
        "msgtype": "text",
        "text": {"content": "处置通知\n编号 SJ330110202603020001"},
    }
    assert written(notice.model_copy(update={"link": "https://hub.example/t/1"})) == {
        "msgtype": "action_card",
        "action_card": {
            "title": "处置通知",
            "markdown": "请 3 日内处置。\n\n编号 33011020260302WG0000014",
            "single_title": "查看 Open",
            "single_url": "https://hub.example/t/1",
        },
    }


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (100, [100]), (101, [100, 1]), (300, [100, 100, 100])])
def test_receivers_are_shared_out_under_ids_that_stay(count: int, sizes: list[int]) -> None:
    accounts = [f"GE_{number}" for number in range(count)]
    shared = list(shares("k", accounts))
    assert [len(each) for _, each in shared] == sizes
    assert [id for id, _ in shared] == ["k", "k-2", "k-3"][: len(sizes)]
    assert [account for _, each in shared for account in each] == accounts


def test_without_receivers_nothing_is_asked() -> None:
    adapter = Zhezhengding(ZhezhengdingConfig(base_url=BASE, tenant_id="1"))
    receipt = adapter.deliver(Nobody(), Delivery("k", "notice", NOTICE | {"receivers": []}))
    assert (receipt.accepted, receipt.reason) == (False, "receivers.missing")


class Platform(Source):
    """Answers what it is told to, at noon; keeps what it was asked."""

    name, home, stream = "officials", "330110", ""

    def __init__(self, **data: Any) -> None:
        self.content = {"success": True, "responseCode": "0", "data": {"msgId": "M1", **data}}
        self.asked: list[tuple[str, Any]] = []

    def post(self, path: str, /, **asked: Any) -> Any:
        self.asked.append((path, asked["form"]))
        return Page(b"", body={"success": True, "content": self.content})

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


QUESTION = {"notice": "n1", "receivers": ["GE_1"], "want": "read", "until": "2026-03-02T05:00:00Z", "case": "C"}
GOT, READ = "2026-03-02 11:40:00", "2026-03-02 11:52:07"


def asked_about(*rows: tuple[str, str, str], **changes: Any) -> Any:
    """What a question comes to when the platform tells these receivers, times of receiving and reading."""
    names = ("receiverId", "receiveTime", "readTime")
    platform = Platform(receivers=[dict(zip(names, row, strict=True)) for row in rows])
    adapter = Zhezhengding(ZhezhengdingConfig(base_url=BASE, tenant_id="1"))
    return adapter.deliver(platform, Delivery("k", "reading", QUESTION | changes))


def test_a_question_ends_with_the_platforms_own_times() -> None:
    both = Receipt(number="M1", body={"received": "2026-03-02T03:40:00Z", "read": "2026-03-02T03:52:07Z"})
    got = Receipt(number="M1", body={"received": "2026-03-02T03:40:00Z", "read": ""})
    assert asked_about(("GE_1", GOT, READ)) == both
    assert asked_about(("GE_1", GOT, READ), want="received") == both
    assert asked_about(("GE_1", GOT, ""), want="received") == got
    for nothing in ((), (("GE_1", GOT, ""),), (("GE_2", GOT, READ),)):
        assert asked_about(*nothing) == Awaited("M1"), "another's reading is not theirs"


def test_a_question_that_is_over_says_that_nobody_has() -> None:
    over = {"until": "2026-03-02T04:00:00Z"}
    said = asked_about(("GE_1", GOT, ""), **over)
    assert (said.accepted, said.reason, said.body["received"]) == (False, "unread", "2026-03-02T03:40:00Z")
    assert asked_about(("GE_1", GOT, READ), **over).accepted, "who read it in the last moment has read it"


@pytest.mark.parametrize(("code", "means"), [("40404", Awaited("k")), ("40031", Receipt(False, "", "40031"))])
def test_a_message_that_is_not_known_yet_is_asked_about_again_and_a_refusal_is_one(code: str, means: Any) -> None:
    platform = Platform()
    platform.content = {"success": False, "responseCode": code, "data": None}
    adapter = Zhezhengding(ZhezhengdingConfig(base_url=BASE, tenant_id="1"))
    assert adapter.deliver(platform, Delivery("k", "reading", QUESTION)) == means


def test_a_thing_to_do_is_known_by_its_key_until_it_is_struck_off() -> None:
    platform, config = Platform(), ZhezhengdingConfig(base_url=BASE, tenant_id="1", creator="GE_0")
    adapter = Zhezhengding(config)
    adapter.deliver(platform, Delivery("k", "todo", NOTICE | {"link": "https://hub.example/act/1"}))
    adapter.deliver(platform, Delivery("d", "todo_done", {"todo": "k", "case": "C"}))
    (made, todo), (ended, done) = platform.asked
    assert (made, ended) == ("/tc/v2/openapi/task/create.json", "/tc/v2/openapi/task/finish.json")
    assert (todo["bizTaskId"], todo["bizMsgId"], done["bizTaskId"], done["bizMsgId"]) == ("k", "k", "k", "d")
    assert (todo["creatorId"], todo["assigneeIds"], todo["subject"]) == ("GE_0", "GE_1,GE_2", "处置通知")
    assert todo["mobileUrl"] == todo["webUrl"] == "https://hub.example/act/1"


def test_a_call_rings_in_the_app_with_all_its_words() -> None:
    platform = Platform()
    adapter = Zhezhengding(ZhezhengdingConfig(base_url=BASE, tenant_id="1", creator="GE_0"))
    adapter.deliver(platform, Delivery("k", "urgent", NOTICE | {"link": "https://hub.example/act/1"}))
    ((path, form),) = platform.asked
    assert (path, form["creator"], form["receivers"], form["notifyType"]) == (
        "/gov/ding/isv/send.json", "GE_0", "GE_1,GE_2", "app",
    )  # fmt: skip
    assert json.loads(form["body"])["text"].split("\n") == [
        "处置通知", "请 3 日内处置。", "编号 33011020260302WG0000014", "https://hub.example/act/1",
    ]  # fmt: skip


def test_what_is_no_notice_is_not_told_as_one() -> None:
    adapter = Zhezhengding(ZhezhengdingConfig(base_url=BASE, tenant_id="1"))
    with pytest.raises(ValidationError):
        adapter.deliver(Nobody(), Delivery("k", "result", NOTICE | {"outcome": "settled"}))


def test_an_event_is_the_same_on_every_attempt() -> None:
    adapter = Webhook(WebhookConfig(base_url=BASE))
    first, third = (adapter.event("330110", Delivery("k", "notice", NOTICE, attempt)) for attempt in (1, 3))
    assert first == third
    assert first == {
        "specversion": "1.0",
        "id": "k",
        "source": "urn:yiwang:330110",
        "type": "yiwang.notice",
        "subject": NOTICE["case"],
        "time": NOTICE["at"],
        "datacontenttype": "application/json",
        "data": NOTICE,
    }
    assert adapter.event("330110", Delivery("k", "notice", NOTICE | {"case": ""}))["subject"] == NOTICE["number"]


def test_attributes_without_a_value_are_left_out() -> None:
    """CloudEvents 1.0, 2.4: an attribute that is there has a value that is not empty."""
    event = Webhook(WebhookConfig(base_url=BASE)).event("330110", Delivery("k", "own", {"n": 1}))
    assert event.keys() == {"specversion", "id", "source", "type", "datacontenttype", "data"}


def test_every_kind_the_hub_writes_is_posted() -> None:
    delivering = Webhook.manifest.delivering
    assert delivering is not None
    assert set(delivering.kinds) == set(KINDS)


def test_it_is_signed_where_a_secret_is_set() -> None:
    assert Webhook(WebhookConfig(base_url=BASE)).manifest.signing is None
    config = WebhookConfig.model_validate({"base_url": BASE, "app_secret": "s"})
    assert Webhook(config).manifest.signing is SIGNING


@pytest.mark.parametrize("path", ["hooks", "/hooks?token=x", "/hooks#top", ""])
def test_a_path_holds_no_query(path: str) -> None:
    with pytest.raises(ValidationError):
        WebhookConfig(base_url=BASE, path=path)


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (SourceReplyInvalid("x", status=400), True),
        (SourceReplyInvalid("x", status=499), True),
        (SourceReplyInvalid("x", status=302), False),
        (SourceReplyInvalid("x"), False),
        (SourceDenied("x", status=401), False),
        (SourceUnavailable("x", status=408), False),
        (SourceThrottled("x", status=429), False),
        (SourceUnavailable("x", status=500), False),
    ],
)
def test_what_the_receiver_would_say_again(error: Any, final: bool) -> None:
    assert refused(error) is final
