"""Receipts of platforms: taken, not taken, and what is neither."""

from typing import Any

import pytest

from adapters.receipts import ReceiptFields
from hub.api import Receipt, SourceReplyInvalid

FIELDS = ReceiptFields("SFJS", "HZBH", "YYDM", ("JSSJ",))


def test_taken_or_not_with_number_reason_and_what_is_kept_beside() -> None:
    told = {"SFJS": 1, "HZBH": "HZ1", "JSSJ": "2026-03-02 10:00:00", "else": "x"}
    assert FIELDS.receipt(told) == Receipt(True, "HZ1", "", {"JSSJ": "2026-03-02 10:00:00"})
    assert FIELDS.receipt({"SFJS": "0", "YYDM": "07"}) == Receipt(False, "", "07", {"JSSJ": ""})


@pytest.mark.parametrize("told", [None, [], "1", {}, {"SFJS": None}, {"SFJS": ""}, {"SFJS": "2"}, {"HZBH": "HZ1"}])
def test_what_says_neither_is_no_refusal(told: Any) -> None:
    with pytest.raises(SourceReplyInvalid, match='"SFJS" says neither'):
        FIELDS.receipt(told)
