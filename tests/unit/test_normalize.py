"""Draft to record: every style and every bad input of faults_and_inputs.md 4.4 that concerns meaning."""

from dataclasses import fields

import pytest
from normalizing import CITIZEN, FETCHED, notes

from hub.errors import RecordRejected
from hub.mapping.numbers import NumberError, fen, people
from schemas.draft import Draft, DraftParty, DraftResolution, DraftStep
from schemas.identity import check_character
from schemas.life import Stage

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


def test_a_draft_prints_no_personal_data():
    draft = Draft(
        key="k-1", title="张三欠薪", parties=[DraftParty(name="张三", phone="13800000001")], extra={"a": CITIZEN}
    )
    assert repr(draft) == "Draft(key, title, deleted, datum, parties, extra)"
    assert repr(draft.parties) == "[DraftParty(name, role, kind, phone)]"
