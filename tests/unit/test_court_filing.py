"""What a mobile court is handed: suits, confirmations, results of mediation; and what its answers mean."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import Desk, delivery

from adapters.court.mobile_court.adapter import MobileCourt
from adapters.court.mobile_court.filing import PATHS, word
from hub.api import (
    Accept,
    AdapterConfig,
    HandOver,
    Matter,
    Order,
    Progress,
    Receipt,
    Refuse,
    Result,
    Side,
    SourceReplyInvalid,
    Stage,
)
from schemas.delivery import Attachment

ZONE = ZoneInfo("Asia/Shanghai")
WHO: dict[str, Any] = {
    "number": "990110202602000224",
    "case": "C1",
    "at": datetime(2026, 3, 2, 16, 30, tzinfo=UTC),
    "body": "某调委会",
    "person": "徐一",
    "text": "双方已到场",
}
MATTER = Matter(
    title="买卖合同纠纷",
    detail="货款未付",
    amount=Decimal("1200.50"),
    sides=(
        Side(name="徐二", id_type="111", id_number="x", phone="13800000002", address="甲"),
        Side(name="某某公司", role="2", kind="2"),
    ),
    attachments=(Attachment(name="调解笔录.pdf", url="/f/1", sha256="00ff"),),
)
SUIT = HandOver(**WHO, to="某区人民法院", to_code="浙0110", purpose="suit", reason="调解不成", matter=MATTER)
SETTLED = Result(**WHO, outcome=Stage.SETTLED, agreement="2026-1", amount=Decimal("800"))
TAKEN = {"SFSL": "1", "SLBH": "WSLA1", "BSLYY": ""}


def deliver(order: Order, data: Any) -> tuple[Receipt, Desk]:
    desk = Desk({"code": 1000, "data": data})
    court = MobileCourt(AdapterConfig(base_url="http://127.0.0.1:1"))
    return court.deliver(desk, delivery(order)), desk  # type: ignore[arg-type]


@pytest.mark.parametrize("order", [SUIT, SETTLED, Accept(**WHO), Refuse(**WHO, reason="T02")])
def test_each_kind_goes_to_its_path_under_the_key(order: Order) -> None:
    receipt, desk = deliver(order, TAKEN)
    ((path, said),) = desk.posted
    assert (path, said["requestId"], said["JFM"]) == (PATHS[order.kind], "k" * 64, "C1")
    assert (receipt.accepted, receipt.number, receipt.reason) == (True, "WSLA1", "")


def test_a_suit_is_told_in_the_columns_it_is_read_in() -> None:
    said = word(SUIT, ZONE)
    told = (said["SQLX"], said["JBFY"], said["LYBH"], said["SQSJ"], said["YWLY"])
    assert told == ("立案", "浙0110", WHO["number"], "20260303003000", "调解不成")
    assert said["CL"] == [{"MC": "调解笔录.pdf", "DZ": "/f/1", "ZY": "00ff"}]
    draft = MobileCourt(AdapterConfig(base_url="http://127.0.0.1:1")).draft({"AHDM": "1", **said})
    assert (draft.title, draft.detail, draft.amount, draft.region) == ("买卖合同纠纷", "货款未付", "1200.50", "浙0110")
    assert [(p.name, p.role, p.kind, p.id_type) for p in draft.parties] == [
        ("徐二", "申请人", "自然人", "111"),
        ("某某公司", "被申请人", "法人", None),
    ]


def test_a_confirmation_is_applied_for_at_the_same_door() -> None:
    assert word(SUIT.model_copy(update={"purpose": "confirm", "matter": None}), ZONE)["SQLX"] == "司法确认"


def test_a_result_names_agreement_and_amount() -> None:
    said = word(SETTLED, ZONE)
    assert (said["AHDM"], said["TJJG"], said["XYBH"], said["BDJE"], said["SJ"]) == (
        WHO["number"],
        "调解成功",
        "2026-1",
        "800",
        "20260303003000",
    )


def test_a_mediation_is_taken_on_or_not() -> None:
    taken = word(Accept(**WHO, due=datetime(2026, 4, 1, 16, 30, tzinfo=UTC)), ZONE)
    assert (taken["AHDM"], taken["SFJS"], taken["TJQX"]) == (WHO["number"], "1", "20260402003000")
    assert word(Accept(**WHO), ZONE)["TJQX"] == ""
    refused = word(Refuse(**WHO, reason="T02"), ZONE)
    assert (refused["SFJS"], refused["BSLYY"], refused["TJQX"]) == ("0", "T02", "")


@pytest.mark.parametrize(
    ("order", "missing"),
    [
        (SUIT.model_copy(update={"purpose": "visit"}), "visit"),
        (Result(**WHO, outcome=Stage.FULFILLED), "fulfilled"),
        (Progress(**WHO), "progress"),
    ],
)
def test_what_the_court_has_no_word_for_is_an_error(order: Order, missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        word(order, ZONE)


def test_a_refusal_has_its_reason() -> None:
    receipt, _ = deliver(SUIT, {"SFSL": 0, "BSLYY": "B02"})
    assert (receipt.accepted, receipt.number, receipt.reason) == (False, "", "B02")


@pytest.mark.parametrize("data", [None, "", [], {}, {"requestId": "k"}])
def test_an_answer_without_a_receipt_is_none(data: Any) -> None:
    with pytest.raises(SourceReplyInvalid, match="without a receipt"):
        deliver(SUIT, data)
