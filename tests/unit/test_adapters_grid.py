"""Adapters of the grid side: what they make of an item, and that they claim no more than is told."""

import json
from pathlib import Path
from typing import Any

import pytest

import adapters.grid
from adapters.grid.city_management.adapter import CityConfig, CityManagement
from adapters.grid.enforcement_supervision.adapter import EnforcementSupervision
from adapters.grid.police.adapter import Police, PoliceConfig
from hub.api import Adapter, AdapterConfig, Draft, Request, Stage
from hub.mapping.numbers import fen
from hub.sources.asking import Fill, lay
from hub.sources.envelope import reopen
from schemas.taxonomy import load
from schemas.taxonomy.sssom import MappingSet, read_sssom

FOLDER = Path(adapters.grid.__file__).parent
BASE = {"base_url": "http://127.0.0.1:1"}
ALL: dict[str, Adapter[Any]] = {
    "city_management": CityManagement(CityConfig(**BASE)),
    "enforcement_supervision": EnforcementSupervision(AdapterConfig(**BASE)),
    "police": Police(PoliceConfig(**BASE)),
}

STREET_CASE = {
    "taskNum": "3301102603020101",
    "sourceName": "公众举报",
    "typeCode": "020108",
    "typeName": "油烟污染",
    "kindName": "事件",
    "mainName": "市容环境",
    "problemDesc": "餐馆油烟机出口正对楼上住户窗户。两家吵过几次。",
    "address": "某街道某商铺",
    "gridCode": "330110010003012",
    "coordinateX": "120.018234",
    "coordinateY": "30.291120",
    "status": "处置",
    "reportTime": "2026-03-02 08:10:00",
    "caseTime": "2026-03-02 09:10:01",
    "dispatchTime": "2026-03-02 10:10:02",
    "deptName": "某中队",
    "handleTime": "2026-03-02 15:10:03",
    "checkTime": "",
    "closeTime": "",
    "limitHours": "4",
    "deadline": "2026-03-02 17:30:00",
    "isOverdue": "0",
    "reporter": {"name": "岑晓岚", "phone": "13800006101"},
    "relatedNum": "ZJ330110202603020004",
    "updateTime": "2026-03-02 15:20:10",
}
PENALTY = {
    "id": "ZF3301100000000003",
    "ajlx": "处罚",
    "ajmc": "某餐饮店油烟直排案",
    "cf_wsh": "余综执罚决字〔2026〕第0130号",
    "cf_wfxw": "油烟超标排放",
    "cf_wfss": "未安装油烟净化设施。",
    "cf_yj": "《大气污染防治法》第一百一十八条",
    "cf_cflbdm": "03",
    "cf_cflb": "罚款",
    "cf_nr": "罚款一万二千元。",
    "cf_nr_fk": "1.2",
    "cf_xdr_mc": "某小吃店",
    "cf_xdr_lb": "个体工商户",
    "cf_xdr_shxym": "92990000MA0000000X",
    "cf_xdr_zjhm": "",
    "lxdh": "13800009103",
    "cf_xdr_dz": "某街道",
    "ajzt": "50",
    "ajztmc": "处罚决定",
    "lasj": "2026/02/02",
    "gzsj": "2026/02/20",
    "cf_jdrq": "2026/03/02",
    "zxrq": "",
    "jarq": "",
    "bajzrq": "2026/05/02",
    "cf_gsjzq": "2029/03/02",
    "cf_cfjg": "某区综合行政执法局",
    "cf_cfjgdm": "11330110MB0000003",
    "fadz": "某街道某路",
    "xzqhdm": "330110010",
    "glbh": "ZJ330110202603020001",
    "zfly": "投诉举报",
    "del_flag": "0",
    "gxsj": "2026-03-02 09:00:00",
}
INVOLVED = {
    "JQDSRXM": "汤国平",
    "XBDM": "1",
    "ZJDM": "111",
    "ZJHM": "x",
    "LXDH": "13800005102",
    "HJXZ": "某省某县",
    "XZXZ": "某苑5幢",
    "SFZDRY": "1",
    "SZQM": "MEUCIQ",
}
CALL = {
    "JJDBH": "J33011026030200001",
    "PJDBH": "P33011026030200001",
    "FKDBH": "F33011026030200001",
    "BJDH": "13800005101",
    "BJRXM": "邱海燕",
    "SFDZ": "某街道某苑5幢",
    "BJDZ": "某苑门口",
    "BJNR": "楼上漏水，双方在楼道里吵起来了。",
    "BJLBMC": "纠纷",
    "BJLXMC": "邻里纠纷",
    "BJXLMC": "房屋漏水纠纷",
    "BJSJ": "20260302191210",
    "PJSJ": "20260302191305",
    "DCSJ": "",
    "FKSJ": "20260302203000",
    "JASJ": "20260302210000",
    "GXDWDM": "330110560000",
    "GXDWMC": "某派出所",
    "XZQHDM": "330110010",
    "AJZT": "调解成功",
    "CJCZQK": "双方签字。",
    "CFBJ": "1",
    "BJCS": "3",
    "GLBH": "SJ330110202603010002",
    "SCBS": "0",
    "DSRLB": {"DSR": [INVOLVED, {"JQDSRXM": "汤某"}]},
    "GXSJ": "20260302210500",
}
ITEMS: dict[str, dict[str, Any]] = {
    "city_management": STREET_CASE,
    "enforcement_supervision": PENALTY,
    "police": CALL,
}


def draft(name: str, **changes: object) -> Draft:
    return ALL[name].draft(ITEMS[name] | changes)


def crosswalk(name: str) -> MappingSet:
    return read_sssom(FOLDER / name / "crosswalk.sssom.tsv")


@pytest.mark.parametrize("name", ALL)
def test_no_work_that_ended_is_taken_for_peace(name: str) -> None:
    ended = {Stage.SETTLED, Stage.UNSETTLED, Stage.CONFIRMED, Stage.FULFILLED}
    claimed = {status for status, stage in ALL[name].manifest.stages.items() if stage in ended}
    assert claimed <= {"调解成功", "调解不成"}


def test_a_street_case() -> None:
    made = draft("city_management")
    assert (made.key, made.revision) == ("3301102603020101", "2026-03-02 15:20:10")
    assert (made.code, made.label, made.status) == ("020108", "油烟污染", "处置")
    assert (made.title, made.detail) == (None, STREET_CASE["problemDesc"])
    assert (made.opened, made.due, made.closed) == ("2026-03-02 08:10:00", "2026-03-02 17:30:00", "")
    assert (made.address, made.region) == ("某街道某商铺", "330110010003012")
    assert (made.lng, made.lat, made.datum) == ("120.018234", "30.291120", "CGCS2000")
    assert [(p.name, p.role, p.phone) for p in made.parties] == [("岑晓岚", "投诉人", "13800006101")]
    assert [(s.at, s.action) for s in made.steps] == [
        ("2026-03-02 09:10:01", "立案"),
        ("2026-03-02 10:10:02", "派遣"),
        ("2026-03-02 15:10:03", "处置"),
    ]
    assert made.references == [("city_case", "3301102603020101"), ("petition", "ZJ330110202603020004")]
    assert (made.extra["limitHours"], made.extra["deptName"], made.extra["mainName"]) == ("4", "某中队", "市容环境")


def test_a_case_found_by_a_patrol_has_no_party() -> None:
    """An empty element of XML is an empty text, whatever stands in it elsewhere."""
    assert draft("city_management", reporter="").parties == []


def test_a_centre_that_opens_a_case_is_no_court_and_handled_is_not_checked() -> None:
    stages = CityManagement.manifest.stages
    assert stages["立案"] is Stage.ACCEPTED
    assert stages["处置"] is Stage.HANDLING
    assert stages["结案"] is Stage.CLOSED


def test_a_class_below_the_table_is_known_by_the_one_above() -> None:
    decided = {row.subject_code for row in crosswalk("city_management").rows if row.decides}
    assert decided == {"020107", "020108", "020302", "020507"}
    assert {row.subject_code for row in crosswalk("city_management").rows} >= {"0101", "0201", "0202", "0203", "0205"}


def test_a_county_chooses_xml_or_json_and_both_say_the_same() -> None:
    row = {"taskNum": "1", "problemDesc": "㛃䶮𠮷"}
    body = {"code": 0, "total": "1", "serverTime": "2026-03-02 08:00:00", "cases": {"case": [row]}}
    cells = "".join(f"<{name}>{value}</{name}>" for name, value in row.items())
    text = f"<Result><code>0</code><total>1</total><serverTime>2026-03-02 08:00:00</serverTime><cases><case>{cells}"
    text += "</case></cases></Result>"
    replies = {"json": json.dumps(body, ensure_ascii=False), "xml": f'<?xml version="1.0" encoding="GBK"?>{text}'}
    for form, reply in replies.items():
        manifest = CityManagement(CityConfig(**BASE, format=form)).manifest
        page = reopen(reply.encode("gb18030"), manifest, "records")
        assert (list(page.rows), page.total) == ([row], 1)
        assert page.clock is not None
        assert manifest.streams[0].request is not None
        assert manifest.streams[0].request.path == f"/service/case/page.{form}"
    assert CityManagement.manifest.streams[0].request.path.endswith(".xml")


def test_a_penalty() -> None:
    made = draft("enforcement_supervision")
    assert (made.key, made.revision, made.deleted) == ("ZF3301100000000003", "2026-03-02 09:00:00", False)
    assert (made.title, made.detail) == ("某餐饮店油烟直排案", "未安装油烟净化设施。")
    assert (made.code, made.label, made.status, made.status_label) == ("03", "罚款", "50", "处罚决定")
    assert (made.opened, made.due, made.closed) == ("2026/02/02", "2026/05/02", "")
    assert (made.address, made.region) == ("某街道某路", "330110010")
    assert [(p.name, p.kind, p.id_number, p.phone, p.address) for p in made.parties] == [
        ("某小吃店", "个体工商户", "92990000MA0000000X", "13800009103", "某街道")
    ]
    assert [(s.at, s.action, s.body) for s in made.steps] == [
        ("2026/02/02", "立案", "某区综合行政执法局"),
        ("2026/02/20", "处罚告知", "某区综合行政执法局"),
        ("2026/03/02", "处罚决定", "某区综合行政执法局"),
    ]
    assert made.references == [
        ("penalty_decision", "余综执罚决字〔2026〕第0130号"),
        ("petition", "ZJ330110202603020001"),
    ]
    assert made.extra["cf_nr"] == "罚款一万二千元。"


@pytest.mark.parametrize(("fine", "yuan_in_fen"), [("1.2", 1_200_000), ("0.05", 50_000), ("", None), (None, None)])
def test_a_fine_counts_in_ten_thousands(fine: str | None, yuan_in_fen: int | None) -> None:
    assert fen(draft("enforcement_supervision", cf_nr_fk=fine).amount) == yuan_in_fen


@pytest.mark.parametrize(("flag", "deleted"), [("0", False), ("1", False), ("2", True), ("", False), (None, False)])
def test_only_a_tombstone_deletes(flag: str | None, deleted: bool) -> None:
    assert draft("enforcement_supervision", del_flag=flag).deleted is deleted


def test_a_person_is_known_by_the_identity_number_and_a_firm_by_its_code() -> None:
    person = draft("enforcement_supervision", cf_xdr_lb="自然人", cf_xdr_zjhm="x", cf_xdr_shxym="").parties[0]
    firm = draft("enforcement_supervision", cf_xdr_lb="法人及非法人组织").parties[0]
    assert (person.kind, person.id_number) == ("自然人", "x")
    assert (firm.kind, firm.id_number) == ("2", "92990000MA0000000X")


def test_every_penalty_is_of_one_item_and_an_order_only_proposes() -> None:
    rows = crosswalk("enforcement_supervision").rows
    assert {row.object_code for row in rows if row.decides} == {"D1901"}
    assert {row.subject_code for row in rows if not row.decides} == {"31", "51"}


def test_a_police_call() -> None:
    made = draft("police")
    assert (made.key, made.revision, made.deleted) == ("J33011026030200001", "20260302210500", False)
    assert (made.title, made.detail) == (None, "楼上漏水，双方在楼道里吵起来了。")
    assert (made.code, made.label, made.status) == ("邻里纠纷", "邻里纠纷", "调解成功")
    assert (made.opened, made.closed) == ("20260302191210", "20260302210000")
    assert (made.address, made.region) == ("某街道某苑5幢", "330110010")
    assert [(p.name, p.role, p.phone, p.address) for p in made.parties] == [
        ("邱海燕", "报警人", "13800005101", None),
        ("汤国平", "1", "13800005102", "某苑5幢"),
        ("汤某", "1", None, None),
    ]
    assert [(s.at, s.action, s.key) for s in made.steps] == [
        ("20260302191210", "接警", "J33011026030200001"),
        ("20260302191305", "派警", "P33011026030200001"),
        ("20260302203000", "反馈", "F33011026030200001"),
    ]
    assert made.references == [("police_call", "J33011026030200001"), ("grid_event", "SJ330110202603010002")]
    assert made.resolution is not None
    assert (made.resolution.method, made.resolution.organisation) == ("行政调解", "某派出所")
    assert (made.resolution.success, made.resolution.situation) == (True, "双方签字。")
    assert (made.extra["CFBJ"], made.extra["BJCS"], made.extra["BJXLMC"]) == ("1", "3", "房屋漏水纠纷")


def test_more_than_a_quarrel_takes_is_not_taken() -> None:
    told = str(draft("police"))
    assert all(INVOLVED[name] not in told for name in ("HJXZ", "SZQM"))
    assert "SFZDRY" not in told


def test_one_person_involved_is_no_list_in_xml() -> None:
    assert [p.name for p in draft("police", DSRLB={"DSR": INVOLVED}).parties] == ["邱海燕", "汤国平"]
    assert [p.name for p in draft("police", DSRLB="").parties] == ["邱海燕"]


@pytest.mark.parametrize(
    ("status", "method", "success"),
    [("调解成功", "行政调解", True), ("调解不成", "行政调解", False), ("已反馈", None, None), ("办结", None, None)],
)
def test_only_what_the_police_mediated_was_mediated(status: str, method: str | None, success: bool | None) -> None:
    resolution = draft("police", AJZT=status).resolution
    assert resolution is not None
    assert (resolution.method, resolution.success, resolution.situation) == (method, success, "双方签字。")


def test_a_call_without_a_report_is_not_resolved() -> None:
    assert draft("police", AJZT="派警", CJCZQK="").resolution is None


@pytest.mark.parametrize(("mark", "deleted"), [("0", False), ("1", True), ("", False), (None, False)])
def test_a_call_that_was_taken_back_is_deleted(mark: str | None, deleted: bool) -> None:
    assert draft("police", SCBS=mark).deleted is deleted


def test_only_one_class_of_calls_is_asked_for() -> None:
    request = Police.manifest.streams[0].request
    assert isinstance(request, Request)
    config = PoliceConfig(**BASE, category="纠纷<&>")
    document = lay(request, {"PAGENUM": 1, "PAGESIZE": 50, "KSSJ": None}, Fill(config)).xml
    assert document is not None
    assert "<BJLBMC>纠纷&lt;&amp;&gt;</BJLBMC><KSSJ></KSSJ>" in document
    assert "<PAGENUM>1</PAGENUM><PAGESIZE>50</PAGESIZE>" in document
    assert PoliceConfig(**BASE).category == "纠纷"


def test_no_type_of_call_is_fine_enough_to_decide() -> None:
    rows = crosswalk("police").rows
    assert not any(row.decides for row in rows)
    listed = {
        item.label.removesuffix("警情") for code, item in load().source_items.items() if code.startswith("GA-JF-")
    }
    assert listed
    assert listed == {row.subject_code for row in rows}
