"""The first adapters: what they make of an item, and that their crosswalks cover the codes of their sources."""

from pathlib import Path
from typing import Any

import pytest

import adapters
from adapters.court.mobile_court.adapter import MobileCourt
from adapters.grid.four_platforms.adapter import FourPlatforms
from adapters.grid.open311.adapter import Open311, Open311Config
from adapters.mediation.dispute_code.adapter import DisputeCode
from adapters.mediation.dispute_code.sea import DisputeCodeConfig
from adapters.numbers import references
from adapters.petition.zhelifang.adapter import Zhelifang
from conformance.lab import sample_rows
from hub.api import Adapter, AdapterConfig, Draft, Stage
from schemas.taxonomy import load
from schemas.taxonomy.sssom import MappingSet, read_sssom

FOLDER = Path(adapters.__file__).parent
BASE = {"base_url": "http://127.0.0.1:1"}
ALL: dict[str, Adapter[Any]] = {
    "mobile_court": MobileCourt(AdapterConfig(**BASE)),
    "zhelifang": Zhelifang(AdapterConfig(**BASE)),
    "dispute_code": DisputeCode(DisputeCodeConfig(**BASE)),
    "four_platforms": FourPlatforms(AdapterConfig(**BASE)),
    "open311": Open311(Open311Config(**BASE)),
}
PATHS = {"mobile_court": "court", "zhelifang": "petition", "dispute_code": "mediation"}

CASE = {
    "AHDM": "990110000000000123",
    "AH": "(2026)浙0110民初123号",
    "AY": "民间借贷纠纷",
    "AYDM": "108",
    "AJLB": "民事一审",
    "SLFY": "新2101",
    "JBFY": "浙0110",
    "LARQ": "20260301",
    "JARQ": "",
    "JAFS": "",
    "JABDJE": "50000.00",
    "AJZT": "审理",
    "AQ": "原告请求判令被告归还借款五万元。",
    "DSR": [
        {"SSDW": "原告", "XM": "徐一", "LX": "自然人", "ZJHM": "990101199001010011", "SJHM": "13800000001", "DZ": "甲"},
        {"SSDW": "被告", "XM": "某某公司", "LX": "法人", "ZJHM": "", "SJHM": "", "DZ": ""},
        {"SSDW": "第三人", "XM": "Nguyễn Văn Hòa", "LX": "自然人", "ZJLX": "护照", "ZJHM": "P0000017"},
    ],
    "XGAH": "JF33011020260302000123、ZJ330110202603020001",
    "QRAH": "（2026）浙0110民特31号",
    "JDXX": [{"JDBH": "n1", "JDMC": "开庭", "JDSJ": "20260302090000", "JDJG": "某区人民法院", "JDNR": "网上庭审"}],
    "LASTUPDATE": "20260302101500",
}
PETITION = {
    "ID": "0" * 32,
    "XFJBH": "ZJ330110202603020001",
    "NRFLDM": "0302",
    "NRFLMC": "城乡建设_集体土地上房屋拆迁与补偿",
    "BT": "房子拆了补偿没到",
    "TSNR": "去年拆的房子，补偿款只到了一半。",
    "XFRQ": "2026-03-02 09:12:31",
    "XBJZSJ": "2026-05-01 23:59:59",
    "WTSDDM": "330110005",
    "XFRS": 3,
    "BLZTDM": "12",
    "BLZTMC": "已办结",
    "BJSJ": "2026-04-01 10:00:00",
    "XM": "徐三",
    "ZJLXDM": "111",
    "ZJHM": "990101199001010011",
    "SJHM": "13800000002",
    "CZDZ": "某村",
    "XGBH": "SJ330110202603020007",
    "LMBZ": "1",
    "BLGC": [{"ID": "s1", "BLFS": "转送", "BLJG": "某局", "BLR": "王", "BLSJ": "2026-03-03 10:00:00", "BLSM": "转办"}],
    "GXSJ": "2026-04-01 10:00:00",
}
MEDIATION = {
    "id": 123456,
    "caseNo": "JF33011020260302000123",
    "disputeType": "D02",
    "disputeTypeName": "邻里纠纷",
    "item": "D0201",
    "itemName": "房屋漏水渗水纠纷",
    "title": "楼上漏水",
    "content": "楼上卫生间渗水。",
    "occurPlace": "某小区",
    "regionCode": "330110005",
    "applicant": [
        {"partyType": "natural", "name": "徐四", "gender": "1", "idType": "111", "idNo": "x", "tel": "13800000003"},
        {"partyType": "natural", "name": "徐五"},
    ],
    "respondent": [{"partyType": "legal", "name": "某某公司"}],
    "agent": [{"name": "陈某", "agentType": "common"}],
    "orgName": "某调委会",
    "status": "40",
    "applyTime": "2026-03-02 10:00:00",
    "acceptTime": "2026-03-03 10:00:00",
    "endTime": "",
    "agreementNo": "某调协〔2026〕1号",
    "amount": "12000.00",
    "sourceNo": "ZJ330110202603020001",
    "updateTime": "2026-03-04 15:00:01",
}
EVENT = {
    "id": "e1",
    "serialNumber": "SJ330110202603020007",
    "content": "两户因排水口角。网格员已到场。",
    "typename": "矛盾纠纷",
    "typecode": "0201",
    "orgname": "浙江省/杭州市/余杭区/五常街道/某社区/第3网格",
    "orgcode": "330110005012003",
    "status": "办结",
    "createtime": "2026-03-02 08:00:00",
    "updatetime": "2026-03-02 09:00:00",
    "occurLocation": "某社区",
    "occurdate": "2026-03-01",
    "lng": "120.05",
    "lat": "30.25",
    "people": [{"name": "徐六", "idcard": "x", "mobile": "13800000004", "type": "反映人"}],
    "peoplecount": "2",
    "componentId": "1003",
    "relatedNumber": "",
}
REQUEST = {
    "service_request_id": 771970,
    "status": "Open",
    "service_name": "环境保护",
    "service_code": "102",
    "description": "噪声扰民\n夜里十二点还在施工。",
    "requested_datetime": "2010-11-15 01:05:25.727",
    "updated_datetime": "true",
    "expected_datetime": "null",
    "lon": -122.4134,
    "lat": 37.774456,
    "zipcode": 94103,
}
ITEMS: dict[str, dict[str, Any]] = {
    "mobile_court": CASE,
    "zhelifang": PETITION,
    "dispute_code": MEDIATION,
    "four_platforms": EVENT,
    "open311": REQUEST,
}


def draft(name: str, **changes: object) -> Draft:
    return ALL[name].draft(ITEMS[name] | changes)


def crosswalk(name: str) -> MappingSet:
    return read_sssom(FOLDER / PATHS.get(name, "grid") / name / "crosswalk.sssom.tsv")


@pytest.mark.parametrize("name", ALL)
def test_every_sample_row_can_be_drafted(name: str) -> None:
    rows = sample_rows(name)
    drafts = [ALL[name].draft(row) for row in rows]
    assert drafts
    assert all(drafts[n].key for n in range(len(rows)))
    assert all(made.title or made.detail for made in drafts)


def test_a_court_case() -> None:
    made = draft("mobile_court")
    assert (made.key, made.revision, made.title) == ("990110000000000123", "20260302101500", "民间借贷纠纷")
    assert (made.code, made.label, made.edition) == ("108", "民间借贷纠纷", "2025")
    assert (made.opened, made.region, made.amount, made.status) == ("20260301", "浙0110", "50000.00", "审理")
    assert [(p.role, p.kind) for p in made.parties] == [("原告", "自然人"), ("被告", "法人"), ("第三人", "自然人")]
    assert made.references == [
        ("court_case", "(2026)浙0110民初123号"),
        ("dispute_code", "JF33011020260302000123"),
        ("petition", "ZJ330110202603020001"),
        ("court_case", "（2026）浙0110民特31号"),
    ]
    assert [(s.key, s.at, s.action, s.body, s.note) for s in made.steps] == [
        ("n1", "20260302090000", "开庭", "某区人民法院", "网上庭审")
    ]
    assert [(p.name, p.id_type) for p in made.parties[1:]] == [("某某公司", None), ("Nguyễn Văn Hòa", "护照")]
    assert made.resolution is None


def test_the_court_that_took_a_filing_is_kept_beside_the_one_that_tries_it() -> None:
    made = draft("mobile_court")
    assert (made.region, made.extra["SLFY"], made.extra["JBFY"]) == ("浙0110", "新2101", "浙0110")


@pytest.mark.parametrize(
    ("status", "stage"),
    [("确认审查", Stage.CONFIRMING), ("裁定确认", Stage.CONFIRMED), ("不予确认", Stage.UNCONFIRMED)],
)
def test_a_confirmation_is_neither_a_judgment_nor_a_settlement(status: str, stage: Stage) -> None:
    assert MobileCourt.manifest.stages[status] is stage


@pytest.mark.parametrize(
    ("kind", "filed", "edition"),
    [
        ("民事一审", "20260101", "2025"),
        ("民事一审", "20251231", "2020"),
        ("民事一审", "", "2020"),
        ("行政一审", "20260302", "行政2020"),
    ],
)
def test_a_cause_number_counts_by_its_edition(kind: str, filed: str, edition: str) -> None:
    assert draft("mobile_court", AJLB=kind, LARQ=filed).edition == edition


def test_a_judgment_ends_a_case_but_settles_nothing() -> None:
    judged = draft("mobile_court", JAFS="判决", AJZT="结案").resolution
    assert judged is not None
    assert (judged.method, judged.success) == ("诉讼", None)
    withdrawn = draft("mobile_court", JAFS="准予撤诉").resolution
    assert withdrawn is not None
    assert (withdrawn.method, withdrawn.situation) == (None, "准予撤诉")


def test_a_petition() -> None:
    made = draft("zhelifang")
    assert (made.key, made.revision, made.title) == ("0" * 32, "2026-04-01 10:00:00", "房子拆了补偿没到")
    assert (made.code, made.label) == ("0302", "城乡建设_集体土地上房屋拆迁与补偿")
    assert (made.opened, made.due, made.closed) == (PETITION["XFRQ"], PETITION["XBJZSJ"], PETITION["BJSJ"])
    assert (made.status, made.status_label, made.people, made.region) == ("12", "已办结", 3, "330110005")
    assert [(p.name, p.id_type, p.phone) for p in made.parties] == [("徐三", "111", "13800000002")]
    assert [(s.key, s.action, s.body, s.note) for s in made.steps] == [("s1", "转送", "某局", "转办")]
    assert made.references == [
        ("petition", "ZJ330110202603020001"),
        ("grid_event", "SJ330110202603020007"),
        ("petition_id", "0" * 32),
    ]
    assert made.extra["LMBZ"] == "1"
    assert "王" not in str(made.steps)


def test_an_anonymous_petition_has_no_party() -> None:
    assert draft("zhelifang", XM="", NMBZ="1").parties == []


def test_every_petition_status_has_a_stage_and_closed_is_not_settled() -> None:
    stages = Zhelifang.manifest.stages
    assert set(load().code_tables["petition_status"]) <= set(stages)
    assert stages["12"] is Stage.CLOSED
    assert Stage.SETTLED not in stages.values()


def test_a_mediation_case() -> None:
    made = draft("dispute_code")
    assert (made.key, made.revision, made.code, made.label) == (
        "123456",
        MEDIATION["updateTime"],
        "D0201",
        "房屋漏水渗水纠纷",
    )
    assert [(p.name, p.role, p.kind, p.agent) for p in made.parties] == [
        ("徐四", "1", "natural", "陈某"),
        ("徐五", "1", "natural", None),
        ("某某公司", "2", "legal", None),
    ]
    assert made.references == [("dispute_code", "JF33011020260302000123"), ("petition", "ZJ330110202603020001")]
    assert made.resolution is not None
    assert (made.resolution.success, made.resolution.organisation) == (True, "某调委会")
    assert [(s.at, s.action) for s in made.steps] == [(MEDIATION["acceptTime"], "受理")]
    assert (made.amount, made.extra["agreementNo"]) == ("12000.00", "某调协〔2026〕1号")


def test_a_case_that_began_under_a_local_code_is_known_by_it() -> None:
    made = draft("dispute_code", localCode="TJM330122202105210017")
    assert made.references == [*draft("dispute_code").references, ("local_code", "TJM330122202105210017")]
    assert draft("dispute_code", localCode="").references == draft("dispute_code").references


def test_a_mediation_case_without_item_carries_its_category() -> None:
    made = draft("dispute_code", item="", itemName=None)
    assert (made.code, made.label) == ("D02", "邻里纠纷")


@pytest.mark.parametrize(("status", "success"), [("40", True), ("41", False), ("52", True), ("30", None), ("42", None)])
def test_only_a_result_is_a_resolution(status: str, success: bool | None) -> None:
    resolution = draft("dispute_code", status=status).resolution
    assert (resolution.success if resolution else None) is success


def test_a_grid_event() -> None:
    made = draft("four_platforms")
    assert (made.key, made.code, made.status, made.happened) == ("e1", "0201", "办结", "2026-03-01")
    assert list(made.org_path) == ["浙江省", "杭州市", "余杭区", "五常街道", "某社区", "第3网格"]
    assert (made.region, made.lng, made.lat, made.datum) == ("330110005012003", "120.05", "30.25", "GCJ-02")
    assert [(p.name, p.person_class) for p in made.parties] == [("徐六", "反映人")]
    assert made.references == [("grid_event", "SJ330110202603020007")]
    assert made.extra["componentId"] == "1003"


def test_an_open311_request_keeps_its_dirty_times() -> None:
    made = draft("open311")
    assert (str(made.key), made.revision, made.due) == ("771970", "true", "null")
    assert (made.title, made.lng, made.lat, made.datum) == ("噪声扰民", -122.4134, 37.774456, "WGS-84")
    assert made.extra["service_code"] == "102"


def test_open311_services_are_known_by_name_not_by_number() -> None:
    """San Francisco's 102 is not 环境保护."""
    subjects = {row.subject_code for row in crosswalk("open311").rows}
    assert draft("open311").code in subjects
    assert draft("open311", service_name="Sidewalk_Cleaning").code not in subjects


def test_an_open311_instance_chooses_format_and_zone() -> None:
    xml = Open311(Open311Config(**BASE, format="xml", timezone="America/Los_Angeles"))
    assert (xml.manifest.envelope.format, xml.manifest.timezone) == ("xml", "America/Los_Angeles")
    request = xml.manifest.streams[0].request
    assert request is not None
    assert request.path == "/requests.xml"
    assert Open311.manifest.envelope.format == "json"


@pytest.mark.parametrize(("name", "department"), [("zhelifang", "XF"), ("four_platforms", "ZFW")])
def test_crosswalks_cover_the_code_list_of_their_source(name: str, department: str) -> None:
    listed = {i.code.removeprefix(f"{department}-") for i in load().source_items.values() if i.department == department}
    assert listed
    assert listed <= {row.subject_code for row in crosswalk(name).rows}


def test_the_dispute_codes_are_the_unified_codes() -> None:
    taxonomy = load()
    decided = {row.subject_code: row.object_code for row in crosswalk("dispute_code").rows}
    assert decided == {code: code for code in (*taxonomy.items, *taxonomy.categories)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("（2026）浙1024民初123号", [("court_case", "（2026）浙1024民初123号")]),
        ("(2023)浙0327执269号之二", [("court_case", "(2023)浙0327执269号之二")]),
        ("JF1；SJ2 zj3", [("dispute_code", "JF1"), ("grid_event", "SJ2"), ("petition", "zj3")]),
        ("\\N", []),
        (None, []),
        ("见附件", []),
    ],
)
def test_numbers_are_told_apart_by_their_form(text: str | None, found: list[tuple[str, str]]) -> None:
    assert references(text) == found
