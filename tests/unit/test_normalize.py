"""Draft to record: every style and every bad input of faults_and_inputs.md 4.4 that concerns meaning."""

import os
import time
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contract import Manifest
from hub.errors import RecordRejected
from hub.mapping.mapper import Mapper
from hub.mapping.normalize import Normalizer
from hub.mapping.numbers import NumberError, fen, people
from hub.mapping.times import TimeError, moment, revision
from schemas.draft import Draft, DraftParty, DraftResolution, DraftStep
from schemas.identity import check_character
from schemas.life import Stage
from schemas.record import DisputeRecord
from schemas.taxonomy import load

SHANGHAI = ZoneInfo("Asia/Shanghai")
FETCHED = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
MANIFEST = Manifest(
    name="sheet", version="1.0.0", kind="mediation", channel="TJ", stages={"40": Stage.SETTLED, "10": Stage.RECEIVED}
)
CITIZEN = "99010119900307001" + check_character("99010119900307001")
"""An identity number of no region, with its correct check digit."""


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    return Normalizer(MANIFEST, source="sheet_a", mapper=Mapper(load()))


@pytest.fixture
def record(normalizer):
    def make(**draft: object) -> DisputeRecord:
        return normalizer.record(Draft(**{"key": "k1"} | draft), stream="records", fetched=FETCHED)

    return make


def notes(record: DisputeRecord) -> set[tuple[str, str]]:
    return {(note.code, note.field) for note in record.notes}


WRITTEN_TIMES = [
    ("2026-03-02 09:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02 9:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026/03/02 09:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026/3/2 9:12", "2026-03-02T01:12:00Z", "second"),
    ("2026.03.02 09:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026年3月2日 9时12分31秒", "2026-03-02T01:12:31Z", "second"),
    ("2026年03月02日09:12", "2026-03-02T01:12:00Z", "second"),
    ("2026年3月2日下午3点20分", "2026-03-02T07:20:00Z", "second"),
    ("二〇二六年三月二日", "2026-03-01T16:00:00Z", "day"),
    ("二〇二六年十二月三十一日", "2026-12-30T16:00:00Z", "day"),
    ("２０２６－０３－０２　０９：１２：３１", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31.5", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02 09:12:31.123456789", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T01:12:31Z", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31+08:00", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31+0800", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31.000+0800", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-01T18:12:31-07:00", "2026-03-02T01:12:31Z", "second"),
    ("20260302091231", "2026-03-02T01:12:31Z", "second"),
    ("202603020912", "2026-03-02T01:12:00Z", "second"),
    ("20260302", "2026-03-01T16:00:00Z", "day"),
    ("2026-03-02", "2026-03-01T16:00:00Z", "day"),
    ("2026/3/2", "2026-03-01T16:00:00Z", "day"),
    ("2026年3月2日", "2026-03-01T16:00:00Z", "day"),
    ("201811", "2018-10-31T16:00:00Z", "month"),
    ("2018-11", "2018-10-31T16:00:00Z", "month"),
    ("2018年11月", "2018-10-31T16:00:00Z", "month"),
    ("2026-03-02 24:00:00", "2026-03-02T16:00:00Z", "second"),
    ("2026-02-28 24:00:00", "2026-02-28T16:00:00Z", "second"),
    ("2024-02-29", "2024-02-28T16:00:00Z", "day"),
    (1772413951, "2026-03-02T01:12:31Z", "second"),
    ("1772413951", "2026-03-02T01:12:31Z", "second"),
    (1772413951000, "2026-03-02T01:12:31Z", "second"),
    ("1772413951000", "2026-03-02T01:12:31Z", "second"),
    (1772413951.5, "2026-03-02T01:12:31Z", "second"),
    (20260302, "2026-03-01T16:00:00Z", "day"),
    (datetime(2026, 3, 2, 9, 12, 31), "2026-03-02T01:12:31Z", "second"),
    (datetime(2026, 3, 2, 9, 12, 31, tzinfo=timezone(timedelta(hours=9))), "2026-03-02T00:12:31Z", "second"),
    (date(2026, 3, 2), "2026-03-01T16:00:00Z", "day"),
    ("2040-01-20 00:00:00", "2040-01-19T16:00:00Z", "second"),  # beyond 2038
    ("1988-07-01 00:00:00", "1988-06-30T15:00:00Z", "second"),  # Shanghai had summer time
    ("1988-04-17 12:00:00", "1988-04-17T03:00:00Z", "second"),  # the day it began
]

SENTINELS = [
    "9999-09-09", "9999-12-31 23:59:59", "99990909", "99999999", "0001-01-01", "0001-01-01T00:00:00", "1899-12-31",
    "1899-12-30 00:00:00", "1900-01-01", "1900-01-01 00:00:00", "2099-12-31", "2099-12-31 00:00;00", "0000-00-00",
    "00000000", "0000-00-00 00:00:00", "null", "NULL", "\\N", "true", "0", 0, True, "1970-01-01",
    "1970-01-01 08:00:00", "-", datetime(1, 1, 1), date(9999, 9, 9),
]  # fmt: skip

IMPOSSIBLE = [
    "2026-02-30", "20260230", "2026-13-01", "2025-02-29", "2026-03-02 25:00:00", "2026-03-02 24:00:01",
    "农历正月初五", "昨天", "20269", "2026-03-02 09:12:31 +99:00", -1, 5, 10**30, float("nan"), float("inf"),
    pytest.param("9" * 5000, id="5000 digits"), "1776-07-04", "2300-01-01", pytest.param(object(), id="object"), [2026],
]  # fmt: skip


@pytest.mark.parametrize(("written", "utc", "grain"), WRITTEN_TIMES, ids=repr)
def test_times_are_read_in_every_style(written, utc, grain):
    at = moment(written, SHANGHAI)
    assert (at.text, at.grain) == (utc, grain)


@pytest.mark.parametrize("written", ["", "  ", None, "\u3000", "\ufeff"])
def test_a_blank_time_is_none_without_a_note(record, written):
    assert notes(record(opened=written)) == set()


@pytest.mark.parametrize("written", SENTINELS, ids=repr)
def test_sentinels_are_none_with_a_note(record, written):
    got = record(due=written)
    assert got.due is None
    assert notes(got) == {("time.sentinel", "due")}


@pytest.mark.parametrize("written", IMPOSSIBLE, ids=lambda v: repr(v)[:40])
def test_impossible_times_are_none_with_a_note(record, written):
    got = record(closed=written)
    assert got.closed is None
    assert notes(got) == {("time.invalid", "closed")}


def test_a_typed_semicolon_is_read_over_with_a_note(record):
    got = record(opened="2026-03-02 09:12;31")
    assert (got.opened, notes(got)) == ("2026-03-02T01:12:31Z", {("time.repaired", "opened")})


def test_a_day_stands_for_its_midnight_and_is_marked(record):
    got = record(opened="20260302", due="201811", happened="2026-03-02 23:30:00")
    assert (got.opened, got.happened) == ("2026-03-01T16:00:00Z", "2026-03-02")
    assert notes(got) == {("time.day_only", "opened"), ("time.month_only", "due")}


def test_naive_times_are_in_the_manifests_zone():
    manifest = Manifest(name="bay", version="1", kind="grid", timezone="America/Los_Angeles")
    normalizer = Normalizer(manifest, source="bay", mapper=Mapper(load()))
    got = normalizer.record(
        Draft(key="1", opened="2010-09-30 15:32:00", happened="2010-09-30T23:00:00-07:00"),
        stream="records",
        fetched=FETCHED,
    )
    assert (got.opened, got.happened) == ("2010-09-30T22:32:00Z", "2010-09-30")


REVISIONS = [
    ("2026-03-02 09:12:31", 1_772_413_951_000_000),
    ("2026-03-02T09:12:31.123456+08:00", 1_772_413_951_123_456),
    (1_772_413_951, 1_772_413_951_000_000),
    (1_772_413_951_123, 1_772_413_951_123_000),
    ("1772413951123456", 1_772_413_951_123_456),
    ("20260302", 1_772_380_800_000_000),
    (20260302091231, 1_772_413_951_000_000),
    (20260302, 20260302),
    (7, 7),
    ("0012", 12),
    (0, 0),
    (2**63 - 1, 2**63 - 1),
    (None, None),
    ("", None),
]


@pytest.mark.parametrize(("written", "order"), REVISIONS, ids=repr)
def test_revisions_are_microseconds_or_counters(record, written, order):
    got = record(revision=written)
    assert (got.revision, notes(got)) == (order, set())


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2026-02-30", "revision.invalid"),
        ("20260230", "revision.invalid"),
        ("later", "revision.invalid"),
        (-3, "revision.invalid"),
        (2**63, "revision.invalid"),
        ("9999-09-09", "time.sentinel"),
        ("99990909", "time.sentinel"),
        ("true", "time.sentinel"),
        ("2026-03-06 12:00:00", "revision.future"),
        ("2035-01-01", "revision.future"),
    ],
)
def test_a_revision_that_orders_nothing_is_none_with_a_note(record, written, code):
    got = record(revision=written)
    assert (got.revision, notes(got)) == (None, {(code, "revision")})


def test_a_revision_within_a_day_of_fetching_is_clock_skew(record):
    assert record(revision="2026-03-06 09:59:00").revision is not None


AMOUNTS = [
    ("5,000000", 500_000_000), ("130000", 13_000_000), ("130,000.00", 13_000_000), ("13万", 13_000_000),
    ("13万元", 13_000_000), ("约13万余元", 13_000_000), ("1.5亿元", 15_000_000_000), ("人民币5000元整", 500_000),
    ("¥5000", 500_000), ("５０００", 500_000), ("三万五千元", 3_500_000), ("两百元", 20_000), ("十三万", 13_000_000),
    ("0.1", 10), (0.1, 10), ("0.005", 1), (12.345, 1_235), (0, 0), ("-0", 0), (-0.0, 0), ("1e3", 100_000),
    (5000, 500_000), ("5千", 500_000), ("", None), (None, None), ("无", None), ("\\N", None), ("null", None),
]  # fmt: skip

NO_AMOUNTS = [
    "NaN", "Infinity", "1e400", "-1e400", 1e400, float("nan"), -5, "-5", 2**63, "abc", "5万5", True, [], "9" * 200,
    "1e99999", 10**400, "十一二", "1_000", "--5",
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), AMOUNTS, ids=repr)
def test_amounts_in_yuan_become_fen(written, expected):
    assert fen(written) == expected


@pytest.mark.parametrize("written", NO_AMOUNTS, ids=lambda v: "" if isinstance(v, int) else repr(v)[:30])
def test_what_is_no_amount_is_none_with_a_note(record, written):
    with pytest.raises(NumberError):
        fen(written)
    got = record(amount=written)
    assert (got.amount_fen, notes(got)) == (None, {("number.invalid", "amount")})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("3", 3),
        (3, 3),
        ("213人", 213),
        ("约200余户", 200),
        ("三人", 3),
        ("十二人", 12),
        ("1.0", 1),
        (2.0, 2),
        ("2万人", 20_000),
        ("", None),
        ("无", None),
    ],
)
def test_head_counts(written, expected):
    assert people(written) == expected


@pytest.mark.parametrize("written", [-1, 2.5, "many", float("nan"), float("inf"), 10**9, True, "1e400", {}])
def test_what_is_no_head_count_is_none_with_a_note(record, written):
    got = record(people=written)
    assert (got.people, notes(got)) == (None, {("number.invalid", "people")})


COORDINATES = [
    ("120.73", "28.85", (120.73, 28.85), set()),
    (28.85, 120.73, (120.73, 28.85), {("place.swapped", "lng")}),
    (0, "0.0", (None, None), {("place.zero", "lng")}),
    ("-122.41", "37.77", (-122.41, 37.77), set()),
    ("200", "95", (None, None), {("place.invalid", "lng")}),
    ("abc", "28", (None, None), {("place.invalid", "lng")}),
    (float("nan"), 28, (None, None), {("place.invalid", "lng")}),
    ("1e400", 28, (None, None), {("place.invalid", "lng")}),
    ("120.73", None, (None, None), {("place.half", "lat")}),
    ("", "28.85", (None, None), {("place.half", "lng")}),
    ("null", "", (None, None), set()),
]


@pytest.mark.parametrize(("lng", "lat", "kept", "noted"), COORDINATES, ids=repr)
def test_coordinates(record, lng, lat, kept, noted):
    got = record(lng=lng, lat=lat)
    assert ((got.place.lng, got.place.lat), notes(got)) == (kept, noted)
    assert (got.place.datum == "GCJ-02") == (kept[0] is not None)


def test_an_unknown_datum_is_noted(record):
    got = record(lng=120, lat=28, datum="火星坐标")
    assert (got.place.datum, notes(got)) == (None, {("place.datum_unknown", "datum")})
    assert record(lng=120, lat=28, datum="bd09").place.datum == "BD-09"


REGIONS = [
    ("331024", "331024000000", None),
    ("331024000000", "331024000000", None),
    ("331024105", "331024105000", None),
    ("331024105000", "331024105000", None),
    ("331024105001", "331024105000", None),
    ("331024105001003", "331024105000", None),  # with a grid suffix
    ("３３１０２４", "331024000000", None),
    ("331024999", "331024000000", "region.coarser"),
    ("330103", "330105000000", "region.abolished"),  # 下城区
    ("浙1024", "331024000000", None),
    ("仙居县人民法院", "331024000000", None),
    ("仙居县", "331024000000", None),
    ("110101", "000000", "region.unknown"),
    ("999999", "000000", "region.unknown"),
    ("000000", "000000", "region.unknown"),
    ("天涯海角", "000000", "region.unknown"),
]


@pytest.mark.parametrize(("written", "region", "note"), REGIONS, ids=repr)
def test_regions_of_every_width(record, written, region, note):
    got = record(region=written)
    assert (got.place.region, notes(got)) == (region, {(note, "region")} if note else set())
    assert got.extra.get("region") == (written if note == "region.unknown" else None)


def test_a_region_not_told_is_read_from_the_organisation_path(record):
    got = record(org_path=["浙江省", "台州市", "仙居县", "", "某村"])
    assert (got.place.org_path, got.place.region) == (("浙江省", "台州市", "仙居县", "某村"), "331024000000")
    assert record(org_path="浙江省/台州市/仙居县").place.region == "331024000000"
    assert notes(record(org_path=list("一二三四五六七"))) == {("place.path_cut", "org_path")}


PARTIES = [
    (DraftParty(name="张某", id_number=CITIZEN), {"id_number": CITIZEN, "id_type": "111"}, {"identity.region_unknown"}),
    (DraftParty(name="张某", id_number=CITIZEN[:-1] + "Q"), {"id_number": CITIZEN[:-1] + "Q"}, {"identity.alphabet"}),
    (DraftParty(name="张某", id_number="9901**********0010"), {"id_number": "9901**********0010"}, {"identity.masked"}),
    (
        DraftParty(name="张某", id_type="居民身份证", id_number="123"),
        {"id_number": "123", "id_type": "111"},
        {"identity.length"},
    ),
    (
        DraftParty(name="外籍某", id_type="414", id_number="E12345678"),
        {"id_number": "E12345678", "id_type": "414"},
        set(),
    ),
    (
        DraftParty(name="某公司", kind="2", id_number="91330000MA27X00002"),
        {"id_number": "91330000MA27X00002"},
        {"identity.check_digit"},
    ),
    (DraftParty(name="某公司", kind="法人", id_number="911101******92690J"), {"kind": "2"}, {"identity.masked"}),
    (
        DraftParty(name="某公司", kind="2", id_number="9I330000MA27X00002"),
        {"id_number": "9I330000MA27X00002"},
        {"identity.alphabet"},
    ),
    (DraftParty(name="张某", phone="+86 138-0000-0001"), {"phone": "13800000001"}, set()),
    (DraftParty(name="张某", phone="13800000001/13800000002"), {"phone": "13800000001"}, {"phone.several"}),
    (DraftParty(name="张某", phone="0576-87770000、13800000002"), {"phone": "0576-87770000"}, {"phone.several"}),
    (DraftParty(name="张某", phone="***********"), {"phone": "***********"}, {"phone.masked"}),
    (DraftParty(name="张某", phone="138000000012"), {"phone": "138000000012"}, {"phone.length"}),
    (DraftParty(name="张某", phone="0576-87770000"), {"phone": "0576-87770000"}, set()),
    (DraftParty(name="张某", phone="无"), {"phone": None}, set()),
    (DraftParty(name="买买提•某"), {"name": "买买提·某"}, set()),
    (DraftParty(name="买买提・某"), {"name": "买买提·某"}, set()),
    (DraftParty(name="张　三"), {"name": "张三"}, set()),
    (DraftParty(name="\ufeff张\u200b某"), {"name": "张某"}, {"text.cleaned"}),
    (DraftParty(name="䶮𠮷㛃"), {"name": "䶮𠮷㛃"}, set()),
    (DraftParty(name="\ue863某"), {"name": "\ue863某"}, {"text.private_use"}),
    (DraftParty(name="李&#20320;"), {"name": "李你"}, {"text.unescaped"}),
    (DraftParty(name="李某", role="被申请人", gender="女"), {"role": "2", "gender": "2"}, set()),
    (DraftParty(name="李某", role="2", gender="男性"), {"role": "2", "gender": "1"}, set()),
    (DraftParty(name="李某", role="乙方", kind="怪"), {"role": "1", "kind": "1"}, {"code.unknown"}),
]


@pytest.mark.parametrize(("draft", "kept", "noted"), PARTIES, ids=lambda each: "")
def test_parties(record, draft, kept, noted):
    got = record(parties=[draft])
    party = got.parties[0].model_dump()
    assert {field: party[field] for field in kept} == kept
    assert {note.code for note in got.notes} == noted
    assert all(note.field.startswith("parties[0].") for note in got.notes)


def test_a_number_of_15_digits_is_raised_to_18(record):
    party = record(parties=[DraftParty(name="张某", id_number="990101900307001")]).parties[0]
    assert party.id_number == CITIZEN


def test_a_birth_after_fetching_is_noted(record):
    head = "99010120260307001"
    got = record(parties=[DraftParty(name="张某", id_number=head + check_character(head))])
    assert ("identity.birth", "parties[0].id_number") in notes(got)


def test_a_party_that_says_nothing_is_dropped(record):
    got = record(parties=[DraftParty(), DraftParty(name="无", phone="-", role="2"), DraftParty(name="王某")])
    assert [party.name for party in got.parties] == ["王某"]


TEXTS = [
    ("\\N", "", set()),
    ("null", "", set()),
    ("   ", "", set()),
    ("a\x00b", "ab", {("text.cleaned", "detail")}),
    ("\ufeff甲", "甲", {("text.cleaned", "detail")}),
    ("甲\u202e乙", "甲乙", {("text.cleaned", "detail")}),
    ("甲\r\n乙\r丙", "甲\n乙\n丙", set()),
    ("\x1b[31m红", "[31m红", {("text.cleaned", "detail")}),
    ("\ud842\udfb7", "𠮷", {("text.cleaned", "detail")}),
    ("甲\ud842", "甲\ufffd", {("text.cleaned", "detail")}),
    ("&#20320;好&#60;", "你好&#60;", {("text.unescaped", "detail")}),
    ("<b>甲</b> ' OR 1=1 --", "<b>甲</b> ' OR 1=1 --", set()),
    ("=HYPERLINK(1)", "=HYPERLINK(1)", set()),
    ("表情😀", "表情😀", set()),
    (1024, "1024", set()),
    (1024.0, "1024", set()),
]


@pytest.mark.parametrize(("written", "kept", "noted"), TEXTS, ids=ascii)
def test_texts_are_cleaned(record, written, kept, noted):
    got = record(title="标题", detail=written)
    assert (got.detail, notes(got)) == (kept, noted)


def test_a_title_is_one_line_of_at_most_500(record):
    assert record(title="一\r\n二\t三").title == "一 二 三"
    got = record(title="长" * 501)
    assert (len(got.title), notes(got)) == (500, {("text.cut", "title")})


def test_a_missing_title_is_the_first_sentence(record):
    assert record(detail="楼上漏水。已有三天。").title == "楼上漏水"
    assert record(title="null", detail="长" * 200).title == "长" * 60
    assert record(title=None, detail=None).title == ""


REJECTED = [
    ({"key": None}, "key.missing", "key"),
    ({"key": "  "}, "key.missing", "key"),
    ({"key": "null"}, "key.missing", "key"),
    ({"key": "k" * 201}, "key.too_long", "key"),
    ({"key": 10**300}, "key.too_long", "key"),
    ({"key": 10**9999}, "key.too_long", "key"),
    ({"key": 1.5}, "key.type", "key"),
    ({"key": True}, "key.type", "key"),
    ({"key": ["a"]}, "key.type", "key"),
    ({"key": "a\x00b"}, "key.characters", "key"),
    ({"key": "a\ud800"}, "key.characters", "key"),
    ({"detail": "长" * 1_000_001}, "text.too_long", "detail"),
    ({"title": {"a": 1}}, "schema.string_type", "title"),
    ({"detail": ["a"]}, "schema.string_type", "detail"),
    ({"status": True}, "schema.string_type", "status"),
    ({"parties": [{"name": "张某"}]}, "draft.type", "parties[0]"),
    ({"parties": 3}, "draft.type", "parties"),
    ({"steps": ["step"]}, "draft.type", "steps[0]"),
    ({"references": ["ab"]}, "draft.type", "references[0]"),
    ({"references": 5}, "draft.type", "references"),
    ({"resolution": "成功"}, "draft.type", "resolution"),
    ({"extra": [1]}, "draft.type", "extra"),
    ({"org_path": 5}, "draft.type", "org_path"),
    ({"extra": {"a": {1: {2, 3}}}}, None, None),
]


@pytest.mark.parametrize(
    ("draft", "code", "field"), REJECTED, ids=lambda each: next(iter(each)) if isinstance(each, dict) else ""
)
def test_a_draft_that_cannot_be_a_record_is_rejected_by_name(record, draft, code, field):
    if code is None:
        assert record(**draft).extra
        return
    with pytest.raises(RecordRejected) as caught:
        record(**draft)
    assert (caught.value.reject_code, caught.value.field) == (code, field)
    assert "张某" not in str(caught.value)


def test_keys_of_digits_are_text(record):
    assert record(key=42).key == "42"
    assert record(key=" ZJ-1 ").key == "ZJ-1"


def test_a_tombstone_needs_only_its_key(record):
    got = record(deleted=True)
    assert (got.deleted, got.classification.method, got.notes) == (True, "unmapped", ())


def test_status_leads_to_a_stage_by_the_manifest(record):
    got = record(status=40, status_label="调解成功")
    assert (got.stage, got.status, got.status_label, notes(got)) == (Stage.SETTLED, "40", "调解成功", set())
    got = record(status="77")
    assert (got.stage, got.status, notes(got)) == (None, "77", {("status.unknown", "status")})


def test_court_case_numbers_take_their_normal_form(record):
    written = [
        ("court_case", each)
        for each in ("(2026)浙1024民初123号", "（2026）浙1024民初123号", "〔2026〕浙1024民初０123号", "民初x号")
    ]
    got = record(references=[*written, ("petition", " ZJ33 "), ("petition", "无"), ("", "1")])
    assert [(each.kind, each.number) for each in got.references] == [
        ("court_case", "（2026）浙1024民初123号"),
        ("court_case", "民初x号"),
        ("petition", "ZJ33"),
    ]
    assert notes(got) == {("reference.case_number", "references[3]")}


def test_steps_and_resolution(record):
    got = record(
        steps=[
            DraftStep(at="2026-03-02 09:00:00", action="受理", body="某镇", note="一\n二", key="s1"),
            DraftStep(),
            DraftStep(at="2026-02-30", action="办"),
        ],
        resolution=DraftResolution(
            method="01", success="是", assessed="20260304", responsible="李　某", situation="双方和解"
        ),
    )
    assert [(step.at, step.action, step.note) for step in got.steps] == [
        ("2026-03-02T01:00:00Z", "受理", "一\n二"),
        (None, "办", ""),
    ]
    assert (got.resolution.success, got.resolution.assessed, got.resolution.responsible) == (True, "2026-03-04", "李某")
    assert notes(got) == {("time.invalid", "steps[2].at")}


@pytest.mark.parametrize(
    ("written", "success"), [("1", True), (1, True), ("0", False), (0, False), ("否", False), (True, True), ("", None)]
)
def test_success_of_a_resolution(record, written, success):
    assert record(resolution=DraftResolution(success=written)).resolution.success is success


def test_scale_and_channel(record):
    assert (record(scale="一般群体性事件").scale, record(scale="02").scale) == ("02", "02")
    assert notes(record(scale="巨大")) == {("code.unknown", "scale")}
    assert (record().channel, record(channel="WS").channel) == ("TJ", "WS")


def test_a_repaired_name_of_an_extra_field_is_noted_on_every_record(record):
    for _ in range(2):
        got = record(extra={"mode\u200b": "x"})
        assert (got.extra, notes(got)) == ({"mode": "x"}, {("text.cleaned", "extra")})


def test_names_of_extra_fields_that_equal_each_other_are_told_apart(record):
    assert record(extra={1: "x"}).extra == {"1": "x"}
    with pytest.raises(RecordRejected, match="bool"):
        record(extra={True: "x"})


def test_notes_name_the_part_they_concern(record):
    got = record(
        title="a\u200b",
        parties=[DraftParty(name="张三"), DraftParty(name="李四", phone="12")],
        steps=[DraftStep(action="受理", at="never")],
        resolution=DraftResolution(success="perhaps"),
        references=[("court_case", "12")],
    )
    assert notes(got) == {
        ("text.cleaned", "title"),
        ("phone.length", "parties[1].phone"),
        ("time.invalid", "steps[0].at"),
        ("code.unknown", "resolution.success"),
        ("reference.case_number", "references[0]"),
    }


def test_extra_keeps_text_and_json(record):
    got = record(extra={"a": " x ", "b": None, "c": {"d": [1, 2]}, "e": 3, "f": "\\N", "g": True})
    assert got.extra == {"a": "x", "c": '{"d":[1,2]}', "e": "3", "g": "true"}


def test_null_in_every_field_is_a_record_of_nothing(normalizer):
    blank = {each.name: None for each in fields(Draft) if each.default is None}
    got = normalizer.record(Draft(key="k", **blank), stream="records", fetched=FETCHED)
    assert (got.title, got.opened, got.notes, got.classification.method) == ("", None, (), "unmapped")


# Properties

WORDS = st.one_of(
    st.none(),
    st.text(),
    st.sampled_from(["2026-03-02 09:12:31", "\\N", "null", "13万元", "40", "331024105", CITIZEN, "13800000001"]),
)
VALUES = st.one_of(
    WORDS,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.binary(max_size=8),
    st.lists(st.text(max_size=3), max_size=3),
)


def drafts(values: st.SearchStrategy[object]) -> st.SearchStrategy[Draft]:
    def shaped(kind: type) -> st.SearchStrategy[object]:
        return st.builds(kind, **{each.name: values for each in fields(kind)})

    plain = {
        each.name: values
        for each in fields(Draft)
        if each.name not in ("parties", "steps", "references", "resolution", "extra", "kind")
    }
    return st.builds(
        Draft,
        **plain,
        parties=st.one_of(values, st.lists(shaped(DraftParty), max_size=2)),
        steps=st.one_of(values, st.lists(shaped(DraftStep), max_size=2)),
        references=st.one_of(values, st.lists(st.tuples(values, values), max_size=2)),
        resolution=st.one_of(values, shaped(DraftResolution)),
        extra=st.one_of(values, st.dictionaries(values.filter(lambda v: v.__hash__ is not None), values, max_size=3)),
    )


def outcome(normalizer: Normalizer, draft: Draft) -> object:
    try:
        return normalizer.record(draft, stream="records", fetched=FETCHED).model_dump_json()
    except RecordRejected as why:
        return why.reject_code, why.field, why.reason


@settings(max_examples=150, deadline=None)
@given(draft=drafts(VALUES))
def test_any_draft_is_a_record_or_a_rejection_and_always_the_same(normalizer, draft):
    before = repr(draft)
    first = outcome(normalizer, draft)
    assert outcome(normalizer, draft) == first
    assert repr(draft) == before


def silent(value: object) -> bool:
    """Whether a null stands anywhere in plain values."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(silent, inside))


@settings(max_examples=100, deadline=None)
@given(draft=drafts(VALUES))
def test_plain_values_say_what_the_model_says_and_neighbours_do_not_matter(normalizer, draft):
    good = Draft(key="good", title="拖欠工资", parties=[DraftParty(name="张三")])
    (alone,) = normalizer.records([good], stream="records", fetched=FETCHED)
    first, made, last = normalizer.records([good, draft, good], stream="records", fetched=FETCHED)
    assert first == alone == last
    if isinstance(made, dict):
        written = DisputeRecord.model_validate(made).model_dump(mode="json", exclude_none=True)
        assert written == written | orjson.loads(orjson.dumps(made)) | {
            part: written[part] for part in ("place", "parties", "steps", "classification") if part in made
        }
        assert not silent(made)


@pytest.fixture
def machine_zone() -> Iterator[None]:
    kept = os.environ.get("TZ")
    yield
    if kept is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = kept
    time.tzset()


@settings(max_examples=40, deadline=None)
@given(draft=drafts(WORDS), at=st.datetimes(datetime(1970, 1, 2), datetime(2090, 1, 1)))
def test_the_machines_zone_changes_nothing(normalizer, machine_zone_kept, draft, at):
    draft.key, draft.opened, draft.revision = "k", at, at.isoformat(" ")
    seen = set()
    for zone in ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe"):
        os.environ["TZ"] = zone
        time.tzset()
        seen.add(str(outcome(normalizer, draft)))
    assert len(seen) == 1


@pytest.fixture(scope="module")
def machine_zone_kept() -> Iterator[None]:
    kept = os.environ.get("TZ")
    yield
    os.environ.pop("TZ", None) if kept is None else os.environ.__setitem__("TZ", kept)
    time.tzset()


@settings(max_examples=200, deadline=None)
@given(at=st.datetimes(datetime(1902, 1, 1), datetime(2098, 1, 1), timezones=st.just(UTC)))
def test_our_own_times_read_back_as_themselves(at):
    written = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    try:
        assert moment(written, SHANGHAI).text == written
    except TimeError as problem:
        assert problem.code == "time.sentinel" and at.date() == date(1970, 1, 1)


@settings(max_examples=200, deadline=None)
@given(at=st.datetimes(datetime(1981, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_revisions_in_every_unit_agree(at):
    second = at.replace(microsecond=0)
    micros = round(second.timestamp()) * 1_000_000
    for written in (second.isoformat(), micros // 1_000_000, str(micros // 1_000), micros, str(micros), second):
        assert revision(written, SHANGHAI)[0] == micros


@settings(max_examples=300, deadline=None)
@given(value=VALUES)
def test_readers_raise_nothing_else(value):
    for read, problem in (
        (fen, NumberError),
        (people, NumberError),
        (lambda v: moment(v, SHANGHAI), TimeError),
        (lambda v: revision(v, SHANGHAI), TimeError),
    ):
        try:
            read(value)
        except problem:
            continue
