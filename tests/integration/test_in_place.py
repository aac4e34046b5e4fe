"""Deliveries sent in this process: the daemon's own rows and rules, and a kind that nobody takes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from web import Web

from hub.api import (
    Adapter,
    AdapterConfig,
    Capability,
    Delivering,
    Delivery,
    Envelope,
    FileDrop,
    FolderConfig,
    Manifest,
    Receipt,
    Source,
    Stream,
)
from hub.errors import PluginError
from hub.settings import HttpSettings, SourceSettings
from hub.testing import (
    DELIVERY_POINTS,
    Store,
    caught_events,
    handed,
    new_store,
    post_delivery,
    send_and_die,
    send_due,
)

DAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HTTP = HttpSettings(read_s=2, total_s=3)


class Taker(Adapter[AdapterConfig]):
    """Would send whatever it is given."""

    manifest = Manifest(
        name="taker",
        version="1.0.0",
        kind="notice",
        streams=(),
        capabilities=frozenset({Capability.DELIVER}),
        delivering=Delivering(kinds=("accept", "result"), envelope=Envelope(ok="code", ok_values=(0,))),
    )

    def deliver(self, source: Source, delivery: Delivery) -> Receipt:
        return Receipt(number=source.post("/take", json=dict(delivery.body)).body["no"])


class Asker(Adapter[Any]):
    """Not over HTTP."""

    Config = FolderConfig
    manifest = replace(Taker.manifest, name="asker", streams=(Stream(request=FileDrop(pattern="*.csv")),))
    deliver = Taker.deliver


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def source(web: Web) -> SourceSettings:
    web.answer = lambda asked: {"code": 0, "no": "N-1"}
    options = {"base_url": web.url}
    return SourceSettings(
        name="desk", adapter="taker", home="330110", every_s=300, allow=("127.0.0.1/32",), options=options
    )


def test_what_is_due_is_sent_under_its_key(store: Store, source: SourceSettings, web: Web) -> None:
    key = post_delivery(store, source, "accept", {"id": "17"}, cause="task 1", now=DAY)
    assert [each.state for each in handed(store)] == ["waiting"]
    assert send_due(store, Taker, source, http=HTTP, clock=lambda: DAY - timedelta(seconds=1))[0].attempts == 0
    (found,) = send_due(store, Taker, source, http=HTTP, clock=lambda: DAY)
    assert (found.key, found.kind, found.state, found.number) == (key, "accept", "delivered", "N-1")
    assert found.receipt == {"accepted": True, "number": "N-1", "reason": "", "body": {}}
    assert [(asked.path, asked.headers["idempotency-key"], asked.json) for asked in web.asked] == [
        ("/take", key, {"id": "17"})
    ]


def test_a_kind_that_is_not_declared_is_dead_by_name_and_nothing_is_sent(
    store: Store, source: SourceSettings, web: Web
) -> None:
    post_delivery(store, source, "hand_over", {"id": "17"}, cause="task 1", now=DAY)
    with caught_events() as events:
        (found,) = send_due(store, Taker, source, http=HTTP, clock=lambda: DAY)
    said = "delivery.unknown_kind: taker takes no hand_over; it takes accept, result"
    assert (found.state, found.attempts, found.error) == ("dead", 1, said)
    assert [(event["event"], event["state"]) for event in events] == [("delivery.ended", "dead")]
    assert web.asked == []


@pytest.mark.parametrize("point", DELIVERY_POINTS)
def test_a_child_dies_where_it_is_told(point: str, store: Store, source: SourceSettings, web: Web) -> None:
    post_delivery(store, source, "accept", {"id": "17"}, cause="task 1", now=DAY)
    assert send_and_die(store, Taker, source, point, http=HTTP, now=DAY)
    assert len(web.asked) == (0 if point == "delivery_taken" else 1)
    assert handed(store)[0].state == ("delivered" if point == "delivery_settled" else "sending")


def test_a_child_that_has_nothing_to_do_lives(store: Store, source: SourceSettings) -> None:
    assert not send_and_die(store, Taker, source, "delivery_taken", http=HTTP, now=DAY)


def test_a_folder_is_not_delivered_to(store: Store, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    options = {"folder": str(tmp_path / "in")}
    settings = SourceSettings(
        name="desk", adapter="asker", home="330110", every_s=300, allow=(str(tmp_path),), options=options
    )
    with pytest.raises(PluginError, match="only a source over HTTP or a front database is delivered to"):
        send_due(store, Asker, settings, http=HTTP, clock=lambda: DAY)
