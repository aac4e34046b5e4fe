"""Alarms as cameras push them: bursts within a quota, states of one alarm, pictures that stay where they are."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pushing import House, Sent
from standing import Clock
from world import rows, value

import adapters.grid.sensor
from adapters.grid.sensor.adapter import Sensor
from hub.service.inbox import serving
from hub.settings import InboxSettings, Settings, load
from hub.sources.signing import nonce_of, sign, timestamp_of
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.testing import caught_events, records

KEY, SECRET = "eyes", "a-secret-of-the-eyes"
NOON = datetime(2026, 3, 2, 4, 0, 20, tzinfo=UTC)
TOLD = (Path(adapters.grid.sensor.__file__).parent / "recordings" / "two_pages.jsonl").read_text(encoding="utf-8")
ALARM: dict[str, Any] = json.loads(json.loads(TOLD.splitlines()[0])["request"]["body"])
HUB = """home = "330000"
[store]
url = "sqlite:///{folder}/yiwang.db"
keys = "{folder}/keyring.json"
[inbox]
port = 0
[source.eyes]
adapter = "sensor"
home = "330113"
app_key = "eyes"
app_secret = "a-secret-of-the-eyes"
per_minute = {most}
"""


def settings(folder: Path, most: int) -> Settings:
    if not (folder / "keyring.json").exists():
        Keyring.create(folder / "keyring.json")
    path = folder / "hub.toml"
    path.write_text(HUB.format(folder=folder, most=most))
    return load(path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    here = settings(tmp_path, 3)
    with Store.open(here.store.url, here.store.keys) as store:
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def house(tmp_path: Path, store: Store, clock: Clock) -> Iterator[House]:
    house = House(settings(tmp_path, 3), store, clock=clock)
    yield house
    house.keeper.close()


def push(at: datetime, body: Any = None, *, secret: str = SECRET, **changes: Any) -> Sent:
    """One push as the platform sends it at a time: the sample alarm with changes, or another body."""
    webhook = Sensor.manifest.webhook
    assert webhook is not None
    assert webhook.signing is not None
    content = orjson.dumps(ALARM | changes if body is None else body)
    parts = {"method": "POST", "path": "/in/eyes", "query": "", "body": content}
    headers = sign(
        webhook.signing, app_key=KEY, app_secret=secret, nonce=nonce_of(webhook.signing, at),
        timestamp=timestamp_of(webhook.signing, at, UTC), **parts,
    )  # fmt: skip
    return Sent(content, {**headers, "Content-Type": "application/json"}, "/in/eyes")


def told(house: House, *pushes: Sent) -> list[int]:
    return [house.push(each)[0][0] for each in pushes]


def test_an_alarm_becomes_a_record(house: House, store: Store) -> None:
    assert house.push(push(NOON)) == [(200, b'{"code":0,"msg":"ok"}')]
    house.drain()
    (record,) = records(store)
    assert (record.key, record.stage, record.item) == ("AL20260302000001", "handling", "D1502")
    assert (record.body["title"], record.body["opened"]) == ("油烟扰民", "2026-03-02T10:20:11Z")
    assert record.body["extra"]["picUrl"] == "https://picture.example/AL20260302000001.jpg"
    assert "plateNo" not in orjson.dumps(record.body).decode()


def test_what_a_patroller_reports_comes_the_same_way(house: House, store: Store) -> None:
    """Row 58: smoke seen by a person, with place and picture; a hazard is no dispute and stays without an item."""
    told(house, push(NOON, json.loads(json.loads(TOLD.splitlines()[4])["request"]["body"])))
    house.drain()
    (record,) = records(store)
    assert (record.body["extra"]["reportType"], record.item) == ("2", None)
    assert record.body["detail"] == "巡查员看到山坳冒烟，通知网格员到场，为炊烟。"
    assert record.body["place"]["address"] == "天目山镇防火瞭望点2号"
    assert record.body["extra"]["picUrl"].endswith(".jpg")


def test_one_alarm_told_again_is_one_record_and_the_newer_state_stays(house: House, store: Store) -> None:
    later = ALARM["updateTime"] + 60_000
    handled = push(NOON, status="3", statusName="已处置", handleTime=later, updateTime=later)
    assert told(house, handled, push(NOON)) == [200, 200]
    house.drain()
    (record,) = records(store)
    assert (record.stage, record.versions) == ("closed", 1)
    (run,) = rows(store, "SELECT fetched, stored, superseded FROM run")
    assert tuple(run) == (2, 1, 1)
    assert told(house, push(NOON, orjson.loads(handled.body))) == [200]
    house.drain()
    assert [row.unchanged for row in rows(store, "SELECT unchanged FROM run ORDER BY id")] == [0, 1]


def test_a_false_alarm_is_closed_and_kept(house: House, store: Store) -> None:
    told(house, push(NOON, status="4", statusName="误报"))
    house.drain()
    (record,) = records(store)
    assert (record.stage, record.deleted) == ("closed", False)


def test_the_bytes_of_a_picture_are_no_part_of_the_record(house: House, store: Store) -> None:
    told(house, push(NOON, picUrl="data:image/jpeg;base64," + "QUJD" * 20_000, thumbnailUrl=None))
    house.drain()
    (record,) = records(store)
    assert "picUrl" not in record.body["extra"] or record.body["extra"]["picUrl"] is None
    assert len(orjson.dumps(record.body)) < 5_000


def test_a_list_of_alarms_is_taken_as_well_and_a_bad_one_is_left_out_alone(house: House, store: Store) -> None:
    assert told(house, push(NOON, [ALARM, {"indexCode": "no id"}, ALARM | {"id": "AL2"}])) == [200]
    house.drain()
    assert [record.key for record in records(store)] == ["AL2", "AL20260302000001"]
    (run,) = rows(store, "SELECT fetched, stored, rejected FROM run")
    assert tuple(run) == (3, 2, 1)


class TestQuota:
    def test_what_is_over_it_is_asked_to_come_back_and_is_counted(
        self, house: House, store: Store, clock: Clock
    ) -> None:
        burst = [push(NOON, id=f"AL{number}") for number in range(5)]
        with caught_events() as events:
            assert told(house, *burst) == [200, 200, 200, 429, 429]
        assert house.inbox.refused == {("eyes", "quota"): 2}
        refused = [event for event in events if event["event"] == "push.refused"]
        assert [(event["reason"], event["status"]) for event in refused] == [("quota", 429)] * 2
        assert value(store, "SELECT count(*) FROM inbox") == 3
        clock.now += timedelta(seconds=39)
        assert told(house, burst[3]) == [429], "the minute is the clock's"
        clock.now += timedelta(seconds=1)
        assert told(house, burst[3], burst[4]) == [200, 200], "refused, it had used up no nonce"
        house.drain()
        assert len(records(store)) == 5, "nothing was lost"

    def test_strangers_use_none_of_it(self, house: House) -> None:
        stolen = [push(NOON, id=f"X{number}", secret="another") for number in range(5)]
        assert told(house, *stolen) == [401] * 5
        assert told(house, push(NOON)) == [200]

    def test_it_says_when_to_come_back(self, house: House, clock: Clock) -> None:
        with serving(house.inbox, InboxSettings(port=0)) as port:
            for number in range(4):
                sent = push(NOON, id=f"AL{number}")
                reply = httpx.post(f"http://127.0.0.1:{port}/in/eyes", content=sent.body, headers=sent.headers)
        assert (reply.status_code, reply.headers["retry-after"], reply.text) == (429, "40", "")

    def test_none_is_a_quota_without_end(self, tmp_path: Path, store: Store, clock: Clock) -> None:
        house = House(settings(tmp_path, 0), store, clock=clock)
        assert told(house, *(push(NOON, id=f"AL{number}") for number in range(9))) == [200] * 9
        house.keeper.close()
