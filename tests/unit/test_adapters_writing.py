"""What the petition office and 110 are told, word by word; and petitions in whatever way they come."""

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import Desk, delivery

from adapters.grid.police import feedback
from adapters.grid.police.adapter import Police, PoliceConfig
from adapters.petition.hotline import answering
from adapters.petition.hotline.adapter import Hotline, HotlineConfig
from adapters.petition.hotline_exchange.writing import line
from adapters.petition.zhelifang import replying
from adapters.petition.zhelifang.adapter import Zhelifang
from adapters.petition.zhelifang.matter import STAGES
from hub.api import (
    Accept,
    AdapterConfig,
    DraftStep,
    HandOver,
    Notice,
    Order,
    Progress,
    Refuse,
    Result,
    SourceReplyInvalid,
    Stage,
)
from hub.sources.xml import parse_xml
from schemas.delivery import Outcome

ZONE = ZoneInfo("Asia/Shanghai")
AT, DUE = datetime(2026, 3, 2, 16, 30, tzinfo=UTC), datetime(2026, 3, 9, 16, 30, tzinfo=UTC)
LOCAL, LOCAL_DUE = "2026-03-03 00:30:00", "2026-03-10 00:30:00"
WHO: dict[str, Any] = {
    "number": "17", "case": "C1", "at": AT, "body": "县矛调中心", "body_code": "330521", "person": "徐一",
    "phone": "13000000001", "text": "已上门 <且> 谈过",
}  # fmt: skip
ORDERS: dict[str, Order] = {
    "accept": Accept(**WHO, due=DUE),
    "refuse": Refuse(**WHO, reason="X04"),
    "hand_over": HandOver(**WHO, to="县法院", to_code="330521020", docking="访调", reason="适宜调解", due=DUE),
    "progress": Progress(**WHO, stage=Stage.MEDIATING),
    "result": Result(**WHO, outcome=Stage.SETTLED, agreement="2026-1", amount=Decimal("800.50")),
    "notice": Notice(**WHO, title="请受理"),
}
OUTCOMES = tuple(Outcome.__args__)  # type: ignore[attr-defined]


class TestPetitionOffice:
    TAKEN: Mapping[str, Any] = {"SFJS": "1", "HZBH": "HZ1", "BJSYY": "", "JSSJ": "2026-03-02 10:00:00"}

    def deliver(self, kind: str, data: Any) -> tuple[Any, Desk]:
        desk = Desk({"code": 200, "data": data})
        return Zhelifang(AdapterConfig(base_url="http://127.0.0.1:1")).deliver(desk, delivery(ORDERS[kind])), desk  # type: ignore[arg-type]

    @pytest.mark.parametrize("kind", replying.PATHS)
    def test_each_kind_bears_the_key_and_the_petition(self, kind: str) -> None:
        receipt, desk = self.deliver(kind, self.TAKEN)
        ((path, said),) = desk.posted
        assert path == replying.PATHS[kind]
        assert (said["requestId"], said["ID"], said["JFM"], said["BLSJ"]) == ("k" * 64, "17", "C1", LOCAL)
        assert (said["BLJG"], said["BLJGDM"], said["BLR"]) == ("县矛调中心", "330521", "徐一")
        assert (said["LXDH"], said["BLSM"]) == ("13000000001", "已上门 <且> 谈过")
        assert (receipt.accepted, receipt.number, receipt.reason) == (True, "HZ1", "")
        assert receipt.body == {"JSSJ": "2026-03-02 10:00:00"}

    def test_the_words_of_each_kind(self) -> None:
        def of(order: Order, *names: str) -> tuple[Any, ...]:
            said = replying.word(order, ZONE)
            return tuple(said[name] for name in names)

        assert of(ORDERS["accept"], "BLFS", "SFSL", "BSLYY", "XBJZSJ") == ("受理", "1", "", LOCAL_DUE)
        assert of(ORDERS["refuse"], "BLFS", "SFSL", "BSLYY") == ("不予受理", "0", "X04")
        passed = of(ORDERS["hand_over"], "BLFS", "QXDW", "QXDWDM", "BLYY", "XBJZSJ")
        assert passed == ("转交", "县法院", "330521020", "适宜调解", LOCAL_DUE)
        for way, word in (("up", "上报"), ("down", "交办"), ("across", "转送")):
            inside = HandOver.model_validate({**WHO, "to": "县信访局", "way": way})
            assert of(inside, "BLFS", "XBJZSJ") == (word, "")
        assert of(ORDERS["progress"], "BLFS", "BLZTMC") == ("调解中", "调解中")
        assert of(Progress(**WHO), "BLFS", "BLZTMC") == ("办理", "")
        ended = of(ORDERS["result"], "BLFS", "CLJG", "XYBH", "XYJE", "DFNR")
        assert ended == ("答复", "调解成功", "2026-1", "800.50", "已上门 <且> 谈过")
        assert of(Result(**WHO, outcome=Stage.UNSETTLED), "CLJG", "XYJE") == ("调解不成", "")

    def test_a_return_visit_has_columns_of_its_own(self) -> None:
        said = replying.word(Progress(**WHO, stage=Stage.FOLLOW_UP), ZONE)
        visit = {"HFSJ": LOCAL, "HFRY": "徐一", "HFDW": "县矛调中心", "HFQK": "已上门 <且> 谈过"}
        assert said.items() >= {**visit, "BLFS": "回访"}.items()
        assert not visit.keys() & replying.word(ORDERS["progress"], ZONE).keys()

    def test_every_way_a_matter_ends_has_a_word_of_its_own(self) -> None:
        words = [replying.word(Result(**WHO, outcome=outcome), ZONE)["CLJG"] for outcome in OUTCOMES]
        assert len({*words}) == len(OUTCOMES)
        with pytest.raises(KeyError, match="notice"):
            replying.word(ORDERS["notice"], ZONE)

    def test_a_refusal(self) -> None:
        receipt, _ = self.deliver("accept", {"SFJS": 0, "BJSYY": "X04"})
        assert (receipt.accepted, receipt.reason, receipt.number) == (False, "X04", "")

    @pytest.mark.parametrize("data", [None, "", [], {}, {"HZBH": "HZ1"}, "1"])
    def test_a_yes_without_a_receipt_is_none(self, data: Any) -> None:
        with pytest.raises(SourceReplyInvalid, match="without a receipt"):
            self.deliver("result", data)


class TestPolice:
    def deliver(self, kind: str, **answer: str) -> tuple[Any, Desk]:
        desk = Desk({"RESPONSE": {"CODE": "1", **answer}})
        return Police(PoliceConfig(base_url="http://127.0.0.1:1")).deliver(desk, delivery(ORDERS[kind])), desk  # type: ignore[arg-type]

    @pytest.mark.parametrize("kind", feedback.PATHS)
    def test_each_kind_is_a_document_with_the_key_and_the_call(self, kind: str) -> None:
        receipt, desk = self.deliver(kind, SFJS="1", FKDBH="F1", YYDM="")
        ((path, document),) = desk.posted
        said = parse_xml(document)["REQUEST"]
        assert path == feedback.PATHS[kind]
        assert (said["QQBH"], said["JJDBH"], said["JFM"], said["FKSJ"]) == ("k" * 64, "17", "C1", "20260303003000")
        assert (said["FKDWMC"], said["FKDWDM"], said["FKYXM"]) == ("县矛调中心", "330521", "徐一")
        assert (said["LXDH"], said["CJCZQK"]) == ("13000000001", "已上门 <且> 谈过")
        assert (receipt.accepted, receipt.number, receipt.reason) == (True, "F1", "")

    def test_the_words_of_each_kind(self) -> None:
        def of(order: Order, *names: str) -> tuple[Any, ...]:
            said = feedback.word(order, ZONE)
            return tuple(said[name] for name in names)

        assert of(ORDERS["accept"], "SFJS", "YYDM", "TJQX") == ("1", "", "20260310003000")
        assert of(ORDERS["refuse"], "SFJS", "YYDM", "TJQX") == ("0", "X04", "")
        assert of(ORDERS["progress"], "AJZT") == ("调解中",)
        assert of(Progress(**WHO), "AJZT") == ("处置中",)
        assert of(ORDERS["result"], "AJZT", "XYBH", "XYJE") == ("调解成功", "2026-1", "800.50")

    def test_what_it_has_no_word_for_is_an_error(self) -> None:
        told = {outcome: feedback.OUTCOMES[outcome] for outcome in OUTCOMES if outcome in feedback.OUTCOMES}
        assert len({*told.values()}) == len(told) == len(feedback.OUTCOMES)
        for order, name in (
            (Result(**WHO, outcome=Stage.REPLIED), "replied"),
            (Progress(**WHO, stage=Stage.HEARING), "hearing"),
            (ORDERS["notice"], "notice"),
        ):
            with pytest.raises(KeyError, match=name):
                feedback.word(order, ZONE)

    def test_what_is_told_as_a_state_is_read_as_it_was_meant(self) -> None:
        """Of the states it reads back, none says more than was told."""
        read = Police.manifest.stages
        for stage, word in {**feedback.WORDS, **feedback.OUTCOMES}.items():
            assert read.get(word, stage) is stage

    def test_no_text_breaks_a_document(self) -> None:
        order = Progress.model_validate({**WHO, "text": "坏\x00\x0b字 & </CJCZQK>\n\t完"})
        said = parse_xml(feedback.document(feedback.word(order, ZONE)))["REQUEST"]
        assert said["CJCZQK"] == "坏字 & </CJCZQK>\n\t完"

    def test_a_refusal(self) -> None:
        receipt, _ = self.deliver("accept", SFJS="0", YYDM="03")
        assert (receipt.accepted, receipt.reason, receipt.number) == (False, "03", "")

    @pytest.mark.parametrize("answer", [{}, {"SFJS": ""}, {"FKDBH": "F1"}])
    def test_a_yes_without_a_receipt_is_none(self, answer: dict[str, str]) -> None:
        with pytest.raises(SourceReplyInvalid, match="without a receipt"):
            self.deliver("result", **answer)


class TestHotline:
    def deliver(self, kind: str, data: Any) -> tuple[Any, Desk]:
        desk = Desk({"code": 200, "data": data})
        return Hotline(HotlineConfig(base_url="http://127.0.0.1:1")).deliver(desk, delivery(ORDERS[kind])), desk  # type: ignore[arg-type]

    @pytest.mark.parametrize("kind", answering.PATHS)
    def test_each_kind_bears_the_key_and_the_order(self, kind: str) -> None:
        receipt, desk = self.deliver(kind, {"received": 1, "receiptNo": "H1", "reason": ""})
        ((path, said),) = desk.posted
        assert path == answering.PATHS[kind]
        assert (said["requestId"], said["taskId"], said["caseCode"], said["handleTime"]) == (
            "k" * 64,
            "17",
            "C1",
            LOCAL,
        )
        assert (said["deptName"], said["executeDeptCode"], said["handler"]) == ("县矛调中心", "330521", "徐一")
        assert (said["handlerPhone"], said["opinion"]) == ("13000000001", "已上门 <且> 谈过")
        assert (receipt.accepted, receipt.number, receipt.reason) == (True, "H1", "")

    def test_the_words_of_each_kind(self) -> None:
        def of(order: Order, *names: str) -> tuple[Any, ...]:
            said = answering.word(order, ZONE)
            return tuple(said[name] for name in names)

        assert of(ORDERS["accept"], "status", "deadline") == ("已签收", LOCAL_DUE)
        assert of(ORDERS["refuse"], "isSendBack", "sendBackReason") == ("1", "X04")
        passed = of(ORDERS["hand_over"], "approach", "targetDept", "targetDeptCode", "reason", "deadline")
        assert passed == ("0", "县法院", "330521020", "适宜调解", LOCAL_DUE)
        assert of(ORDERS["progress"], "status") == ("处置中",)
        assert of(Progress(**WHO), "status") == ("处置中",)
        assert of(Progress(**WHO, stage=Stage.FOLLOW_UP), "status") == ("已回访",)
        told = ("0", "调解成功。已上门 <且> 谈过")
        assert of(ORDERS["result"], "banliResult_12345", "solvingResult") == told

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_solved_or_not_is_said_only_where_it_is_known(self, outcome: Any) -> None:
        said = answering.word(Result(**WHO, outcome=outcome), ZONE)
        agreed = {"settled": "0", "confirmed": "0", "fulfilled": "0", "unsettled": "1", "unconfirmed": "1"}
        assert said["banliResult_12345"] == ({**agreed, "breached": "1"}.get(outcome.value, ""))

    def test_what_it_has_no_word_for_is_an_error(self) -> None:
        with pytest.raises(KeyError, match="notice"):
            answering.word(ORDERS["notice"], ZONE)

    def test_a_refusal(self) -> None:
        receipt, _ = self.deliver("accept", {"received": "0", "reason": "T02"})
        assert (receipt.accepted, receipt.reason, receipt.number) == (False, "T02", "")

    @pytest.mark.parametrize("data", [None, "", [], {}, {"receiptNo": "H1"}])
    def test_a_yes_without_a_receipt_is_none(self, data: Any) -> None:
        with pytest.raises(SourceReplyInvalid, match="without a receipt"):
            self.deliver("result", data)


class TestPetitions:
    FEW: Mapping[str, Any] = {
        "storeid": "b7c1a90e", "xfjbh": "ZJ330110202603020001", "xm": "徐三", "zjlx": "111",
        "zjhm": "990101199001010011", "sjhm": "13800000002", "qx": "余杭区", "xfrq": "2026-03-02 09:12:31",
        "wtsddm": "330110005", "nrfldm": "0703", "gk": "水沟填埋致农田积水。",
        "xbsj": "2026-05-01 23:59:59", "sfssbz": "0", "xfxs": "网上信访",
    }  # fmt: skip

    def draft(self, item: Mapping[str, Any]) -> Any:
        return Zhelifang(AdapterConfig(base_url="http://127.0.0.1:1")).draft(item)

    def test_a_push_of_the_fewest_fields(self) -> None:
        row = copy.deepcopy(dict(self.FEW))
        made = self.draft(row)
        assert row == self.FEW
        assert (made.key, made.detail, made.code) == ("b7c1a90e", "水沟填埋致农田积水。", "0703")
        assert (made.opened, made.due, made.region) == (row["xfrq"], row["xbsj"], "330110005")
        assert [(p.name, p.id_type, p.phone) for p in made.parties] == [("徐三", "111", "13800000002")]
        assert made.references == [("petition", "ZJ330110202603020001"), ("petition_id", "b7c1a90e")]
        assert made.resolution is None
        assert (made.extra["XFXSMC"], made.extra["SFSSBZ"], made.extra["DJJGMC"]) == ("网上信访", "0", "余杭区")

    def test_a_repeated_petition_names_the_first(self) -> None:
        again = self.draft({**self.FEW, "storeid": "c8f20b11", "xfjbh": "", "REPEATED_ID": "b7c1a90e", "CCJLX": "2"})
        assert again.references == [("petition_id", "c8f20b11"), ("petition_id", "b7c1a90e")]
        assert ("petition_id", "b7c1a90e") in self.draft(self.FEW).references
        assert again.extra["CCJLX"] == "2"
        assert self.draft({"ID": "1", "REPEATED_ID": "2"}).references == [], "numbers of rows tie nobody together"

    @pytest.mark.parametrize(("told", "opinion"), [("1", "满意"), (3, "不满意"), ("一般", "一般")])
    def test_what_the_petitioner_thinks_of_it_is_no_settlement(self, told: Any, opinion: str) -> None:
        resolution = self.draft({"ID": "1", "MYDPJ": told, "PJSJ": "2026-04-02 10:00:00"}).resolution
        assert (resolution.opinion, resolution.assessed) == (opinion, "2026-04-02 10:00:00")
        assert resolution.success is None

    def test_it_is_older_than_all_that_was_read_of_it(self) -> None:
        assert self.draft(self.FEW).revision == "2026-03-02"
        assert self.draft({**self.FEW, "gxsj": "2026-03-02 09:12:31"}).revision == "2026-03-02 09:12:31"
        assert self.draft({"ID": "1"}).revision is None

    def test_columns_may_be_written_small_or_large(self) -> None:
        row = {
            "ID": "1", "BT": "房子拆了", "TSNR": "补偿款只到了一半。", "GXSJ": "2026-04-01 10:00:00", "BLZTDM": "12",
            "XM": "徐三", "BLGC": [{"ID": "s1", "BLFS": "转送", "BLSJ": "2026-03-03 10:00:00"}],
        }  # fmt: skip
        small = {name.lower(): value for name, value in row.items()}
        small["blgc"] = [{"id": "s1", "blfs": "转送", "blsj": "2026-03-03 10:00:00"}]
        assert self.draft(small) == self.draft(row)

    @pytest.mark.parametrize(
        ("status", "stage", "due"),
        [
            ("办理中", Stage.HANDLING, "2026-05-01 23:59:59"),
            ("复查", Stage.REVIEW, "2026-06-10 23:59:59"),
            ("复核", Stage.RE_REVIEW, "2026-07-20 23:59:59"),
            ("办结", Stage.CLOSED, "2026-05-01 23:59:59"),
        ],
    )
    def test_a_review_has_a_term_of_its_own(self, status: str, stage: Stage, due: str) -> None:
        terms = {"XBJZSJ": "2026-05-01 23:59:59", "FCJZSJ": "2026-06-10 23:59:59", "FHJZSJ": "2026-07-20 23:59:59"}
        made = self.draft({"ID": "1", "BLZTDM": "", "BLZTMC": status, **terms})
        assert (made.due, STAGES[made.status]) == (due, stage)
        assert self.draft({"ID": "1", "BLZTMC": status, "XBJZSJ": terms["XBJZSJ"]}).due == terms["XBJZSJ"]

    def test_review_and_re_review_are_steps(self) -> None:
        told = {
            "FCSQSJ": "2026-05-11 09:00:00", "FCYJSJ": "2026-06-08 09:00:00", "FCJGMC": "市信访局", "FCYJ": "维持",
            "FHSQSJ": "2026-06-20 09:00:00", "FHYJSJ": "", "FHJGMC": "", "FHYJ": "",
        }  # fmt: skip
        assert self.draft({"ID": "1", **told}).steps == [
            DraftStep("2026-05-11 09:00:00", "申请复查"),
            DraftStep("2026-06-08 09:00:00", "复查意见", "市信访局", "维持"),
            DraftStep("2026-06-20 09:00:00", "申请复核"),
        ]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_fits_into_the_exchange_table(outcome: Any) -> None:
    assert line(Result(**WHO, outcome=outcome), ZONE)["cjczqk"]


def test_what_the_exchange_tables_have_no_place_for() -> None:
    with pytest.raises(KeyError, match="notice"):
        line(ORDERS["notice"], ZONE)
