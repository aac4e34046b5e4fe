"""The case code: what is issued is read back, and slips are noticed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from schemas.case_code import LENGTH, SEQUENCES, case_code, read_case_code, spoken
from schemas.life import Channel

CODE = case_code("330110", date(2026, 3, 5), Channel.PETITION, 84)


@given(
    st.integers(0, 999_999), st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(Channel),
    st.integers(1, SEQUENCES - 1),
)  # fmt: skip
def test_a_code_is_read_back_and_passes_the_oracle(region: int, day: date, channel: Channel, number: int) -> None:
    code = case_code(f"{region:06}", day, channel, number)
    assert len(code) == LENGTH
    assert mod_37_36.is_valid(code)
    assert read_case_code(code) == code
    assert read_case_code(spoken(code).lower()) == code


@given(st.integers(0, LENGTH - 1), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_sign_is_no_code(at: int, sign: str) -> None:
    wrong = CODE[:at] + sign + CODE[at + 1 :]
    assert (read_case_code(wrong) is None) == (wrong != CODE)


def test_neighbours_swapped_are_nearly_always_noticed() -> None:
    days = [date(2026, 1 + n % 12, 1 + n % 28) for n in range(200)]
    codes = [case_code(f"{110000 + n * 7919 % 540000}", day, "XF", n + 1) for n, day in enumerate(days)]
    swapped = [c[:at] + c[at + 1] + c[at] + c[at + 2 :] for c in codes for at in range(22) if c[at] != c[at + 1]]
    missed = sum(read_case_code(wrong) is not None for wrong in swapped)
    assert missed < len(swapped) / 100  # ISO 7064 promises "nearly all" for its hybrid systems


def test_what_people_type_is_read() -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in CODE)
    for typed in (f" {CODE} ", CODE.lower(), spoken(CODE), spoken(CODE).replace(" ", "-"), wide):
        assert read_case_code(typed) == CODE
    slipped = CODE[:16] + CODE[16:22].replace("0", "O") + CODE[22]
    assert slipped != CODE
    assert read_case_code(slipped) == CODE


@pytest.mark.parametrize("text", ["", "330110", CODE + "0", "（2026）浙9901民初12号", "33011020261305XF00002K0"])
def test_anything_else_is_none(text: str) -> None:
    assert read_case_code(text) is None


def test_a_code_that_cannot_be_issued_is_refused() -> None:
    with pytest.raises(ValueError, match="six digits"):
        case_code("33011", date(2026, 3, 5), Channel.PETITION, 1)
    for number in (0, SEQUENCES):
        with pytest.raises(ValueError, match="no more numbers"):
            case_code("330110", date(2026, 3, 5), Channel.PETITION, number)
    with pytest.raises(ValueError, match="ZZ"):
        case_code("330110", date(2026, 3, 5), "ZZ", 1)
