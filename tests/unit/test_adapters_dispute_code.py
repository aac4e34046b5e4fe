"""What the dispute code is told, word by word, and what its answers are taken for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import Desk, delivery

from adapters.mediation.dispute_code.adapter import DisputeCode
from adapters.mediation.dispute_code.sea import DisputeCodeConfig
from adapters.mediation.dispute_code.writing import PATHS, STAGES, word
from hub.api import (
    Accept,
    HandOver,
    Matter,
    Notice,
    Order,
    Progress,
    Refuse,
    Result,
    Side,
    SourceReplyInvalid,
    Stage,
)

ZONE = ZoneInfo("Asia/Shanghai")
AT, DUE = datetime(2026, 3, 2, 16, 30, tzinfo=UTC), datetime(2026, 3, 9, 16, 30, tzinfo=UTC)
WHO: dict[str, Any] = {"number": "17", "case": "C1", "at": AT, "body": "某街道", "person": "徐一", "text": "已上门"}
MATTER = Matter(
    title="相邻排水", item="D0402", opened=AT, region="330110", amount=Decimal("1200.50"),
    sides=(
        Side(name="徐二", id_type="111", id_number="x", phone="13800000001", address="江西省某县"),
        Side(name="某某公司", role="2", kind="2"),
    ),
)  # fmt: skip
ORDERS: dict[str, Order] = {
    "hand_over": HandOver(**WHO, to="某调委会", docking="访调", purpose="mediate", due=DUE, matter=MATTER),
    "accept": Accept(**WHO, due=DUE),
    "refuse": Refuse(**WHO, reason="J05"),
    "progress": Progress(**WHO, stage=Stage.MEDIATING),
    "result": Result(**WHO, outcome=Stage.CONFIRMED, agreement="2026-1", amount=Decimal("800.50")),
}
TAKEN: Mapping[str, Any] = {"accepted": 1, "caseNo": "JF1", "codeColor": "yellow", "reasonCode": ""}


def deliver(kind: str, data: Any) -> tuple[Any, Desk]:
    desk = Desk({"code": 0, "data": data})
    adapter = DisputeCode(DisputeCodeConfig(base_url="http://127.0.0.1:1"))
    return adapter.deliver(desk, delivery(ORDERS[kind])), desk  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", PATHS)
def test_each_kind_bears_the_key_and_our_code(kind: str) -> None:
    receipt, desk = deliver(kind, TAKEN)
    ((path, said),) = desk.posted
    assert path == PATHS[kind]
    assert (said["requestId"], said["outerCaseNo"], said["handleTime"]) == ("k" * 64, "C1", "2026-03-03 00:30:00")
    assert said["id"] == ("" if kind == "hand_over" else "17")
    assert (receipt.accepted, receipt.number, receipt.body) == (True, "JF1", {"codeColor": "yellow"})


def test_a_case_pushed_is_read_back_as_it_was_written() -> None:
    said: dict[str, Any] = dict(word(ORDERS["hand_over"], ZONE)) | {"id": 9}
    draft = DisputeCode(DisputeCodeConfig(base_url="http://127.0.0.1:1")).draft(said)
    assert (draft.title, draft.code, draft.region, draft.amount) == ("相邻排水", "D0402", "330110", "1200.50")
    assert [(p.name, p.role, p.kind, p.address) for p in draft.parties] == [
        ("徐二", "1", "natural", "江西省某县"),
        ("某某公司", "2", "legal", ""),
    ]
    assert (said["sourceNo"], said["docking"], said["deadline"]) == ("C1,17", "访调", "2026-03-10 00:30:00")


def test_the_words_of_each_kind() -> None:
    accept, refuse, result = (word(ORDERS[kind], ZONE) for kind in ("accept", "refuse", "result"))
    assert (accept["accepted"], accept["deadline"]) == (1, "2026-03-10 00:30:00")
    assert (refuse["accepted"], refuse["reasonCode"]) == (0, "J05")
    assert (result["status"], result["agreementNo"], result["amount"]) == ("51", "2026-1", "800.50")
    assert word(ORDERS["progress"], ZONE)["status"] == "30"
    assert [word(Progress(**WHO, **more), ZONE)["status"] for more in ({}, {"stage": Stage.HEARING})] == ["", ""]
    with pytest.raises(KeyError, match="fulfilled"):
        word(Result(**WHO, outcome=Stage.FULFILLED), ZONE)
    with pytest.raises(KeyError, match="notice"):
        word(Notice(**WHO, title="请受理"), ZONE)


def test_what_is_told_as_a_status_is_read_as_it_was_meant() -> None:
    assert len({*STAGES.values()}) == len(STAGES)
    for stage in (Stage.SETTLED, Stage.UNSETTLED, Stage.WITHDRAWN, Stage.CONFIRMED, Stage.UNCONFIRMED, Stage.CLOSED):
        assert STAGES[str(word(Result(**WHO, outcome=stage), ZONE)["status"])] is stage


def test_a_refusal() -> None:
    receipt, _ = deliver("hand_over", {"accepted": 0, "reasonCode": "J05"})
    assert (receipt.accepted, receipt.reason, receipt.number) == (False, "J05", "")


@pytest.mark.parametrize("data", [None, "", [], {}, {"caseNo": "JF1"}])
def test_an_answer_without_a_receipt_is_none(data: Any) -> None:
    with pytest.raises(SourceReplyInvalid, match="without a receipt"):
        deliver("result", data)
