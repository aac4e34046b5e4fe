"""What the linker thinks of a pair: people, places, texts and numbers as sources write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linking import KEYED, LEAK, NOISE, WAGES, citizen, firm, record, who

from hub.casework.linking.features import Features, phone_key, seen_in, who_key
from hub.casework.linking.groups import gather, joined
from hub.casework.linking.keys import block_keys, block_keys_of
from hub.casework.linking.levels import COMPARISONS
from hub.casework.linking.names import firm_name, is_firm, person_name, sound
from hub.casework.linking.narrative import bands, likeness, short, sketches
from hub.casework.linking.score import Scorer, Verdict, Weights
from hub.errors import ConfigError

SCORER = Scorer(Weights.load())
FLAT = "西湖区古荡街道文三路8号阳光花园3幢2单元{}室"


def verdict(one: Features, other: Features) -> Verdict:
    [found] = SCORER.score([(one, other)])
    return found


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("", ""), ("张三", "张三"), ("张　三", "张三"), ("张某某", "张*"), ("欧阳某", "欧阳*"), ("张*三", "张*三"),
        ("李先生", "李*"),
        ("买买提·吐尔逊", "买买提吐尔逊"), ("lachlan  Berry", "LACHLAN BERRY"), ("赵×", "赵*"), ("志姐", "志姐"),
    ],
)  # fmt: skip
def test_a_person_has_one_spelling(written: str, name: str) -> None:
    assert person_name(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("浙江虚拟宏远建设有限公司", "虚拟宏远建设"),
        ("杭州市余杭区虚拟宏远建设有限责任公司", "虚拟宏远建设"),
        ("虚拟贸易（集团）有限公司", "虚拟贸易"),
        ("宁波银行股份有限公司杭州分行", "宁波银行股份有限公司杭州分行"),
        ("余姚市人力资源和社会保障局", "余姚市人力资源和社会保障局"),
    ],
)
def test_a_firm_is_known_by_its_stem_and_a_body_by_its_seat(written: str, name: str) -> None:
    assert firm_name(written) == name
    assert is_firm(written)


def test_a_name_is_known_by_its_sound() -> None:
    assert sound("章伟") == sound("张玮") != sound("张华")
    assert not is_firm("张三")


def test_texts_are_as_alike_as_their_pairs_of_characters() -> None:
    least, pairs = sketches([LEAK, LEAK.replace("去年年底", "今年三月"), NOISE, "", "漏水\ud800"])
    packed = short(least)

    def like(one: int, other: int) -> float:
        return float(likeness(packed[[one]], packed[[other]])[0])

    assert like(0, 0) == 1
    assert like(0, 1) > 0.7
    assert like(0, 2) < 0.15
    found = bands(least, pairs)
    assert set(found[0]) & set(found[1])
    assert not set(found[0]) & set(found[2])
    assert found[3] == found[4] == []
    assert sketches([])[0].shape[0] == 0


def test_features_hold_what_the_text_tells() -> None:
    found = record(
        who("王五"),
        detail="2024年8月17日，我在杭州虚拟宏远建设有限公司做工，住3幢501室，"
        "欠12,000元，后又借1.5万元，见（2025）浙0106民初12号。",
    )
    assert len(found.dates) == 1
    assert found.amounts == (1_500_000, 1_200_000)
    assert found.place.rooms == (501,)
    assert [each.name for each in found.respondents] == ["虚拟宏远建设"]
    assert found.open_sides == 2
    assert found.mentions == ("（2025）浙0106民初12号",)


def test_nothing_personal_shows() -> None:
    found = record(who("王五", id_number=citizen(1), phone="13800001111"), detail=LEAK)
    for shown in (repr(found), str(found), repr(found.applicants), f"{found.applicants[0]}"):
        assert "王五" not in shown
        assert LEAK[:4] not in shown
        assert "1380000" not in shown
        assert citizen(1) not in shown
    assert "王五".encode() not in b"".join(block_keys(found, KEYED))


def test_records_are_found_by_numbers_names_places_and_texts() -> None:
    one = record(
        who("王五", id_number=citizen(1), phone="13800001111"), who("李四", "2"), address=FLAT.format(501), detail=LEAK,
        numbers=["XF-2026-000123"],
    )  # fmt: skip

    def kinds(other: Features) -> set[bytes]:
        return {key[:1] for key in set(block_keys(one, KEYED)) & set(block_keys(other, KEYED))}

    assert kinds(record(numbers=["xf2026000123"])) == {b"r"}
    assert kinds(record(key="XF2026 000123")) == {b"r"}
    assert kinds(record(who(id_number=citizen(1)))) == {b"i"}
    assert kinds(record(who(role="2", phone="138 0000 1111".replace(" ", "")))) == {b"p"}
    assert kinds(record(who("李四"), who("王五", "2"))) == {b"n", b"b"}
    assert kinds(record(who("王武"), region="330106000000")) == {b"w"}
    assert kinds(record(address="阳光花园3-2-501")) == {b"h"}
    assert kinds(record(who("王某某", phone="138****1111"), region="330106000000")) == {b"m"}
    assert b"t" in kinds(record(detail=LEAK, region="330106000000"))
    assert kinds(record(who("赵某某"), detail=NOISE, region="330106000000")) == set()
    assert block_keys_of([one, one], KEYED) == [block_keys(one, KEYED)] * 2
    assert all(len(key) == 13 for key in block_keys(one, KEYED))


def _petition(**more: object) -> Features:
    told: dict[str, object] = {"address": FLAT.format(501), "item": "D0201", "detail": LEAK, **more}
    return record(who("王五", id_number=citizen(1), phone="13800001111"), who("李四", "2"), **told)


JOIN = {
    "the court's own words, no number": (
        _petition(amount_fen=1_200_000),
        record(who("王五"), who("李四", "2"), source="court", region="330106000000", item="D0703",
               amount_fen=1_200_000, opened="2026-06-10T01:00:00Z",
               detail="原告王五与被告李四相邻关系纠纷一案，本院立案后依法适用简易程序审理。"),
    ),
    "masked number and name": (
        _petition(),
        record(who("王*", id_number=citizen(1)[:6] + "********" + citizen(1)[14:]), source="hotline", item="D0201",
               region="330106007000", opened="2026-03-09T01:00:00Z", detail="反映楼上漏水，吊顶墙面发霉，要求赔偿",
               notes=[{"code": "identity.masked", "field": "parties[0].id_number"}]),
    ),
    "a slip in the number": (
        _petition(),
        record(who("王五", id_number=citizen(1)[:10] + "9" + citizen(1)[11:]), source="grid", item="D0201",
               region="330106007000", opened="2026-03-05T01:00:00Z", detail="巡查发现楼上漏水，吊顶墙面发霉"),
    ),
    "a name that sounds the same": (
        _petition(),
        record(who("王武", phone="13800001111"), who("李四", "2"), source="hotline", region="330106007000",
               item="D0204", opened="2026-03-04T01:00:00Z", detail="楼上漏水"),
    ),
    "both complain of one another": (
        _petition(),
        record(who("李四"), who("王五", "2"), source="police", address=FLAT.format(501), item="D0201",
               opened="2026-03-04T01:00:00Z", detail=LEAK),
    ),
    "filed again": (_petition(), _petition(opened="2026-05-01T01:00:00Z")),
    "a number cited, hardly anything told": (
        _petition(numbers=["XF2026000123"]),
        record(source="mediation", numbers=["XF2026000123"], opened="2026-08-01T01:00:00Z"),
    ),
    "moved since": (
        _petition(amount_fen=1_234_500),
        record(who("王五", id_number=citizen(1), address="余杭区良渚街道春天小区1幢202室"), who("李四", "2"),
               source="mediation", region="330106000000", amount_fen=1_234_500,
               opened="2026-05-01T01:00:00Z", detail="住户漏水赔偿"),
    ),
    "joint filing": (
        record(who("王五"), firm("杭州虚拟宏远建设有限公司"), address="西湖区古荡街道文三路8号",
               item="D0801", detail=WAGES),
        record(who("赵六", id_number=citizen(6)), firm("虚拟宏远建设公司"), address="古荡街道文三路8号",
               item="D0601", detail=WAGES, opened="2026-03-06T01:00:00Z"),
    ),
}  # fmt: skip

DESK = "来电人反映其居住小区夜间噪音扰民问题严重影响休息，请相关部门核实处理并回复。"
SERIAL = "202603020001"
BANK = firm("虚拟银行股份有限公司", "1", id_number="91990100000000019X", id_type="990")
APART = {
    "other people, the same text": (
        record(who("王五", id_number=citizen(1)), who("李四", "2"), address="西湖区古荡街道文三路8号", detail=LEAK),
        record(who("赵六", id_number=citizen(6)), who("孙七", "2"), address="西湖区古荡街道学院路20号", detail=LEAK),
    ),
    "other people, the same text, nobody named": (
        record(who("王五"), region="330106007000", detail=LEAK),
        record(who("赵六"), region="330106007000", detail=LEAK, opened="2026-03-04T01:00:00Z"),
    ),
    "two leaks in one house": (
        record(who("王五"), firm("虚拟宏远物业服务有限公司"), address=FLAT.format(501), item="D0201", detail=LEAK),
        record(who("赵六"), firm("虚拟宏远物业服务有限公司"), address=FLAT.format(601), item="D0201", detail=LEAK,
               opened="2026-03-05T01:00:00Z"),
    ),
    "one person's unrelated disputes": (
        record(who("王五", id_number=citizen(1)), who("李四", "2"), address=FLAT.format(501), item="D0201",
               detail=LEAK),
        record(who("王五", id_number=citizen(1)), firm("虚拟宏远建设有限公司"), address="余杭区良渚街道文一路3号",
               item="D0801", detail=WAGES, opened="2026-09-05T01:00:00Z"),
    ),
    "a bank and two debtors": (
        record(BANK, who("王五", "2", id_number=citizen(1)),
               amount_fen=5_000_000, detail=WAGES, item="D1701", region="330106000000"),
        record(BANK, who("赵六", "2", id_number=citizen(6)),
               amount_fen=7_700_000, detail=WAGES, item="D1701", region="330106000000"),
    ),
    "one builder, other buyers, other times": (
        record(who("王五"), firm("虚拟宏远置业有限公司"), address="西湖区文三路8号", item="D0301", detail=WAGES),
        record(who("赵六"), firm("虚拟宏远置业有限公司"), address="西湖区文三路8号", item="D0301", detail=WAGES,
               opened="2027-01-05T01:00:00Z"),
    ),
    "namesakes": (
        record(who("王五", id_number=citizen(1)), region="330106007000", item="D0201", detail=LEAK),
        record(who("王五", id_number=citizen(40)), region="330106007000", item="D0201", detail=NOISE),
    ),
    "two reports of an estate, by nobody": (
        record(address="西湖区阳光花园", item="D0203", detail=NOISE),
        record(address="阳光花园", item="D0203", detail=LEAK),
    ),
    "nothing told": (record(), record()),
    "two serials of the day": (
        record(source="hotline", key=SERIAL, numbers=[SERIAL], detail=NOISE),
        record(source="mediation", key=SERIAL, numbers=[SERIAL], detail=WAGES),
    ),
    "a serial, and another system's number": (
        record(source="hotline", key=SERIAL, numbers=[("hotline_order", SERIAL)], detail=NOISE),
        record(source="mediation", numbers=[("grid_event", SERIAL)], detail=WAGES),
    ),
    "two callers, one phone, one form": (
        record(who("王建国", phone="13800000001"), source="hotline", region="330106007000", item="D0203", detail=DESK),
        record(who("陈美丽", phone="13800000001"), source="hotline", region="330106007000", item="D0203", detail=DESK),
    ),
    **{
        f"{told} in the place of a number": (
            record(who("王建国", id_number=told), region="330106007000", item="D0201", detail=LEAK),
            record(who("陈美丽", id_number=told), source="hotline", region="330106007000", item="D0201", detail=WAGES),
        )
        for told in ("0", "111111111111111111", "123456", "000000")
    },
}  # fmt: skip


@pytest.mark.parametrize("pair", JOIN.values(), ids=JOIN)
def test_one_matter_is_joined(pair: tuple[Features, Features]) -> None:
    found = verdict(*pair)
    assert found.decision == "join", found
    assert set(block_keys(pair[0], KEYED)) & set(block_keys(pair[1], KEYED))


@pytest.mark.parametrize("pair", APART.values(), ids=APART)
def test_two_matters_stay_apart(pair: tuple[Features, Features]) -> None:
    found = verdict(*pair)
    assert found.decision == "apart", found


@pytest.mark.parametrize("names", [("王建国", "王建军"), ("张女士", "张先生"), ("张某", "张某")])
def test_names_that_are_only_alike_and_a_phone_do_not_join_unlike_texts(names: tuple[str, str]) -> None:
    one, other = (
        record(who(name, phone="13800000001"), source=source, region="330106007000", item="D0203", detail=detail)
        for name, source, detail in zip(names, ("hotline", "grid"), (NOISE, WAGES), strict=True)
    )
    assert verdict(one, other).decision != "join", verdict(one, other)


def test_a_phone_that_many_give_says_nothing() -> None:
    one, other = (
        record(who(name, phone="13800000001"), source=source, region="330106007000", detail=NOISE)
        for name, source in (("王建国", "hotline"), ("王建军", "grid"))
    )

    def said(count: int) -> Verdict:
        return verdict(*(seen_in(each, KEYED, lambda key: count if key[:1] == b"p" else 1) for each in (one, other)))

    assert "applicants.like_phone" in said(2).reasons
    assert "applicants.like_name" in said(30).reasons
    assert said(2).weight > said(30).weight
    assert phone_key(one.applicants[0], KEYED) in block_keys(one, KEYED)


def test_a_number_counts_only_as_what_it_is() -> None:
    own = record(source="hotline", key=SERIAL, numbers=[("hotline_order", SERIAL)])

    def said(**more: object) -> set[str]:
        other = record(**more)  # type: ignore[arg-type]
        both = verdict(own, other), verdict(other, own)
        assert both[0] == both[1]
        return {reason for reason in both[0].reasons if reason.startswith("number.")}

    assert said(numbers=[("hotline_order", SERIAL)]) == {"number.shared"}
    assert said(numbers=[("police_call", SERIAL)]) == {"number.mentioned"}
    assert said(source="hotline", numbers=[("repeats", SERIAL)]) == {"number.shared"}
    assert said(key=SERIAL, numbers=[("hotline_order", SERIAL)]) == {"number.mentioned"}
    assert said(source="hotline", key=SERIAL, numbers=[("hotline_order", SERIAL)]) == {"number.shared"}
    assert said(key=SERIAL) == said(source="hotline", key=SERIAL) == set()
    assert said(key=SERIAL, numbers=[("grid_event", SERIAL)]) == set()


def test_a_courts_number_is_itself_whatever_it_is_called() -> None:
    number = "（2025）浙0106民初12号"
    one, other = (
        record(key=number, numbers=[("court_case", number)]),
        record(source="x", numbers=[("judgment", number)]),
    )
    assert "number.shared" in verdict(one, other).reasons


def test_what_is_unsure_is_asked_about() -> None:
    one = record(who("王五"), who("李四", "2"), address=FLAT.format(501), item="D0201", detail=LEAK)
    other = record(
        who("王五"), source="grid", region="330106007000", item="D0201", detail=NOISE, opened="2026-03-10T01:00:00Z"
    )
    found = verdict(one, other)
    assert found.decision == "ask", found
    assert found.reasons["applicants.same_name"] > 0 > found.reasons["text.other"]


def _one(**party: str) -> Features:
    return record(who(**{"name": "王五", **party}), region="330106007000")


LEVELS = {
    "applicants.same_numbers": (
        _one(id_number=citizen(1), phone="13800001111"), _one(id_number=citizen(1), phone="13800001111"),
    ),
    "applicants.same_number": (_one(id_number=citizen(1)), _one(id_number=citizen(1))),
    "applicants.near_number": (_one(id_number=citizen(1)), _one(id_number=citizen(1)[:9] + "7" + citizen(1)[10:])),
    "applicants.masked_number": (_one(phone="13800001111"), _one(name="王先生", phone="138****1111")),
    "applicants.same_phone": (_one(phone="13800001111"), _one(name="", phone="13800001111")),
    "applicants.other_phone": (_one(phone="13800001111"), _one(name="赵六", phone="13800001111")),
    "applicants.like_phone": (_one(name="王五六", phone="13800001111"), _one(name="王五七", phone="13800001111")),
    "applicants.same_sound": (_one(), _one(name="汪武")),
    "applicants.half_name": (_one(name="王五六"), _one(name="王*六")),
    "applicants.masked_name": (_one(name="王五六"), _one(name="王某某")),
    "applicants.like_name": (_one(name="王五六"), _one(name="王五七")),
    "applicants.other_name": (_one(name="王五六"), _one(name="李*六")),
    "applicants.other_person": (_one(id_number=citizen(1)), _one(name="赵六", id_number=citizen(40))),
    "respondents.like_name": (
        record(firm("虚拟宏远市政建设有限公司")), record(firm("虚拟宏远市政园林建设集团有限公司")),
    ),
    "sides.crossed": (record(who("王五"), who("李四", "2")), record(who("李四"), who("王五", "2"))),
    "place.same_room": (record(address=FLAT.format(501)), record(address="阳光花园三幢501", region="330106000000")),
    "place.same_building": (record(address=FLAT.format(501)), record(address="阳光花园3号楼")),
    "place.other_building": (record(address=FLAT.format(501)), record(address="阳光花园5幢2单元501室")),
    "place.other_house": (record(address="古荡街道文三路8号"), record(address="西湖区文三路80号")),
    "place.other_county": (record(region="330106007000"), record(region="330110000000")),
    "place.moved": (
        record(who("王五", address="文三路8号阳光花园"), region="330106000000"), record(address="文一路3号春天花园"),
    ),
    "text.same": (record(detail=LEAK), record(detail=LEAK.replace("去年年底", "今年三月"))),
    "text.like": (record(detail=LEAK), record(detail=LEAK[10:30])),
    "text.other": (record(detail=LEAK), record(detail=NOISE)),
    "opened.season": (record(), record(opened="2026-05-05T01:00:00Z")),
    "happened.same_day": (record(happened="2025-12-30"), record(detail="自2025年12月30日起")),
    "amount.same": (record(amount_fen=1_234_500), record(detail="赔偿12,345元")),
    "amount.same_round": (record(amount_fen=1_000_000), record(detail="赔偿1万元")),
    "amount.other": (record(amount_fen=1_234_500), record(detail="赔偿300元")),
    "item.category": (record(item="D0201"), record(item="D0204")),
    "people.other": (record(people=30), record(people=3)),
    "number.shared": (record(numbers=["XF2026000123"]), record(numbers=["xf 2026-000123"])),
    "number.mentioned": (
        record(detail="原案（2025）浙0106民初12号"), record(references=[], numbers=["（2025）浙0106民初012号"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "pair"), LEVELS.items(), ids=LEVELS)
def test_how_far_two_records_agree_has_a_name(name: str, pair: tuple[Features, Features]) -> None:
    found = verdict(*pair)
    assert name in found.reasons, found
    assert found.reasons[name] == pytest.approx(float(dict(_bits())[name]), abs=5.1)


def _bits() -> list[tuple[str, float]]:
    bits = Weights.load().bits
    return [
        (f"{comparison}.{level}", bits[comparison][at])
        for comparison, levels in COMPARISONS.items()
        for at, level in enumerate(levels)
    ]


def test_a_line_is_no_proof_against_a_page() -> None:
    found = verdict(record(detail=LEAK), record(detail="对门每天半夜打麻将放音响，孩子没法休息"))
    assert not [name for name in found.reasons if name.startswith("text.")], found


def test_the_same_text_from_one_house_by_nobody_is_asked_about() -> None:
    one, other = (
        record(source="sensor", address="西湖区阳光花园", region="330106007000", item="D0203", detail=NOISE)
        for _ in range(2)
    )
    found = verdict(one, other)
    assert found.decision == "ask", found
    assert found.reasons["sides.nobody"] < 0


def test_it_does_not_matter_which_comes_first_or_who_else_is_compared() -> None:
    pairs = [*JOIN.values(), *APART.values()]
    together = SCORER.score(pairs)
    assert together == [verdict(*pair) for pair in pairs] == [verdict(other, one) for one, other in pairs]
    assert SCORER.score([]) == []


def test_a_party_that_many_matters_have_tells_less() -> None:
    one, other = (
        record(firm("虚拟宏远物业服务有限公司", "1"), who(role="2", phone=phone))
        for phone in ("13800001111", "13800002222")
    )
    key = who_key(one.applicants[0], KEYED)

    def said(count: int) -> float:
        told = [seen_in(each, KEYED, lambda asked: count if asked == key else 1) for each in (one, other)]
        return verdict(*told).reasons["applicants.same_name"]

    assert said(1) > said(16) > said(500) > 0
    assert key in block_keys(one, KEYED)


def test_other_identity_numbers_outweigh_a_name() -> None:
    found = verdict(*APART["namesakes"])
    assert found.reasons["applicants.other_number"] < 0


# groups


def _say(weight: float) -> Verdict:
    return Verdict(weight, {}, "join" if weight > 0 else "apart")


A, B, C, D = (("330100", number) for number in range(1, 5))


def test_a_go_between_does_not_join_what_contradicts_itself() -> None:
    told = [(A, B, _say(9)), (B, C, _say(5)), (A, C, _say(-12))]
    assert gather(told) == [(A, B)]
    assert gather(told[:2]) == [(A, B, C)]
    assert gather([(A, B, Verdict(9, {}, "ask"))]) == []


def test_many_that_fit_outvote_one_that_does_not() -> None:
    told = [(A, B, _say(15)), (B, C, _say(15)), (C, D, _say(15)), (B, D, _say(15)), (A, D, _say(-3)), (A, C, _say(15))]
    assert gather(told) == [(A, B, C, D)]


def test_a_persons_word_holds() -> None:
    told = [(A, B, _say(30)), (B, C, _say(30))]
    assert gather(told, apart=[(C, A)]) in ([(A, B)], [(B, C)])
    assert gather(told, apart=[(A, B)]) == [(B, C)]


EDGES = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(-20, 20, allow_nan=False), max_size=30,
)  # fmt: skip


@given(EDGES, st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1])))
def test_groups_part_what_is_held_apart_and_need_no_order(
    edges: dict[tuple[int, int], float], apart: set[tuple[int, int]]
) -> None:
    told = [(*pair, weight) for pair, weight in edges.items()]
    groups = sorted(map(sorted, joined(told, apart)))
    assert sorted(map(sorted, joined(reversed(told), apart))) == groups
    nodes = [node for group in groups for node in group]
    assert len(nodes) == len(set(nodes))
    for group in groups:
        assert len(group) > 1
        assert not any({one, other} <= set(group) for one, other in apart)


# weights


def test_weights_are_read_back_as_they_were_written(tmp_path) -> None:  # type: ignore[no-untyped-def]
    weights = Weights.load()
    file = tmp_path / "weights.toml"
    file.write_text(weights.toml(), encoding="utf-8")
    again = Weights.load(file)
    assert again.toml() == weights.toml()
    assert all((again.bits[name] == bits).all() for name, bits in weights.bits.items())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[levels.text]\n", "[levels.text]\nshouted = { m = 0.5, u = 0.5 }\n", "text.shouted"),
        ("[levels.text]\n", "[levels.texts]\n", "missing or unknown"),
        ("same_day = { m = ", "same_day = { m = 7", "probability"),
        ("upper = ", "upper = -9", "lower bound"),
        ("upper = ", "uper = ", "upper"),
        ("[levels.text]\n", "[levels.text\n", "not a weights file"),
    ],
)
def test_a_wrong_weights_file_says_what_is_wrong(tmp_path, old: str, new: str, says: str) -> None:  # type: ignore[no-untyped-def]
    text = Weights.load().toml()
    assert old in text
    file = tmp_path / "weights.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        Weights.load(file)
    with pytest.raises(ConfigError, match="not a weights file"):
        Weights.load(tmp_path / "none.toml")
