"""Identity numbers against other people's libraries and the standards' own examples."""

import hashlib
import re
from collections.abc import Callable
from datetime import date

import phonenumbers
import pytest
from cryptography.hazmat.primitives.hashes import SM3, Hash
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from schemas.identity import (
    HashAlgorithm,
    HmacSm3,
    IdentityError,
    birth_date,
    check_character,
    citizen_number,
    citizen_region_note,
    credit_code,
    keyed_hash,
    mask,
    mask_name,
    mobile_number,
    redact,
    sex,
)

DAYS = st.dates(date(1900, 1, 1), date(2025, 12, 31))
SERIALS = st.integers(0, 999).map("{:03}".format)
NOWHERE = st.sampled_from(["990101", "000000", "990001"])  # no region has these codes
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def _numbered(region: str, born: date, serial: str) -> str:
    head = f"{region}{born:%Y%m%d}{serial}"
    return head + check_character(head)


CITIZENS = st.builds(_numbered, NOWHERE, DAYS, SERIALS)


def _refusal(parse: Callable[[str], str], text: str) -> str:
    with pytest.raises(IdentityError) as caught:
        parse(text)
    assert text.strip() not in str(caught.value) or not text.strip()
    return caught.value.code


@given(CITIZENS)
def test_check_character_and_birth_agree_with_the_oracle(number: str) -> None:
    assert ric.calc_check_digit(number) == number[17]
    assert citizen_number(number) == number
    assert birth_date(number) == ric.get_birth_date(number)
    assert sex(number) == ("1" if int(number[16]) % 2 else "2")


@given(CITIZENS)
def test_every_way_of_writing_one_number_has_one_normal_form(number: str) -> None:
    spaced = f" {number[:6]} {number[6:14]}-{number[14:]}\u3000"
    for written in (number.lower(), number.translate(FULL_WIDTH), spaced, spaced.translate(FULL_WIDTH)):
        assert citizen_number(written) == number


@given(CITIZENS, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_never_passes(number: str, place: int, step: int) -> None:
    old = number[place]
    wrong = str((int(old) + step) % 10) if old != "X" else str(step)
    assert _refusal(citizen_number, number[:place] + wrong + number[place + 1 :]) in {"check_digit", "birth"}


@given(NOWHERE, st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 995).map("{:03}".format))
def test_fifteen_digits_are_raised_to_eighteen(region: str, born: date, serial: str) -> None:
    assert citizen_number(f"{region}{born:%y%m%d}{serial}") == _numbered(region, born, serial)


def test_serials_of_people_over_a_hundred_lead_to_the_century_before() -> None:
    assert birth_date(citizen_number("990101890102997")) == date(1889, 1, 2)


@given(st.text(max_size=24))
def test_no_text_breaks_the_parsers(text: str) -> None:
    for parse in (citizen_number, credit_code, mobile_number):
        try:
            assert parse(parse(text)) == parse(text)
        except IdentityError as error:
            assert re.fullmatch("[a-z_]+", error.code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        ("　 ", "missing"),
        ("990***********0011", "masked"),
        ("99010119900101XXXX", "masked"),
        ("99010119900101xxx1", "masked"),
        ("990101＊＊＊＊＊＊＊＊0011", "masked"),
        ("9901011990010112", "length"),
        ("9901011990010112300", "length"),
        ("9901011990010I1230", "alphabet"),
        ("99010119900101123A", "alphabet"),
        ("99010119900101X230", "alphabet"),
        ("九九零一零一一九九零零一零一一二三零", "alphabet"),
        ("990101199013011230", "birth"),
        ("990101199002301230", "birth"),
        (_numbered("990101", date(1992, 2, 29), "123").replace("19920229", "19910229"), "check_digit"),
        ("990101179901011230", "birth"),
        ("990101000000001230", "birth"),
        ("990101901301123", "birth"),
        ("99010190010112A", "alphabet"),
        ("990101199001011231", "check_digit"),
    ],
)
def test_what_is_wrong_with_a_citizen_number_is_named(text: str, code: str) -> None:
    assert _refusal(citizen_number, text) == code


def test_a_leap_day_needs_a_leap_year() -> None:
    for head, sound in (("99010120000229123", True), ("99010119000229123", False), ("99010119910229123", False)):
        number = head + check_character(head)
        if sound:
            assert citizen_number(number) == number
        else:
            assert _refusal(citizen_number, number) == "birth"


def test_a_birth_after_the_given_day_is_refused() -> None:
    number = _numbered("990101", date(2026, 3, 2), "123")
    assert citizen_number(number, on=date(2026, 3, 2)) == number
    with pytest.raises(IdentityError, match="birth"):
        citizen_number(number, on=date(2026, 3, 1))
    assert _refusal(citizen_number, _numbered("990101", date(2099, 12, 31), "123")) == "birth"


@pytest.mark.parametrize(
    ("region", "note"),
    [
        ("330110", None),
        ("330103", "region_abolished"),  # 下城区, until 2021
        ("331021", "region_abolished"),  # 玉环县, until 2017
        ("332601", "region_abolished"),  # 台州地区, until 1994
        ("330199", "region_unknown"),
        ("110101", None),
        ("659999", None),  # outside Zhejiang the province decides
        ("990101", "region_unknown"),
        ("000000", "region_unknown"),
        ("160000", "region_unknown"),
    ],
)
def test_the_region_is_a_note_and_never_a_rejection(region: str, note: str | None) -> None:
    assert citizen_region_note(region + "00000000000X") == note


CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_HEADS = st.tuples(
    st.text("0123456789", min_size=8, max_size=8), st.text(CREDIT_SIGNS, min_size=9, max_size=9)
).map("".join)


@given(CREDIT_HEADS)
def test_credit_codes_agree_with_the_oracle(head: str) -> None:
    code = head + uscc.calc_check_digit(head)
    assert credit_code(code) == uscc.validate(code) == code
    assert credit_code(f" {code[:8].lower()}-{code[8:].lower()} ".translate(FULL_WIDTH)) == code


@given(CREDIT_HEADS, st.integers(0, 17), st.sampled_from(CREDIT_SIGNS))
def test_no_single_slip_in_a_credit_code_passes(head: str, place: int, sign: str) -> None:
    code = head + uscc.calc_check_digit(head)
    slip = code[:place] + sign + code[place + 1 :]
    if slip == code:
        assert credit_code(slip) == code
    elif uscc.is_valid(slip) or _refusal(credit_code, slip) not in {"check_digit", "alphabet"}:
        pytest.fail("a slip passed")


def test_letters_stand_in_the_first_two_places_of_real_codes() -> None:
    head = "N2990000MA0000000"  # a rural collective's; the oracle knows digits there only
    assert credit_code(head + uscc.calc_check_digit(head)).startswith("N2")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        ("911101******92690J", "masked"),
        ("91990000MA000000", "length"),
        *((f"91990000MA000000{sign}0", "alphabet") for sign in "IOSVZ"),
        ("9199A000MA0000000X", "alphabet"),
        ("91990000MA00000000", "check_digit"),
    ],
)
def test_what_is_wrong_with_a_credit_code_is_named(text: str, code: str) -> None:
    assert _refusal(credit_code, text) == code


@given(st.sampled_from("3456789"), st.text("0123456789", min_size=9, max_size=9))
def test_every_mobile_the_oracle_knows_is_accepted(second: str, rest: str) -> None:
    number = f"1{second}{rest}"
    assert mobile_number(number) == number
    known = phonenumbers.parse(number, "CN")
    if phonenumbers.number_type(known) == phonenumbers.PhoneNumberType.MOBILE:
        for style in phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL:
            assert mobile_number(phonenumbers.format_number(known, style)) == number


@pytest.mark.parametrize(
    "written",
    [
        "+86 138 0000 0001",
        "0086-13800000001",
        "86-138-0000-0001",
        "013800000001",
        "１３８０００００００１",
        "（+86）13800000001",
        "\ufeff13800000001\n",
    ],
)
def test_every_way_of_writing_one_mobile_has_one_normal_form(written: str) -> None:
    assert mobile_number(written) == "13800000001"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        ("***********", "masked"),
        ("138****0001", "masked"),
        ("1380000xxxx", "masked"),
        ("138000000011", "length"),
        ("1380000000", "length"),
        ("13800000001/13800000002", "alphabet"),
        ("无", "alphabet"),
        ("12800000001", "range"),
        ("23800000001", "range"),
    ],
)
def test_what_is_wrong_with_a_mobile_is_named(text: str, code: str) -> None:
    assert _refusal(mobile_number, text) == code


@given(CITIZENS)
def test_a_masked_identity_number_keeps_five_characters(number: str) -> None:
    masked = mask(number)
    assert len(masked) == len(number)
    assert len(masked.replace("*", "")) == 5
    assert _refusal(citizen_number, masked) == "masked"


def test_masks_of_names_and_short_text() -> None:
    assert mask("13800000001") == "138****0001"
    assert mask("1234567") == "*******"
    assert [mask_name(name) for name in ("张三", "张某某", "阿不都·某某", "某", "")] == ["张*", "张**", "阿**", "*", ""]


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("电话13800000001，谢谢", "电话138****0001，谢谢"),
        ("电话+86 138-0000-0001。", "电话138****0001。"),
        ("手机１３８０００００００１", "手机138****0001"),
        ("座机0571-88880000", "座机057*******00"),
        ("座机(0571)88880000转8", "座机057*******00转8"),
        ("身份证990101199001011230。", "身份证990*************30。"),
        ("身份证990101 19900101 123x", "身份证990*************3x"),
        ("老证990101900101123", "老证990**********23"),
        ("卡号6222020000000000000", "卡号622**************00"),
        ("卡号 6222 0200 0000 0000 000 ", "卡号 622**************00 "),
    ],
)
def test_numbers_of_people_are_redacted(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "（2026）浙0110民初123号",
        "2026-03-02 09:12:31 欠款130000元",
        "工单20260302091231",
        "信用代码91990000MA0000000" + uscc.calc_check_digit("91990000MA0000000"),
        "没有数字",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert redact(text) == text


@given(st.text("的在，。 a", max_size=20), CITIZENS, st.sampled_from(["", "，", "。", "的"]))
def test_no_citizen_number_survives_redaction(before: str, number: str, after: str) -> None:
    text = f"{before}身份证{number}{after}"
    assert number not in redact(text)
    assert number[6:14] not in redact(text)


def _sm3(message: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(message)
    return digest.finalize()


def test_sm3_gives_the_standards_own_example() -> None:
    # GM/T 0004-2012, A.1
    assert _sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize("native", [*([True] if "sm3" in hashlib.algorithms_available else []), False])
@given(
    key=st.binary(min_size=1, max_size=100),
    kind=st.sampled_from(["id", "phone"]),
    value=st.text(st.characters(codec="utf-8"), max_size=200),
)
def test_a_keyed_hash_is_hmac_sm3_by_its_definition(native: bool, key: bytes, kind: str, value: str) -> None:
    block = (key if len(key) <= 64 else _sm3(key)).ljust(64, b"\0")  # RFC 2104
    message = f"{kind}\0{value}".encode()
    inner = _sm3(bytes(byte ^ 0x36 for byte in block) + message)
    expected = _sm3(bytes(byte ^ 0x5C for byte in block) + inner)[:12]
    keyed = HmacSm3(key, native=native)
    assert keyed(kind, value) == expected
    assert keyed(kind, value) == expected  # its states are not used up


@given(key=st.binary(min_size=32, max_size=32), kind=st.sampled_from(["id", "phone"]), value=st.text(max_size=200))
def test_the_usual_keyed_hash_is_keyed_blake2b(key: bytes, kind: str, value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    keyed = keyed_hash(key, "BLAKE2b")
    told = hashlib.blake2b(f"{kind}\0{value}".encode(), key=key, digest_size=12, person=b"yiwang subject").digest()
    assert keyed(kind, value) == told == keyed(kind, value)


@pytest.mark.parametrize("algorithm", ["BLAKE2b", "HMAC-SM3"])
def test_keyed_hashes_are_short_and_apart_by_kind_and_key(algorithm: HashAlgorithm) -> None:
    keyed = keyed_hash(b"key", algorithm)
    first = keyed("citizen", "990101199001011230")
    assert len(first) == 12
    assert first != keyed("mobile", "990101199001011230")
    assert first != keyed_hash(b"yek", algorithm)("citizen", "990101199001011230")
    assert keyed("a", "b\0c") != keyed("ab", "c")


def test_an_error_never_holds_the_value() -> None:
    for parse, value in ((citizen_number, "990101199001011231"), (mobile_number, "12800000001")):
        with pytest.raises(IdentityError) as caught:
            parse(value)
        assert value not in repr(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
