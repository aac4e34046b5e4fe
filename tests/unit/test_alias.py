"""External numbers in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alias import normal, personal, ties


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("(2026)浙0110民初00123号", "（2026）浙0110民初123号"),
        ("〔２０２６〕浙0110民初123号", "（2026）浙0110民初123号"),
        ("xf-2026-0305 0001", "XF202603050001"),
        ("ＸＦ２０２６０３０５０００１", "XF202603050001"),
        ("余信访[2026] 012号", "余信访(2026)12号"),
        ("余信访〔2026〕12号", "余信访(2026)12号"),
        ("3301101993a", "3301101993A"),
        ("  ", ""),
    ],
)
def test_a_number_has_one_form(written: str, same: str) -> None:
    assert normal(written) == same


def test_our_own_code_is_read_with_its_slips() -> None:
    from datetime import date

    from schemas.case_code import case_code, spoken

    code = case_code("330110", date(2026, 3, 5), "XF", 84)
    assert normal(spoken(code).lower()) == code
    assert normal(code) == code
    assert normal(code.lower()) == code


@given(st.text(max_size=30))
def test_the_form_of_a_form_is_itself(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize("number", ["XF202603050001", "（2026）浙0110民初1号", "余信访(2026)1号", "A12345"])
def test_a_whole_number_ties(number: str) -> None:
    assert ties(number)


@pytest.mark.parametrize(
    "number", ["", "12345", "A1-23", "000000", "9999999", "XF2026****01", "无编号暂时没有", "AAAAAA1"]
)
def test_what_stands_where_no_number_is_ties_nothing(number: str) -> None:
    assert not ties(normal(number))


@pytest.mark.parametrize(
    "number",
    [
        "13800000001", "138-0000-0001", "+86 138 0000 0001", "１３８００００００01", "电话13800000001",
        "OLD 13800000001", "990405197203206223", "99040519720320622 3", "证号(990405197203206223)",
        "99000019491231000x", "990405720320622",
    ],
)  # fmt: skip
def test_a_number_of_a_person_is_told_from_one_of_a_matter(number: str) -> None:
    assert personal(number)


@pytest.mark.parametrize(
    "number",
    [
        "XF202603050001", "（2026）浙0110民初00123号", "OLD-2019-000123", "330110-12", "XF13800000001", "138000000012",
        "990405197203206224", "ZJ331024202602190001", "33011020260305XF00002K7", "",
    ],
)  # fmt: skip
def test_a_number_of_a_matter_is_none_of_a_person(number: str) -> None:
    assert not personal(number)
