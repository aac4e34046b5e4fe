"""Adapters of the court side: what they make of an item, and that they claim no more than is told."""

from pathlib import Path
from typing import Any

import pytest

import adapters.court
from adapters.court.administrative_law.adapter import AdministrativeLaw
from adapters.court.enforcement.adapter import Enforcement
from hub.api import Adapter, AdapterConfig, Draft, Stage
from schemas.taxonomy import load
from schemas.taxonomy.sssom import read_sssom

FOLDER = Path(adapters.court.__file__).parent
BASE = {"base_url": "http://127.0.0.1:1"}
ALL: dict[str, Adapter[Any]] = {
    "enforcement": Enforcement(AdapterConfig(**BASE)),
    "administrative_law": AdministrativeLaw(AdapterConfig(**BASE)),
}

REQUEST = {
    "QQBH": "XZ330110202603040003",
    "AHDM": "990110202605000003",
    "AH": "(2026)浙0110执622号",
    "AY": "小额借款合同纠纷",
    "AYDM": "108.4",
    "ZXFY": "浙0110",
    "SXLX": "05",
    "SXMC": "委托查扣车辆",
    "QQNR": "请代为查扣被执行人名下轿车。",
    "XZJGDM": "浙0182",
    "XZJGMC": "某市人民法院",
    "FSSJ": "20260304104500",
    "QXSZ": "5",
    "QXDW": "工作日",
    "JZSJ": "20260311173000",
    "ZT": "2",
    "ZTMC": "已办结",
    "CCSZD": "某市某镇",
    "CCDDM": "330182",
    "BDJE": "312000.50",
    "ZXTD": "事务组",
    "YZXXZ": "YZ330105GS01",
    "DSR": [
        {"SSDW": "申请执行人", "XM": "某小额贷款公司", "LX": "法人"},
        {"SSDW": "被执行人", "XM": "姜水生", "LX": "自然人", "ZJHM": "x", "SJHM": "13800007102", "DZ": "甲"},
        {"SSDW": "案外人", "XM": "姜某", "LX": "自然人"},
    ],
    "FK": [
        {
            "FKBH": "FK1",
            "FKSJ": "20260305083000",
            "FKLX": "签收",
            "FKJG": "某市人民法院",
            "FKNR": "已接收",
            "FKR": "王某",
        },
        {
            "FKBH": "FK2",
            "FKSJ": "20260306083000",
            "FKLX": "反馈",
            "FKJG": "某市人民法院",
            "FKNR": "已扣",
            "FKR": "王某",
        },
    ],
    "FJ": [{"MC": "裁定.pdf"}],
    "XGAH": "（2025）浙0110民初4512号、JF33011020251111000022",
    "GXSJ": "20260306083000",
}
RECONSIDERATION = {
    "caseId": "XZ00000003",
    "caseType": "行政复议",
    "caseNo": "杭余政复〔2026〕21号",
    "matterCode": "FY-07",
    "matterName": "政府信息公开(复议)",
    "title": "政府信息公开行政复议",
    "claim": "被申请人逾期未答复。",
    "agencyName": "某区自然资源局",
    "agencyCode": "11330110MB0000002",
    "bodyName": "某区人民政府",
    "regionCode": "330110000",
    "applyDate": "2026-02-02",
    "acceptDate": "2026-02-05",
    "hearingDate": "",
    "decideDate": "2026-03-01",
    "closeDate": "2026-03-01",
    "deadline": "2026-04-06",
    "status": "19",
    "statusName": "调解书生效",
    "result": "调解",
    "corrected": "1",
    "lost": "",
    "headAttended": "",
    "peopleCount": "2",
    "parties": [
        {
            "standing": "申请人",
            "name": "庞丽娟",
            "kind": "自然人",
            "idNo": "x",
            "tel": "13800008103",
            "agent": "姚律师",
        },
        {"standing": "被申请人", "name": "某区自然资源局", "kind": "法人"},
        {"standing": "复议机关", "name": "某区人民政府", "kind": "法人"},
    ],
    "relatedNo": "ZJ330110202511030002",
    "updateTime": "2026-03-01 11:00:42.900",
}
ITEMS: dict[str, dict[str, Any]] = {"enforcement": REQUEST, "administrative_law": RECONSIDERATION}


def draft(name: str, **changes: object) -> Draft:
    return ALL[name].draft(ITEMS[name] | changes)


def test_a_request_for_assistance() -> None:
    made = draft("enforcement")
    assert (made.key, made.revision) == ("XZ330110202603040003", "20260306083000")
    assert (made.title, made.detail) == ("委托查扣车辆", "请代为查扣被执行人名下轿车。")
    assert (made.code, made.label, made.edition) == ("108.4", "小额借款合同纠纷", None)
    assert (made.opened, made.due, made.closed) == ("20260304104500", "20260311173000", None)
    assert (made.status, made.status_label) == ("2", "已办结")
    assert (made.address, made.region, made.amount) == ("某市某镇", "330182", "312000.50")
    assert [(p.name, p.role, p.kind) for p in made.parties] == [
        ("某小额贷款公司", "申请执行人", "法人"),
        ("姜水生", "被执行人", "自然人"),
        ("姜某", "3", "自然人"),
    ]
    assert [(s.key, s.action, s.body, s.note) for s in made.steps] == [
        ("FK1", "签收", "某市人民法院", "已接收"),
        ("FK2", "反馈", "某市人民法院", "已扣"),
    ]
    assert "王某" not in str(made.steps)
    assert made.references == [
        ("enforcement_request", "XZ330110202603040003"),
        ("court_case", "(2026)浙0110执622号"),
        ("court_case", "（2025）浙0110民初4512号"),
        ("dispute_code", "JF33011020251111000022"),
    ]
    assert (made.extra["QXSZ"], made.extra["QXDW"], made.extra["YZXXZ"]) == ("5", "工作日", "YZ330105GS01")


def test_a_request_without_a_thing_stands_at_its_court() -> None:
    assert draft("enforcement", CCDDM="", CCSZD="").region == "浙0110"


def test_a_request_that_is_done_ends_no_enforcement() -> None:
    assert set(Enforcement.manifest.stages.values()) == {Stage.ENFORCING}
    assert draft("enforcement", ZT="2").resolution is None


def test_a_reconsideration() -> None:
    made = draft("administrative_law")
    assert (made.key, made.revision) == ("XZ00000003", "2026-03-01 11:00:42.900")
    assert (made.title, made.detail) == ("政府信息公开行政复议", "被申请人逾期未答复。")
    assert (made.code, made.label, made.edition) == ("FY-07", "政府信息公开(复议)", None)
    assert (made.opened, made.due, made.closed) == ("2026-02-02", "2026-04-06", "2026-03-01")
    assert (made.status, made.status_label, made.region, made.people) == ("19", "调解书生效", "330110000", "2")
    assert [(p.name, p.role, p.kind, p.agent) for p in made.parties] == [
        ("庞丽娟", "申请人", "自然人", "姚律师"),
        ("某区自然资源局", "被申请人", "法人", None),
        ("某区人民政府", "2", "法人", None),
    ]
    assert [(s.at, s.action) for s in made.steps] == [("2026-02-05", "受理"), ("2026-03-01", "决定裁判")]
    assert made.references == [("reconsideration", "杭余政复〔2026〕21号"), ("petition", "ZJ330110202511030002")]
    assert made.resolution is not None
    assert (made.resolution.method, made.resolution.organisation) == ("行政复议", "某区人民政府")
    assert (made.resolution.situation, made.resolution.success) == ("调解", True)
    assert (made.extra["corrected"], made.extra["agencyName"]) == ("1", "某区自然资源局")


def test_a_suit_cites_the_reconsideration_it_follows() -> None:
    made = draft(
        "administrative_law",
        caseType="行政诉讼一审",
        caseNo="（2026）浙0110行初8号",
        matterCode="3",
        matterName="罚款",
        relatedNo="杭余政复〔2026〕11号、（2025）浙0110民初4512号",
    )
    assert (made.edition, made.resolution.method if made.resolution else None) == ("行政2020", "诉讼")
    assert made.references == [
        ("court_case", "（2026）浙0110行初8号"),
        ("court_case", "（2025）浙0110民初4512号"),
        ("reconsideration", "杭余政复〔2026〕11号"),
    ]


@pytest.mark.parametrize(("status", "success"), [("17", None), ("19", True), ("23", None), ("25", True), ("18", None)])
def test_only_an_agreement_is_a_success(status: str, success: bool | None) -> None:
    resolution = draft("administrative_law", status=status, result="维持").resolution
    assert resolution is not None
    assert resolution.success is success


def test_a_case_without_a_result_is_not_resolved() -> None:
    assert draft("administrative_law", result="").resolution is None


def test_a_decision_on_reconsideration_is_no_judgment() -> None:
    stages = AdministrativeLaw.manifest.stages
    assert (stages["17"], stages["23"]) == (Stage.CLOSED, Stage.JUDGED)
    assert {status for status, stage in stages.items() if stage is Stage.SETTLED} == {"19", "25"}


def test_the_matters_beyond_the_department_lead_to_live_items() -> None:
    taxonomy = load()
    rows = read_sssom(FOLDER / "administrative_law" / "crosswalk.sssom.tsv").rows
    assert [row.object_code for row in rows if not taxonomy.live(row.object_code)] == []
    listed = {code.removeprefix("SF-") for code in taxonomy.source_items if code.startswith("SF-FY-")}
    assert listed
    assert listed.isdisjoint(row.subject_code for row in rows)
