"""Exchange tables of hotline and police: what is made of a row of each, and that nothing is claimed beyond it."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import adapters
from adapters.grid.police.adapter import Police, PoliceConfig
from adapters.grid.police_exchange.adapter import PoliceExchange, PoliceExchangeConfig
from adapters.petition.hotline_exchange.adapter import HotlineExchange
from adapters.petition.hotline_exchange.tables import HotlineExchangeConfig
from hub.api import Draft, DraftParty, DraftStep, Stage, TableView
from hub.registry import crosswalk_path

FOLDER = Path(adapters.__file__).parent
FRONT = {"database": "sqlite:////nowhere/front.db"}
LEAD = {"flowid": "EX1", "lsh": "RX1", "jjdbh": "J1", "xt_gxsj": "2026-03-02 19:20:30", "pushstatus": "0"}

ORDER = LEAD | {
    "title": "楼上漏水两家争吵",
    "bjnr": "来电人称楼上漏水。请民警到场。",
    "bjdh": "13000008101",
    "lxdh": "13000008102",
    "bjrxbdm": "2",
    "bjdz": "塘栖镇某小区3幢",
    "xzqhdm": "330113001",
    "jqlbdm": "0501",
    "jqlbmc": "邻里纠纷",
    "gxdwdm": "330113520000",
    "gxdwmc": "塘栖派出所",
    "bjsj": "2026-03-02 19:12:00",
    "tssj": "2026-03-02 19:20:00",
    "jjlx": "01",
    "sfbm": "1",
}
RESULT = LEAD | {
    "dyyy": "1",
    "fksj": "2026-03-02 20:01:00",
    "cjczqk": "民警到场劝离。双方约定次日调解。",
    "jqcljgsm": "现场调处",
    "fkdwdm": "330113520000",
}
RETURN = LEAD | {
    "handlebmname": "临平派出所",
    "handleopinion": "属劳动监察职责，退回。",
    "handletime": "2026-03-03 09:40:00",
}
VISIT = LEAD | {"hfsj": "2026-03-05 10:00:00", "cljgdm": "1", "dhhfhsqk": "群众表示已不漏水。"}
CONFIRM = LEAD | {"receive": "1", "receivetime": "2026-03-02 19:20:40"}
CALL = {
    "jjdbh": "J1",
    "pjdbh": "P1",
    "fkdbh": None,
    "bjdh": "13000007101",
    "bjrxm": "仇海琴",
    "sfdz": "某苑5幢",
    "bjnr": "楼上漏水。争吵。",
    "bjlxmc": "邻里纠纷",
    "bjsj": "2026-03-02 19:12:10",
    "pjsj": "2026-03-02 19:14:00",
    "gxdwmc": "塘栖派出所",
    "xzqhdm": "330113",
    "ajzt": "移交调解",
    "cjczqk": "已劝离。",
    "jqdsrxm": "阮大勇",
    "xbdm": "1",
    "zjdm": "111",
    "zjhm": "990101197905121012",
    "lxdh": "13000007111",
    "xzxz": "某苑301室",
    "hjxz": "外省某县",
    "sfzdry": "1",
    "szqm": "MEUCIQDx",
    "scbs": "0",
    "glbh": "SJ330113202603010002",
    "xt_gxsj": "2026-03-02 19:59:00",
}


def exchange(sheet: str, **more: Any) -> HotlineExchange:
    return HotlineExchange(HotlineExchangeConfig.model_validate({**FRONT, "sheet": sheet, **more}))


def police(**more: Any) -> PoliceExchange:
    return PoliceExchange(PoliceExchangeConfig.model_validate({**FRONT, **more}))


ROWS: dict[str, Mapping[str, Any]] = {
    "order": ORDER,
    "receipt": CONFIRM,
    "result": RESULT,
    "return": RETURN,
    "visit": VISIT,
}


def draft(sheet: str, **changes: Any) -> Draft:
    return exchange(sheet).draft({**ROWS[sheet], **changes})


@pytest.mark.parametrize("sheet", ROWS)
def test_each_sheet_has_its_table_and_cites_its_order(sheet: str) -> None:
    (stream,) = exchange(sheet).manifest.streams
    (renamed,) = exchange(sheet, view="jqgx.t1").manifest.streams
    assert isinstance(stream.request, TableView) and isinstance(renamed.request, TableView)
    assert stream.request.view == f"ex_12345_110_{ {'order': 'basic', 'receipt': 'confirm'}.get(sheet, sheet) }"
    (other,) = exchange(sheet, direction="110_12345").manifest.streams
    assert isinstance(other.request, TableView) and other.request.view.startswith("ex_110_12345_")
    assert renamed.request.view == "jqgx.t1"
    assert stream.request.waiting == {"pushstatus": "0"}
    row = copy.deepcopy(dict(ROWS[sheet]))
    made = draft(sheet)
    assert row == ROWS[sheet], "a draft leaves its item as it was"
    assert (made.key, made.revision) == ("EX1", "2026-03-02 19:20:30")
    assert made.references == [("hotline_order", "RX1"), ("police_call", "J1")]
    assert draft(sheet, jjdbh=None).references == [("hotline_order", "RX1")]
    named = draft(sheet, lsh="", jjdbh=None, flowid="ZX202603020017")
    assert named.references == [("hotline_flow", "ZX202603020017")], (
        "an order's number; a row's own is too short for one"
    )
    assert exchange(sheet).draft({"flowid": "k1"}).key == "k1"
    with pytest.raises(KeyError):
        exchange(sheet).draft({})


def test_an_order() -> None:
    made = draft("order")
    assert (made.title, made.detail, made.opened) == (ORDER["title"], ORDER["bjnr"], "2026-03-02 19:12:00")
    assert (made.code, made.label, made.status) == ("邻里纠纷", "邻里纠纷", "转办")
    assert (made.address, made.region) == ("塘栖镇某小区3幢", "330113001")
    assert made.parties == [DraftParty(role="报警人", phone="13000008102", gender="2")]
    assert draft("order", lxdh="").parties[0].phone == "13000008101"
    assert draft("order", lxdh=None, bjdh=None).parties == []
    assert made.steps == [DraftStep("2026-03-02 19:20:00", "转办", "塘栖派出所")]
    assert made.extra == {"jqlbdm": "0501", "gxdwdm": "330113520000", "jjlx": "01", "sfbm": "1"}
    assert made.resolution is None


@pytest.mark.parametrize(("dyyy", "status"), [("1", "反馈"), (2, "退回"), ("3", "回访"), ("7", "7")])
def test_a_result(dyyy: Any, status: str) -> None:
    made = draft("result", dyyy=dyyy)
    assert (made.status, made.detail) == (status, RESULT["cjczqk"])
    assert made.steps == [DraftStep("2026-03-02 20:01:00", status, "330113520000", "现场调处")]
    assert made.resolution is not None
    assert (made.resolution.organisation, made.resolution.situation) == ("330113520000", RESULT["cjczqk"])
    assert made.resolution.success is None, "what was done is not how it ended"


def test_a_return() -> None:
    made = draft("return")
    assert (made.status, made.detail) == ("退回", "属劳动监察职责，退回。")
    assert made.steps == [DraftStep("2026-03-03 09:40:00", "退回", "临平派出所")]
    assert made.resolution is None


@pytest.mark.parametrize(
    ("code", "opinion", "title"),
    [
        ("1", "满意", "回访：满意"),
        (2, "基本满意", "回访：基本满意"),
        ("3", "不满意", "回访：不满意"),
        (None, None, "回访"),
    ],
)
def test_a_visit(code: Any, opinion: str | None, title: str) -> None:
    made = draft("visit", cljgdm=code)
    assert (made.status, made.title, made.detail) == ("回访", title, "群众表示已不漏水。")
    assert made.resolution is not None
    assert (made.resolution.assessed, made.resolution.opinion) == ("2026-03-05 10:00:00", opinion)
    assert made.resolution.success is None


@pytest.mark.parametrize(("receive", "status"), [("1", "签收"), (1, "签收"), ("0", "未签收"), (None, "未签收")])
def test_a_receipt_is_no_acceptance(receive: Any, status: str) -> None:
    made = draft("receipt", receive=receive)
    assert (made.title, made.status, made.resolution) == (status, status, None)
    assert made.steps == [DraftStep("2026-03-02 19:20:40", status)]
    assert draft("receipt", receivetime="").steps == []
    assert exchange("receipt").manifest.stages[status] is Stage.DISPATCHED


def test_no_row_says_that_a_matter_is_settled() -> None:
    stages = exchange("order").manifest.stages
    assert not {Stage.SETTLED, Stage.CLOSED, Stage.FULFILLED} & {*stages.values()}
    assert (stages["退回"], stages["反馈"]) == (Stage.TRIAGED, Stage.HANDLING)


@pytest.mark.parametrize("upper", [False, True])
def test_a_call_is_that_of_the_documents(upper: bool) -> None:
    row = {name.upper() if upper else name: value for name, value in CALL.items()}
    made = police().draft(row)
    document = {name.upper(): value for name, value in CALL.items()}
    involved = {"DSRLB": {"DSR": document}, "GXSJ": CALL["xt_gxsj"]}
    assert made == Police(PoliceConfig(base_url="http://127.0.0.1:1")).draft({**document, **involved})
    assert (made.key, made.revision, made.code, made.status) == ("J1", "2026-03-02 19:59:00", "邻里纠纷", "移交调解")
    assert [(each.name, each.phone) for each in made.parties] == [("仇海琴", "13000007101"), ("阮大勇", "13000007111")]
    assert made.steps == [
        DraftStep("2026-03-02 19:12:10", "接警", key="J1"),
        DraftStep("2026-03-02 19:14:00", "派警", key="P1"),
    ]
    assert made.references == [("police_call", "J1"), ("grid_event", "SJ330113202603010002")]
    for left_out in ("外省某县", "MEUCIQDx"):
        assert left_out not in str([made.extra, [each.address for each in made.parties]])


def test_a_call_taken_back_and_one_without_another_side() -> None:
    assert police().draft(CALL | {"scbs": "1"}).deleted
    assert [each.name for each in police().draft(CALL | {"jqdsrxm": ""}).parties] == ["仇海琴"]
    (stream,) = police(view="jqgx.calls").manifest.streams
    assert isinstance(stream.request, TableView)
    assert stream.request.view == "jqgx.calls"


def test_both_use_the_crosswalk_of_the_police() -> None:
    paths = {crosswalk_path(each) for each in (exchange("visit"), police())}
    assert paths == {FOLDER / "grid/police/crosswalk.sssom.tsv"}
