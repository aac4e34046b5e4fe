"""Adapters of notices: what they write of a delivery, always the same, and that they ask nothing of anyone."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import adapters.notice
from adapters.notice.webhook.adapter import SIGNING, Webhook, WebhookConfig, refused
from adapters.notice.zhezhengding.adapter import Zhezhengding, ZhezhengdingConfig, shares, written
from hub.api import Capability, Delivery, Source, SourceDenied, SourceReplyInvalid, SourceThrottled, SourceUnavailable
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
