"""Alarms of cameras and sensors: what the adapter makes of one, and what it leaves where it is."""

import json
from pathlib import Path
from typing import Any

import pytest

import adapters.grid.sensor
from adapters.grid.sensor.adapter import STAGES, Sensor, SensorConfig, reference
from hub.api import Draft, Stage
from hub.manifest import faults
from schemas.taxonomy.sssom import read_sssom

FOLDER = Path(adapters.grid.sensor.__file__).parent
SENSOR = Sensor(SensorConfig())
ALARM = {
    "id": "AL1",
    "indexCode": "33010900001320000101",
    "cameraName": "某路口3号",
    "intelligentType": "1203",
    "intelligentTypeName": "打架斗殴",
    "collectTime": 1772446811000,
    "latitude": "30.2",
    "longitude": "119.9",
    "picUrl": "https://picture.example/AL1.jpg?sign=x",
    "thumbnailUrl": "/store/AL1_s.jpg",
    "plateNo": "浙A00000",
    "orgCode": "330113002003",
    "level": "4",
    "reportType": "1",
    "content": "两人推搡。",
    "address": None,
    "status": "3",
    "statusName": "已处置",
    "handleTime": 1772448000000,
    "updateTime": 1772448000001,
}


def draft(**changes: Any) -> Draft:
    return SENSOR.draft(ALARM | changes)


def test_it_is_sound_and_small() -> None:
    assert list(faults(Sensor)) == []
    assert len((FOLDER / "adapter.py").read_text(encoding="utf-8").splitlines()) < 80


def test_an_alarm() -> None:
    made = draft()
    assert (made.key, made.revision, made.deleted) == ("AL1", 1772448000001, False)
    assert (made.title, made.detail) == ("打架斗殴", "两人推搡。")
    assert (made.code, made.label) == ("1203", "打架斗殴")
    assert (made.happened, made.opened, made.closed) == (1772446811000, 1772446811000, 1772448000000)
    assert (made.status, made.status_label) == ("3", "已处置")
    assert (made.region, made.address) == ("330113002003", "某路口3号")
    assert (made.lat, made.lng, made.datum) == ("30.2", "119.9", "GCJ-02")
    assert made.parties == []
    assert made.extra == {
        "indexCode": "33010900001320000101",
        "cameraName": "某路口3号",
        "intelligentType": "1203",
        "level": "4",
        "reportType": "1",
        "picUrl": "https://picture.example/AL1.jpg?sign=x",
        "thumbnailUrl": "/store/AL1_s.jpg",
    }


def test_whose_car_it_is_is_not_told() -> None:
    assert "浙A00000" not in str(draft())


def test_the_place_that_was_told_goes_before_the_name_of_the_camera() -> None:
    assert draft(address="某河段闸口").address == "某河段闸口"


def test_without_a_time_of_change_the_alarm_itself_is_its_first_state() -> None:
    assert draft(updateTime=None).revision == ALARM["collectTime"]


@pytest.mark.parametrize("bytes_", ["data:image/jpeg;base64,QUJD", "QUJDREVG", b"ABC", 7, "", None])
def test_a_picture_is_its_address_or_nothing(bytes_: Any) -> None:
    assert reference(bytes_) is None
    assert draft(picUrl=bytes_).extra["picUrl"] is None


def test_handled_is_closed_and_not_settled() -> None:
    assert STAGES["3"] is STAGES["4"] is Stage.CLOSED
    assert Stage.SETTLED not in STAGES.values()


def test_what_is_seen_only_proposes() -> None:
    rows = read_sssom(FOLDER / "crosswalk.sssom.tsv").rows
    assert rows
    assert not any(row.decides for row in rows)


def test_every_recorded_alarm_becomes_a_draft() -> None:
    told = (FOLDER / "recordings" / "two_pages.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(json.loads(line)["request"]["body"]) for line in told]
    drafts = [SENSOR.draft(item) for item in items]
    assert len({each.key for each in drafts}) == len(items) == 8
    assert all(each.status in STAGES for each in drafts)
