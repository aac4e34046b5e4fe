"""What an enforcement office is handed, word by word, what its answers mean, and which court is asked."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import Desk, delivery

from adapters.court.enforcement.adapter import Enforcement
from adapters.court.enforcement.requesting import FEEDBACK, PATHS, SEND, URGE, word
from hub.api import (
    Accept,
    AdapterConfig,
    HandOver,
    Matter,
    Notice,
    Order,
    Progress,
    Receipt,
    Refuse,
    Result,
    Side,
    SourceReplyInvalid,
    Stage,
)
from hub.casework.receivers import Receivers
from hub.settings import Settings, SettingsInvalid, load
from schemas.courts import court_of
from schemas.delivery import Attachment

ZONE = ZoneInfo("Asia/Shanghai")
WHO: dict[str, Any] = {
    "number": "XZ1", "case": "C1", "at": datetime(2026, 3, 2, 16, 30, tzinfo=UTC), "body": "某法院",
    "body_code": "浙0182", "person": "徐一", "text": "请协助",
}  # fmt: skip
DUE, LOCAL, LOCAL_DUE = datetime(2026, 3, 9, 16, 30, tzinfo=UTC), "20260303003000", "20260310003000"
MATTER = Matter(
    title="买卖合同纠纷", detail="查询名下不动产", address="某镇", region="330182", amount=Decimal("1200.50"),
    sides=(
        Side(name="徐二", id_number="x", phone="13800000002", address="甲"), Side(name="某公司", role="2", kind="2"),
        Side(name="某社", role="3", kind="3"),
    ),
    attachments=(Attachment(name="裁定.pdf", url="/f/1", size=7),),
)  # fmt: skip
ASKED = HandOver(
    **WHO, to="某局", to_code="ZR330110", purpose="assist", reason="01", due=DUE, matter=MATTER
)  # fmt: skip
ORDERS: dict[str, Order] = {
    "hand_over": ASKED, "accept": Accept(**WHO, due=DUE), "refuse": Refuse(**WHO, reason="T03"),
    "progress": Progress(**WHO, stage=Stage.ENFORCING), "result": Result(**WHO, outcome=Stage.CLOSED),
    "notice": Notice(**WHO, title="催办"),
}  # fmt: skip


def deliver(kind: str, told: Any) -> tuple[Receipt, Desk]:
    office = Desk({"code": "00", "datas": told})
    adapter = Enforcement(AdapterConfig(base_url="http://127.0.0.1:1"))
    return adapter.deliver(office, delivery(ORDERS[kind])), office  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", PATHS)
def test_each_kind_bears_the_key_and_the_case(kind: str) -> None:
    receipt, office = deliver(kind, {"SFJS": "1", "QQBH": "XZ9", "BJSYY": ""})
    ((path, said),) = office.posted
    assert (path, said["requestId"], said["JFM"]) == (PATHS[kind], "k" * 64, "C1")
    assert receipt == Receipt(True, "XZ9", "")
    refused, _ = deliver(kind, {"SFJS": 0, "QQBH": None, "BJSYY": "T03"})
    assert refused == Receipt(False, "", "T03")


@pytest.mark.parametrize("told", [None, "", [], {"QQBH": "XZ9"}])
def test_an_answer_without_a_receipt_is_a_failure(told: Any) -> None:
    with pytest.raises(SourceReplyInvalid, match="receipt"):
        deliver("hand_over", told)


def test_a_request_tells_who_is_asked_for_what_by_when_and_about_whom() -> None:
    said = word(ASKED, ZONE)
    assert [said[name] for name in ("XZJGDM", "XZJGMC", "SXLX", "SXMC", "QQNR")] == [
        "ZR330110", "某局", "01", "请协助", "查询名下不动产",
    ]  # fmt: skip
    assert [said[name] for name in ("LYBH", "ZXDW", "FSSJ", "JZSJ")] == ["XZ1", "某法院", LOCAL, LOCAL_DUE]
    assert [said[name] for name in ("CCSZD", "CCDDM", "BDJE")] == ["某镇", "330182", "1200.50"]
    sides = [(side["SSDW"], side["XM"], side["LX"]) for side in said["DSR"]]  # type: ignore[attr-defined]
    assert sides == [
        ("申请执行人", "徐二", "自然人"), ("被执行人", "某公司", "法人"), ("案外人", "某社", "非法人组织"),
    ]  # fmt: skip
    assert said["FJ"] == [{"MC": "裁定.pdf", "DZ": "/f/1", "DX": 7}]
    bare = word(ASKED.model_copy(update={"matter": None, "due": None}), ZONE)
    assert (bare["QQNR"], bare["JZSJ"], bare["BDJE"], bare["DSR"]) == ("请协助", "", "", [])


def test_a_matter_handed_over_for_anything_else_has_no_word() -> None:
    with pytest.raises(KeyError, match="mediate"):
        word(ASKED.model_copy(update={"purpose": "mediate"}), ZONE)


def test_feedback_is_a_row_of_its_own() -> None:
    def of(order: Order, *names: str) -> tuple[object, ...]:
        said = word(order, ZONE)
        assert (said["QQBH"], said["FKSJ"], said["FKJG"], said["FKJGDM"]) == ("XZ1", LOCAL, "某法院", "浙0182")
        assert (said["FKR"], said["FKNR"]) == ("徐一", "请协助")
        return tuple(said[name] for name in names)

    assert of(ORDERS["accept"], "FKLX", "ZT", "JZSJ") == ("签收", "1", LOCAL_DUE)
    assert of(ORDERS["refuse"], "FKLX", "ZT", "BJSYY") == ("退回", "3", "T03")
    assert of(ORDERS["progress"], "FKLX", "ZT") == ("办理", "1")
    assert of(Progress(**WHO, stage=Stage.WITHDRAWN), "FKLX") == ("撤回",)
    assert of(ORDERS["result"], "FKLX", "ZT") == ("反馈", "2")
    assert of(Result(**WHO, outcome=Stage.UNSETTLED), "FKLX", "ZT") == ("反馈", "3")
    assert {PATHS[kind] for kind in ("accept", "refuse", "progress", "result")} == {FEEDBACK} != {SEND}


def test_a_reminder_names_the_request() -> None:
    said = word(ORDERS["notice"], ZONE)
    assert (PATHS["notice"], said["QQBH"], said["CBBT"], said["CBNR"]) == (URGE, "XZ1", "催办", "请协助")


FED = {"FKLX": "反馈", "FKNR": "无"}
BACK = {"FKLX": "退回", "FKNR": "非我辖区"}


@pytest.mark.parametrize(
    ("state", "fed", "status", "answer"),
    [
        ("0", [], "0", None),
        ("1", [{"FKLX": "签收"}], "1", "accepted"),
        ("2", [FED], "2", "completed"),
        ("3", [FED], "3", "failed"),
        ("3", [FED, BACK], "退回", "refused"),
        ("3", [BACK, FED], "3", "failed"),
        ("1", [BACK], "1", "accepted"),  # sent back, and taken on again
        ("3", [], "3", "failed"),
    ],
)
def test_the_state_of_a_request_is_its_own(state: str, fed: list[Any], status: str, answer: str | None) -> None:
    made = Enforcement(AdapterConfig(base_url="http://127.0.0.1:1")).draft({"QQBH": "XZ1", "ZT": state, "FK": fed})
    delivering = Enforcement.manifest.delivering
    assert delivering is not None
    assert (made.status, delivering.answers.get(status)) == (status, answer)
    assert Enforcement.manifest.stages[status] is Stage.ENFORCING


@pytest.mark.parametrize(
    ("region", "code"),
    [
        ("330182", "浙0182"),
        ("330182101000", "浙0182"),  # a town of it
        ("330104", "浙0102"),  # a district that is no more
        ("330100", None),  # a city has several
        ("", None),
        ("110101", None),
    ],
)
def test_the_court_of_a_region(region: str, code: str | None) -> None:
    found = court_of(region)
    assert (found.code if found else None) == code


SOURCES = """home = "330110"
[source.exec]
adapter = "enforcement"
[source.exec_jiande]
adapter = "enforcement"
home = "330182"
[[case.route]]
name = "a"
from = "exec"
kind = "enforcement_assistance"
"""


def settings(folder: Path, route: str) -> Settings:
    path = folder / "hub.toml"
    path.write_text(SOURCES + route, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ('stage = []\nto = "exec_jiande"\n', "stage: is none"),
        ('stage = []\nto = "exec_jiande"\nask = [{ of = "A" }, { of = "A" }]\n', "ask: asks one body twice"),
        ('stage = []\nto = "enforcement"\nask = [{ of = "A" }]\n', "to: is no source"),
        ('stage = []\nto = "exec_jiande"\nask = [{ of = "" }]\n', "ask.0.of"),
    ],
)
def test_what_a_route_may_not_ask_is_refused(route: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        settings(tmp_path, route)
    assert said in str(refused.value)


def test_who_is_asked_has_a_name_and_a_seat(tmp_path: Path) -> None:
    told = settings(
        tmp_path, 'stage = []\nto = "enforcement"\nask = [{ of = "court" }, { of = "A", title = "甲局" }]\n'
    )
    receivers = Receivers(told)
    assert receivers.title("enforcement/A") == "甲局"
    assert receivers.title("exec_jiande/浙0182") == receivers.title("浙0182") == "建德市人民法院"
    assert receivers.title("exec/B") == "B"
    assert receivers.seat("enforcement", "330182", but="exec") == "exec_jiande"
    assert receivers.seat("enforcement", "330110", but="exec") == ""
    assert receivers.seat("exec", "330281", but="exec_jiande") == "exec"
    assert receivers.takes("exec/B", "hand_over")
    assert not receivers.takes("浙0182", "hand_over")
