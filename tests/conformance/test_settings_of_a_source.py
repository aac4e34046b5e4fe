"""What ``conformance.toml`` says of a source, and what checks make of it: encoding, unit, codes without meaning."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from source_kinds import subject

from conformance.broken.tx_02 import LacksACode
from conformance.checks.privacy import recordings_hold_nobody
from conformance.harness import Harness
from conformance.reference import Reference
from conformance.subject import AdapterClass, Subject
from conformance.suite import prove
from hub import api

ROW = (
    "<row><no>K {0}</no><at>2026-04-0{0} 09:00:00</at><kind>A1</kind><text>相邻通行</text>"
    "<who><name>王䶮</name><id>990101198003072016</id><tel>13800001001</tel></who></row>"
)


def told(kind: AdapterClass, **wire: Any) -> Subject:
    """A subject with other settings: ``unmapped_codes`` of the file, the rest of its ``[wire]``."""
    one = Subject.of(kind)
    codes = wire.pop("unmapped_codes", one.spec.unmapped_codes)
    spec = one.spec.model_copy(update={"wire": one.wire.model_copy(update=wire), "unmapped_codes": codes})
    return Subject(kind, one.folder, spec)


def outcome(one: Subject, id: str) -> tuple[str, str]:
    """What becomes of one check, and what it saw."""
    (result,) = [each for each in prove(one, only=[id]).results if each.check.id == id]
    return str(result.outcome), result.saw


def money(draft: api.Draft) -> Decimal:
    """The amount of a draft as a number."""
    return Decimal(str(draft.amount).replace(",", ""))


class InFen(Reference):
    """Hands on yuan where the source tells fen."""

    def draft(self, item: api.Item) -> api.Draft:
        draft = super().draft(item)
        return replace(draft, amount=str(money(draft) / 100) if draft.amount else None)


class InWan(Reference):
    """Hands on yuan where the source tells ten thousands of them."""

    def draft(self, item: api.Item) -> api.Draft:
        draft = super().draft(item)
        return replace(draft, amount=str(money(draft) * 10_000) if draft.amount else None)


@pytest.mark.parametrize("unit", ["fen", "yuan", "wan"])
@pytest.mark.parametrize("kind", [InFen, Reference, InWan])
def test_an_amount_is_held_against_the_unit_of_the_source(kind: AdapterClass, unit: str) -> None:
    right = {"fen": InFen, "yuan": Reference, "wan": InWan}[unit] is kind
    assert outcome(told(kind, unit=unit), "RC-13")[0] == ("pass" if right else "fail")


def test_a_listed_code_may_be_in_no_table() -> None:
    assert outcome(told(LacksACode), "TX-02")[0] == "fail"
    assert outcome(told(LacksACode, unmapped_codes=("L04",)), "TX-02")[0] == "pass"


@pytest.mark.parametrize(
    ("kind", "codes", "said"),
    [
        (Reference, ("L04",), "L04 is known to a table"),
        (LacksACode, ("L04", "L77"), "L77 is not in the recording"),
    ],
)
def test_a_listed_code_stays_unmapped_and_is_really_there(
    kind: AdapterClass, codes: tuple[str, ...], said: str
) -> None:
    assert outcome(told(kind, unmapped_codes=codes), "TX-02") == ("fail", said)


def test_replies_in_xml_are_encoded_as_told(tmp_path: Path) -> None:
    body = f'<?xml version="1.0"?><answer><rows>{ROW.format(1)}{ROW.format(2)}</rows></answer>'
    h = Harness(subject(tmp_path, "link_header", extra='encoding = "gb18030"', body=body, items="answer.rows.row"))
    with h.source() as sim:
        pages = h.pages(sim)
        seen = h.drafts(sim)
    assert b"gb18030" in pages[0].content[:60].lower()
    assert "王䶮".encode("gb18030") in pages[0].content
    assert seen[-1].draft.parties[0].name == "王䶮"


@pytest.mark.parametrize(
    ("number", "anybody"),
    [
        ("332127750614000", True),  # Zhejiang, abolished: born in 1975
        ("990101750614001", False),  # no such region
        ("330110001101004", False),  # a village and its grid, not somebody born in 1900
        ("330110009026004", False),  # no such day
        ("33212775061400", False),  # 14 digits
    ],
)
def test_old_identity_numbers_are_found_and_area_codes_are_not(number: str, anybody: bool, tmp_path: Path) -> None:
    one = Subject.of(Reference)
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "two_pages.jsonl").write_text(f'{{"id":"{number}"}}', encoding="utf-8")
    h = Harness(Subject(one.kind, tmp_path, one.spec))
    if anybody:
        with pytest.raises(AssertionError, match="an identity number"):
            recordings_hold_nobody(h)
    else:
        recordings_hold_nobody(h)
    assert h.observed == 1
