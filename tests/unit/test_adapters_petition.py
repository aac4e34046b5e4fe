"""Adapters of the petition side: what they make of an item, and that they claim no more than is told."""

from pathlib import Path
from typing import Any

import pytest

import adapters.petition
from adapters.petition.hotline.adapter import Hotline, HotlineConfig
from adapters.petition.portal.adapter import Portal
from hub.api import Adapter, AdapterConfig, Draft, Stage

FOLDER = Path(adapters.petition.__file__).parent
BASE = {"base_url": "http://127.0.0.1:1"}
ALL: dict[str, Adapter[Any]] = {
    "hotline": Hotline(HotlineConfig(**BASE, area="浙江省/温州市/永嘉县")),
    "portal": Portal(AdapterConfig(**BASE)),
}

ORDER = {
    "taskId": "WZ20260302000001",
    "reportDept": "某县12345热线",
    "serviceType": "投诉",
    "infoTypeName": "公众诉求",
    "levelOne": "住房建设",
    "levelTwo": "物业管理",
    "levelThree": "物业服务",
    "levelFour": "保洁不到位",
    "streetName": "南城街道",
    "communityName": "屿山社区",
    "coordx": "120.69",
    "coordy": "28.15",
    "address": "某小区地下二层",
    "discription": "地下车库积水。催了几次没人管。",
    "status": "已结案",
    "emergencyLevel": "4",
    "deptName": "某县住建局",
    "executeDeptCode": "330324-ZJ",
    "solvingResult": "已抽干积水。",
    "callNumber": "13000001101",
    "approach": "0",
    "banliResult_12345": "0",
    "publicSatisfaction": "2",
    "isOverdue": "0",
    "isSendBack": "0",
    "hastentypeCount": 2,
    "discoverTime": "2026-03-02 07:30:00",
    "perCreateTime": "2026-03-02 08:11:20",
    "createTime": "2026-03-02 08:14:02",
    "dispatchTime": "2026-03-02 09:02:45",
    "solvingTime": "2026-03-04 16:20:11",
    "telAskTime": "2026-03-06 10:05:31",
    "endTime": "2026-03-06 10:31:00",
    "syncTime": "2026-03-06 10:31:05",
}
APPLICATION = {
    "clientId": "c1",
    "applyNo": "ZLB2026030200101",
    "entry": "app",
    "authLevel": "2",
    "matterCode": "16",
    "matterName": "充值卡退费",
    "title": "关门退卡",
    "content": "年卡用了两个月。",
    "demand": "退一千八百元。",
    "occurDate": "2026-02-01",
    "occurPlace": "某商场",
    "regionCode": "330110005",
    "applicant": {"name": "徐七", "idType": "111", "idNo": "x", "mobile": "13000004101", "agentName": "徐八"},
    "respondent": [{"name": "某某公司", "partyType": "legal"}],
    "amount": "1800",
    "people": 1,
    "submitTime": "2026-03-02 20:11:00",
    "receiveTime": "2026-03-03 07:00:03",
    "status": "80",
    "statusName": "已办结",
    "caseCode": "JF33011020260303000088",
    "acceptTime": "2026-03-03 09:00:00",
    "acceptOrg": "某局",
    "replyTime": "",
    "closeTime": "2026-03-20 16:00:00",
    "evaluate": "5",
    "updateTime": "2026-03-20 16:00:00",
}
ITEMS: dict[str, dict[str, Any]] = {"hotline": ORDER, "portal": APPLICATION}


def draft(name: str, **changes: object) -> Draft:
    return ALL[name].draft(ITEMS[name] | changes)


@pytest.mark.parametrize("name", ALL)
def test_no_status_says_that_anything_is_settled(name: str) -> None:
    stages = ALL[name].manifest.stages
    assert stages
    assert not {Stage.SETTLED, Stage.UNSETTLED, Stage.FULFILLED} & set(stages.values())


def test_a_hotline_order() -> None:
    made = draft("hotline")
    assert (made.key, made.revision, made.title) == ("WZ20260302000001", "2026-03-06 10:31:05", None)
    assert (made.detail, made.code, made.label) == (ORDER["discription"], "物业服务", "保洁不到位")
    assert (made.happened, made.opened, made.closed) == (
        "2026-03-02 07:30:00",
        "2026-03-02 08:14:02",
        "2026-03-06 10:31:00",
    )
    assert list(made.org_path) == ["浙江省", "温州市", "永嘉县", "南城街道", "屿山社区"]
    assert (made.address, made.lng, made.lat, made.datum) == ("某小区地下二层", "120.69", "28.15", "CGCS2000")
    assert [(p.name, p.role, p.phone) for p in made.parties] == [(None, "1", "13000001101")]
    assert [(s.at, s.action, s.body) for s in made.steps] == [
        ("2026-03-02 08:11:20", "登记", "某县12345热线"),
        ("2026-03-02 08:14:02", "立单", ""),
        ("2026-03-02 09:02:45", "派遣", "330324-ZJ"),
        ("2026-03-04 16:20:11", "处置", "某县住建局"),
        ("2026-03-06 10:05:31", "回访", ""),
    ]
    assert made.references == [("hotline_order", "WZ20260302000001")]
    assert (made.extra["hastentypeCount"], made.extra["solvingResult"]) == (2, "已抽干积水。")
    assert made.resolution is not None
    assert (made.resolution.success, made.resolution.assessed) == (True, "2026-03-06 10:05:31")


@pytest.mark.parametrize(
    ("result", "success"), [("0", True), (0, True), ("1", False), ("2", None), ("3", ...), ("", ...), (None, ...)]
)
def test_only_what_the_hotline_found_is_a_result(result: object, success: object) -> None:
    """In part is neither yes nor no; an order sent back has no result at all."""
    resolution = draft("hotline", banliResult_12345=result).resolution
    assert (resolution.success if resolution else ...) is success


def test_an_order_without_a_third_level_is_known_by_its_second() -> None:
    assert draft("hotline", levelThree="").code == "物业管理"


def test_a_hotline_tells_its_own_place() -> None:
    bare = Hotline(HotlineConfig(**BASE, datum="BD-09")).draft(ORDER | {"communityName": None})
    assert (list(bare.org_path), bare.datum) == (["南城街道"], "BD-09")


def test_a_complaint_is_listed_until_it_is_ticked_off() -> None:
    stages = Hotline.manifest.stages
    assert (stages["已挂号"], stages["已销号"]) == (Stage.HANDLING, Stage.HANDLING), "ticked off by a proof only"
    assert (stages["unproved"], stages["ticked_off"]) == (Stage.HANDLING, Stage.CLOSED)
    assert stages["已签收"] is Stage.DISPATCHED


def test_an_application() -> None:
    made = draft("portal")
    assert (made.key, made.revision, made.title, made.detail) == (
        "c1",
        "2026-03-20 16:00:00",
        "关门退卡",
        "年卡用了两个月。",
    )
    assert (made.code, made.label, made.status, made.status_label) == ("16", "充值卡退费", "80", "已办结")
    assert (made.happened, made.opened, made.closed) == ("2026-02-01", "2026-03-03 07:00:03", "2026-03-20 16:00:00")
    assert (made.address, made.region, made.amount, made.people) == ("某商场", "330110005", "1800", 1)
    assert [(p.name, p.role, p.kind, p.phone, p.agent) for p in made.parties] == [
        ("徐七", "1", "1", "13000004101", "徐八"),
        ("某某公司", "2", "legal", None, None),
    ]
    assert [(s.at, s.action, s.body) for s in made.steps] == [
        ("2026-03-02 20:11:00", "提交", ""),
        ("2026-03-03 09:00:00", "受理", "某局"),
    ]
    assert made.references == [("portal", "ZLB2026030200101"), ("dispute_code", "JF33011020260303000088")]
    assert (made.extra["authLevel"], made.extra["demand"]) == ("2", "退一千八百元。")
    assert made.resolution is None


def test_an_application_sent_again_is_the_same_one() -> None:
    again = draft("portal", submitTime="2026-03-04 08:00:00", updateTime="2026-03-04 08:00:00")
    assert again.key == draft("portal").key


@pytest.mark.parametrize(
    ("entry", "channel"), [("app", "WS"), ("mini", "WS"), ("web", "WS"), ("window", "CK"), ("kiosk", None)]
)
def test_the_door_a_person_came_through(entry: str, channel: str | None) -> None:
    """Of an entry nobody has told of, only the portal's own door is known: that of the manifest."""
    assert draft("portal", entry=entry).channel == channel
    assert Portal.manifest.channel == "WS"


def test_an_application_withdrawn_or_closed_says_nothing_of_its_end() -> None:
    stages = Portal.manifest.stages
    assert (stages["80"], stages["90"], stages["31"]) == (Stage.CLOSED, Stage.WITHDRAWN, Stage.REFUSED)
