"""Adapters of the mediation side: what they make of an item, and that they claim no more than is told."""

import json
from pathlib import Path
from typing import Any

import pytest

import adapters.mediation
from adapters.mediation.mediation_centre.adapter import MediationCentre, MediationCentreConfig
from adapters.mediation.peoples_mediation.adapter import PeoplesMediation
from hub.api import Adapter, AdapterConfig, Draft, Stage
from schemas.taxonomy import load
from schemas.taxonomy.sssom import MappingSet, read_sssom

FOLDER = Path(adapters.mediation.__file__).parent
BASE = {"base_url": "http://127.0.0.1:1"}
ALL: dict[str, Adapter[Any]] = {
    "mediation_centre": MediationCentre(
        MediationCentreConfig(**BASE, organisation="1", interface_id="h4ndOverF33d0001")
    ),
    "peoples_mediation": PeoplesMediation(AdapterConfig(**BASE)),
}

MATTER = {
    "disputeType": "D05",
    "disputeTypeName": "合同债务纠纷",
    "item": "D0501",
    "itemName": "民间借贷纠纷",
    "title": "借款六万元",
    "content": "到期只还两万。",
    "occurPlace": "某镇",
    "regionCode": "330521102",
    "applicant": [{"partyType": "natural", "name": "徐一", "idType": "111", "idNo": "x", "tel": "13000002101"}],
    "respondent": [{"partyType": "legal", "name": "某某公司"}],
    "amount": "40000.00",
    "applyTime": "2026-04-01 10:00:00",
    "sourceNo": "（2026）浙0521民诉前调118号",
}
HANDOVER = {
    "handoverId": "YJ1",
    "caseCode": "JF33052120260402000011",
    "fromSys": "某县人民法院",
    "toSys": "某县社会治理中心",
    "stage": "mediate",
    "docking": "诉调",
    "reason": "双方同意诉前调解",
    "sendTime": "2026-04-02 09:30:12",
    "deadline": "2026-05-02 23:59:59",
    "attachments": [{"name": "起诉状.pdf", "sha256": "00ff", "url": "/files/1", "size": 12}],
    "payload": MATTER,
}
CASE = {
    "id": "rm1",
    "anJianBH": "某人调〔2026〕1号",
    "jiuFenLX": "06",
    "jiuFenLXMC": "损害赔偿纠纷",
    "anJianLY": "02",
    "jiuFenJJ": "铁架倒下砸伤脚背。达成协议。",
    "faShengSJ": "2026-03-03",
    "shouLiSJ": "2026-03-06 13:20:00",
    "jieAnSJ": "2026-03-18 11:00:00",
    "faShengDD": "某路",
    "quHuaDM": "330483101",
    "dangShiRen": [
        {"xingMing": "徐二", "diWei": "申请人", "leiXing": "自然人", "zhengJianHM": "x", "dianHua": "13000003103"},
        {"xingMing": "某某公司", "diWei": "被申请人", "leiXing": "法人"},
    ],
    "sheAnJE": "16000.00",
    "sheJiRS": 2,
    "zhuangTai": "7",
    "zhuangTaiMC": "司法确认",
    "tiaoJieZZ": {"name": "某镇调委会", "axis": "120.56,30.63", "isDeleted": 0},
    "tiaoJieY": "陈调解",
    "tiaoJieJG": "分两期支付",
    "xieYiXS": "2",
    "lvXingQK": "部分履行",
    "lvXingSJ": "2026-04-01",
    "siFaQR": 1,
    "buZhou1": {"mingCheng": "登记受理", "zhuangTai": 1, "shiJian": "2026-03-06 13:20:00", "shouLiJG": "某服务站"},
    "buZhou2": {"mingCheng": "指派调解", "zhuangTai": 1, "shiJian": "2026-03-06 15:00:00", "siFaS": "某司法所"},
    "buZhou3": {"mingCheng": "组织调解", "zhuangTai": "1", "shiJian": "2026-03-18 09:30:00", "tiaoJieWYH": "某调委会"},
    "buZhou4": {"mingCheng": "协议回访", "zhuangTai": 0, "shiJian": "", "tiaoJieWYH": "某调委会"},
    "duiJie": {"fangTiao": 0, "gongTiao": 1, "suTiao": "1", "shiZhen": None},
    "isDeleted": 0,
    "gengXinSJ": "2026-03-20 09:15:00",
}
ITEMS: dict[str, dict[str, Any]] = {"mediation_centre": HANDOVER, "peoples_mediation": CASE}


def draft(name: str, **changes: object) -> Draft:
    return ALL[name].draft(ITEMS[name] | changes)


def crosswalk(name: str) -> MappingSet:
    return read_sssom(FOLDER / name / "crosswalk.sssom.tsv")


def test_a_hand_over() -> None:
    made = draft("mediation_centre")
    assert (made.key, made.revision, made.status) == ("YJ1", "2026-04-02 09:30:12", "mediate")
    assert (made.title, made.detail, made.code, made.label) == ("借款六万元", "到期只还两万。", "D0501", "民间借贷纠纷")
    assert (made.opened, made.due) == ("2026-04-01 10:00:00", "2026-05-02 23:59:59")
    assert (made.address, made.region, made.amount) == ("某镇", "330521102", "40000.00")
    assert [(p.name, p.role, p.kind, p.phone) for p in made.parties] == [
        ("徐一", "1", "natural", "13000002101"),
        ("某某公司", "2", "legal", None),
    ]
    assert [(s.at, s.action, s.body, s.note) for s in made.steps] == [
        ("2026-04-02 09:30:12", "移交", "某县人民法院", "双方同意诉前调解")
    ]
    assert made.references == [
        ("dispute_code", "JF33052120260402000011"),
        ("court_case", "（2026）浙0521民诉前调118号"),
    ]
    assert (made.extra["docking"], made.extra["toSys"], made.extra["disputeType"]) == (
        "诉调",
        "某县社会治理中心",
        "D05",
    )
    assert made.extra["attachments"] == [{"name": "起诉状.pdf", "sha256": "00ff", "url": "/files/1", "size": 12}]


def test_a_matter_may_come_as_json_text() -> None:
    """Payloads are encoded twice by many a gateway."""
    assert draft("mediation_centre", payload=json.dumps(MATTER)) == draft("mediation_centre")
    with pytest.raises(ValueError, match="Expecting value"):
        draft("mediation_centre", payload="see attachment")


def test_a_matter_without_item_carries_its_category() -> None:
    assert draft("mediation_centre", payload=MATTER | {"item": ""}).code == "D05"


def test_a_matter_handed_over_is_not_yet_what_it_is_handed_over_for() -> None:
    stages = MediationCentre.manifest.stages
    assert (stages["mediate"], stages["suit"]) == (Stage.DISPATCHED, Stage.GUIDED_TO_SUIT)
    assert not {Stage.MEDIATING, Stage.FILED, Stage.CONFIRMED, Stage.SETTLED} & set(stages.values())


def test_handed_over_matters_bear_the_unified_codes() -> None:
    taxonomy = load()
    decided = {row.subject_code: row.object_code for row in crosswalk("mediation_centre").rows}
    assert decided == {code: code for code in (*taxonomy.items, *taxonomy.categories)}


def test_a_case_of_peoples_mediation() -> None:
    made = draft("peoples_mediation")
    assert (made.key, made.revision, made.deleted) == ("rm1", "2026-03-20 09:15:00", False)
    assert (made.code, made.label, made.detail, made.title) == ("06", "损害赔偿纠纷", CASE["jiuFenJJ"], None)
    assert (made.happened, made.opened, made.closed) == ("2026-03-03", CASE["shouLiSJ"], CASE["jieAnSJ"])
    assert (made.status, made.status_label, made.region, made.address) == ("7", "司法确认", "330483101", "某路")
    assert (made.amount, made.people, made.lng) == ("16000.00", 2, None)
    assert [(p.name, p.role, p.kind, p.phone) for p in made.parties] == [
        ("徐二", "申请人", "自然人", "13000003103"),
        ("某某公司", "被申请人", "法人", None),
    ]
    assert [(s.at, s.action, s.body, s.note) for s in made.steps] == [
        ("2026-03-06 13:20:00", "登记受理", "某服务站", ""),
        ("2026-03-06 15:00:00", "指派调解", "某司法所", ""),
        ("2026-03-18 09:30:00", "组织调解", "某调委会", ""),
        ("2026-04-01", "履行", "", "部分履行"),
    ]
    assert made.references == [("peoples_mediation", "某人调〔2026〕1号")]
    assert made.resolution is not None
    assert (made.resolution.success, made.resolution.organisation, made.resolution.responsible) == (
        True,
        "某镇调委会",
        "陈调解",
    )
    assert (made.extra["duiJie"], made.extra["tiaoJieZZ.axis"]) == ("公调、诉调", "120.56,30.63")


@pytest.mark.parametrize(
    ("status", "success"), [("3", True), ("5", False), ("7", True), ("4", ...), ("2", ...), (None, ...)]
)
def test_ended_is_no_result(status: str | None, success: object) -> None:
    resolution = draft("peoples_mediation", zhuangTai=status).resolution
    assert (resolution.success if resolution else ...) is success


def test_every_status_of_mediation_but_a_draft_has_a_stage() -> None:
    stages = PeoplesMediation.manifest.stages
    assert set(load().code_tables["mediation_status"]) - set(stages) == {"8"}
    assert (stages["4"], stages["5"], stages["7"]) == (Stage.CLOSED, Stage.UNSETTLED, Stage.CONFIRMING)


@pytest.mark.parametrize(("flag", "deleted"), [(1, True), ("1", True), (0, False), ("0", False), (None, False)])
def test_only_the_flag_deletes(flag: object, deleted: bool) -> None:
    assert draft("peoples_mediation", isDeleted=flag).deleted is deleted


def test_a_deleted_committee_deletes_no_case() -> None:
    assert draft("peoples_mediation", tiaoJieZZ={"isDeleted": 1}).deleted is False


def test_the_types_of_peoples_mediation_are_those_of_its_department() -> None:
    types = {
        item.code.removeprefix("SF-RT-"): item.label for item in load().source_items.values() if "SF-RT" in item.code
    }
    assert types
    assert {row.subject_code: row.subject_label for row in crosswalk("peoples_mediation").rows} == types
