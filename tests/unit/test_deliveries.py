"""What the hub hands over: bodies that say nothing by accident, and what two adapters make of them for their source."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import Desk, delivery

from adapters.grid.four_platforms.adapter import FourPlatforms
from adapters.grid.four_platforms.answering import PATHS, word
from adapters.mediation.mediation_centre.adapter import MediationCentre, MediationCentreConfig
from adapters.mediation.mediation_centre.handing import INTERFACES, message
from hub.api import (
    Accept,
    AdapterConfig,
    Delivery,
    HandOver,
    HubError,
    Matter,
    Notice,
    Order,
    Progress,
    Refuse,
    Result,
    Side,
    SourceReplyInvalid,
    Stage,
    order_of,
)
from schemas.delivery import KINDS, Attachment

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
DUE = datetime(2026, 3, 9, 16, 30, tzinfo=UTC)
WHO: dict[str, Any] = {"number": "17", "case": "C1", "at": AT, "body": "仁和街道", "person": "徐一", "text": "已上门"}
MATTER = Matter(
    title="相邻排水",
    detail="水沟填埋",
    item="D0402",
    opened=AT,
    region="330110",
    amount=Decimal("1200.50"),
    sides=(Side(name="徐二", phone="13800000002"), Side(name="某某公司", role="2", kind="2")),
    attachments=(Attachment(name="照片.jpg", url="/f/1", size=9),),
)
ORDERS: dict[str, Order] = {
    "accept": Accept(**WHO, due=DUE),
    "refuse": Refuse(**WHO, reason="02"),
    "hand_over": HandOver(
        **WHO, to="某法庭", to_code="330110020", purpose="mediate", docking="诉调", way="up", matter=MATTER
    ),
    "progress": Progress(**WHO, stage=Stage.HANDLING),
    "result": Result(**WHO, outcome=Stage.SETTLED, agreement="2026-1", amount=Decimal("800")),
    "notice": Notice(**WHO, title="请受理", receivers=("GE_1",)),
}


class TestBodies:
    def test_every_kind_has_one(self) -> None:
        assert tuple(KINDS) == tuple(ORDERS)
        assert all(KINDS[kind] is type(order) for kind, order in ORDERS.items())

    @pytest.mark.parametrize("kind", ORDERS)
    def test_what_is_written_as_json_is_read_as_it_was(self, kind: str) -> None:
        written = json.loads(json.dumps(ORDERS[kind].written()))
        assert written["at"] == "2026-03-02T16:30:00Z"
        assert order_of(kind, written) == ORDERS[kind]

    @pytest.mark.parametrize("kind", ORDERS)
    def test_no_value_is_printed(self, kind: str) -> None:
        order = ORDERS[kind]
        for said in (repr(order), str(order), f"{order}", repr(MATTER), repr(MATTER.sides)):
            assert not any(value in said for value in ("徐", "17", "已上门", "水沟", "1380"))
        assert repr(order).startswith(f"{type(order).__name__}(number, case, at, body, person, text")

    def test_it_names_its_matter(self) -> None:
        with pytest.raises(ValueError, match="neither the source's number nor our case code"):
            Accept(at=AT)
        assert Accept(at=AT, case="C1").number == ""

    @pytest.mark.parametrize(
        ("kind", "wrong"),
        [
            ("accept", {"at": "2026-03-02T16:30:00"}),  # naive
            ("refuse", {"reason": None}),
            ("hand_over", {"purpose": "anything"}),
            ("hand_over", {"docking": "民调"}),
            ("result", {"outcome": "mediating"}),  # no end
            ("accept", {"deadline": "2026-03-02"}),  # no such field
        ],
    )
    def test_a_body_that_is_none_is_refused_without_its_values(self, kind: str, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="validation error") as told:
            order_of(kind, {**ORDERS[kind].written(), **wrong})
        assert "徐一" not in str(told.value)

    def test_an_unknown_kind(self) -> None:
        with pytest.raises(KeyError, match="fax"):
            order_of("fax", {})


class TestFourPlatforms:
    TAKEN = '{"code":200,"result":{"accepted":1,"flowId":"LZ7"}}'

    def deliver(self, kind: str, data: Any) -> tuple[Any, Desk]:
        desk = Desk({"success": True, "code": 200, "data": data})
        config = AdapterConfig(base_url="http://127.0.0.1:1", app_key="yiwang")
        return FourPlatforms(config).deliver(desk, delivery(ORDERS[kind])), desk  # type: ignore[arg-type]

    @pytest.mark.parametrize("kind", PATHS)
    def test_each_kind_bears_the_key_and_the_event(self, kind: str) -> None:
        receipt, desk = self.deliver(kind, self.TAKEN)
        ((path, form),) = desk.posted
        said = json.loads(form["bizContent"])
        told = ("/event/report.json", "") if kind == "hand_over" else (PATHS[kind], "17")  # it does not know the matter
        assert ((path, said["id"]), form["appKey"]) == (told, "yiwang")
        assert (said["requestId"], said["handleTime"]) == ("k" * 64, "2026-03-03 00:30:00")
        assert (receipt.accepted, receipt.number, receipt.reason) == (True, "LZ7", "")

    def test_the_words_of_each_kind(self) -> None:
        def of(kind: str, *names: str) -> tuple[Any, ...]:
            said = word(ORDERS[kind], ZONE)
            return tuple(said[name] for name in names)

        assert of("accept", "accepted", "deadline") == (1, "2026-03-10 00:30:00")
        assert of("refuse", "accepted", "reasonCode") == (0, "02")
        within = HandOver(**WHO, to="县法院", to_code="330110020", way="up")
        passed_on = word(within, ZONE)
        assert passed_on.items() >= {"direction": "上报", "targetOrgCode": "330110020", "deadline": ""}.items()
        assert of("progress", "status") == ("部门办理",)
        assert of("result", "result", "agreementNo") == ("化解成功", "2026-1")

    def test_a_matter_it_does_not_know_is_reported_as_an_event(self) -> None:
        said = word(ORDERS["hand_over"], ZONE)
        assert (said["relatedNumber"], said["docking"], said["item"]) == ("C1,17", "诉调", "D0402")
        people = json.loads(str(said["people"]))
        assert [(side["name"], side["type"]) for side in people] == [("徐二", "申请人"), ("某某公司", "被申请人")]

    def test_an_event_of_its_own_is_passed_on(self) -> None:
        desk = Desk({"success": True, "code": 200, "data": self.TAKEN})
        body = HandOver(**WHO, to="县法院", way="up").written()
        config = AdapterConfig(base_url="http://127.0.0.1:1", app_key="yiwang")
        FourPlatforms(config).deliver(desk, Delivery("k" * 64, "hand_over", body))  # type: ignore[arg-type]
        ((path, form),) = desk.posted
        assert (path, json.loads(form["bizContent"])["id"]) == ("/event/transfer.json", "17")

    def test_a_stage_it_has_no_word_for_is_left_out_and_an_end_it_has_none_for_is_an_error(self) -> None:
        assert word(Progress(**WHO, stage=Stage.HEARING), ZONE)["status"] == ""
        assert word(Progress(**WHO), ZONE)["status"] == ""
        with pytest.raises(KeyError, match="breached"):
            word(Result(**WHO, outcome=Stage.BREACHED), ZONE)
        with pytest.raises(KeyError, match="notice"):
            word(ORDERS["notice"], ZONE)

    def test_a_refusal(self) -> None:
        receipt, _ = self.deliver("accept", {"code": 200, "result": {"accepted": 0, "reasonCode": "Z03"}})
        assert (receipt.accepted, receipt.reason) == (False, "Z03")

    @pytest.mark.parametrize("data", ['{"code":500,"message":"x"}', {"code": 500}, "", None, {}])
    def test_the_gateways_yes_is_not_the_platforms(self, data: Any) -> None:
        with pytest.raises(SourceReplyInvalid, match="did not take it in"):
            self.deliver("accept", data)


class TestMediationCentre:
    PLACE: Mapping[str, Any] = {"base_url": "http://127.0.0.1:1", "organisation": "001", "interface_id": "read-0001"}
    TAKEN: Mapping[str, Any] = {"accepted": "1", "receiptNo": "HZ1", "reasonCode": "", "receiver": "徐三", "time": "x"}

    def deliver(self, kind: str, datas: Any, **changes: str) -> tuple[Any, Desk]:
        desk = Desk({"code": "00", "datas": datas})
        ids = {name: f"{name}-0001" for name in ("hand_over_id", "receipt_id", "result_id")}
        own: dict[str, Any] = {"additional": '{"powerMatters":"x"}', **ids, **changes}
        config = MediationCentreConfig(**self.PLACE, **own)
        return MediationCentre(config).deliver(desk, delivery(ORDERS[kind])), desk  # type: ignore[arg-type]

    @pytest.mark.parametrize("kind", INTERFACES)
    @pytest.mark.parametrize("as_text", [True, False])
    def test_each_kind_goes_to_its_interface_under_the_key(self, kind: str, as_text: bool) -> None:
        receipt, desk = self.deliver(kind, json.dumps(self.TAKEN) if as_text else self.TAKEN)
        ((path, form),) = desk.posted
        assert path == f"/gateway/api/001/dataSharing/{INTERFACES[kind]}-0001.htm"
        assert (form["messageId"], form["caseCode"], form["additional"]) == ("k" * 64, "C1", '{"powerMatters":"x"}')
        assert form["handoverId"] == ("k" * 64 if kind == "hand_over" else "17")
        assert (receipt.accepted, receipt.number, receipt.body) == (True, "HZ1", {"receiver": "徐三", "time": "x"})

    def test_a_hand_over_is_read_back_as_it_was_written(self) -> None:
        """What we hand over is what the other side's adapter reads: the same one."""
        said: dict[str, Any] = message(ORDERS["hand_over"], "K1", ZONE)
        said["attachments"] = json.loads(said["attachments"])
        config = MediationCentreConfig(**self.PLACE)
        draft = MediationCentre(config).draft(said)
        assert (draft.key, draft.title, draft.code, draft.status) == ("K1", "相邻排水", "D0402", "mediate")
        assert (draft.opened, draft.amount, draft.region) == ("2026-03-03 00:30:00", "1200.50", "330110")
        assert [(p.name, p.role, p.kind) for p in draft.parties] == [("徐二", "1", "1"), ("某某公司", "2", "2")]
        assert draft.extra["docking"] == "诉调"
        assert draft.extra["attachments"] == [{"name": "照片.jpg", "url": "/f/1", "size": 9}]

    def test_a_matter_the_other_side_knows_is_told_by_its_number(self) -> None:
        said = message(HandOver(**WHO, to="某法庭"), "K1", ZONE)
        assert (json.loads(said["payload"]), said["attachments"], said["reason"]) == (
            {"sourceNo": "17"},
            "[]",
            "已上门",
        )

    def test_receipts_and_results(self) -> None:
        accept, refuse = (message(ORDERS[kind], "K1", ZONE) for kind in ("accept", "refuse"))
        assert (accept["accepted"], accept["reasonCode"], accept["receiver"]) == ("1", "", "徐一")
        assert (refuse["accepted"], refuse["reasonCode"]) == ("0", "02")
        result = message(ORDERS["result"], "K1", ZONE)
        assert (result["status"], result["agreementNo"], result["amount"]) == ("40", "2026-1", "800")
        with pytest.raises(KeyError, match="fulfilled"):
            message(Result(**WHO, outcome=Stage.FULFILLED), "K1", ZONE)
        with pytest.raises(KeyError, match="notice"):
            message(ORDERS["notice"], "K1", ZONE)

    def test_a_refusal(self) -> None:
        receipt, _ = self.deliver("hand_over", {"accepted": 0, "reasonCode": "R07"})
        assert (receipt.accepted, receipt.reason) == (False, "R07")

    @pytest.mark.parametrize("datas", [None, "", [], {}, {"receiver": "x"}])
    def test_an_answer_without_a_receipt_is_none(self, datas: Any) -> None:
        with pytest.raises(SourceReplyInvalid, match="without a receipt"):
            self.deliver("accept", datas)

    def test_an_interface_that_was_not_granted_is_named(self) -> None:
        with pytest.raises(HubError, match="no interface takes a result - desk - set result_id"):
            self.deliver("result", self.TAKEN, result_id="")
