"""Regions, courts and case numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.case_number import parse_case_number, search_case_numbers
from schemas.courts import court
from schemas.regions import ancestors, counties, current_region, region, region_by_name, town_region


def test_the_table_holds_what_its_sources_say() -> None:
    assert sum(county.live for county in counties()) == 90
    assert {county.code for county in counties() if not county.live} >= {"330103", "330104", "331021"}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330000", "浙江省"),
        ("33", "浙江省"),
        ("3301", "杭州市"),
        ("330110", "余杭区"),
        ("330110000000", "余杭区"),
        ("330110005", "五常街道"),
        ("330110005000", "五常街道"),
        ("330110005001", "五常街道"),  # a village
        ("330110005001007", "五常街道"),  # a grid
        (" 330110 ", "余杭区"),
    ],
)
def test_a_code_of_any_length_finds_its_region(code: str, name: str) -> None:
    found = region(code)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("code", ["", "990000", "3301105", "33O110", "３３０１１０", "339999", "abc"])
def test_other_codes_find_nothing(code: str) -> None:
    assert region(code) is None


@pytest.mark.parametrize(
    ("code", "town"),
    [
        ("330110005001", "330110005000"),
        ("330110", "330110000000"),
        ("330110999", "330110000000"),  # a town nobody knows: its county
        ("330199", "330100000000"),
        ("330103", "330105000000"),  # abolished: its successor
        ("331021001", "331083000000"),
        ("339999", "330000000000"),
        ("110101", None),
        ("", None),
        ("000000", None),
    ],
)
def test_town_region_answers_the_finest_region_known(code: str, town: str | None) -> None:
    assert town_region(code) == town


def test_every_abolished_county_leads_to_a_live_one() -> None:
    abolished = [county for county in counties() if not county.live]
    assert len(abolished) == 10
    for county in abolished:
        successor = current_region(county.code)
        assert successor is not None
        assert successor.live
        assert successor.level == "county"


@pytest.mark.parametrize(
    ("name", "within", "code"),
    [
        ("浙江省", None, "330000"),
        ("杭州", None, "330100"),
        ("西湖区", None, "330106"),
        ("西湖", None, "330106"),  # the district before the streets of that name
        ("西湖街道", "330106", "330106008000"),
        ("景宁", None, "331127"),
        ("白云街道", None, None),  # five towns bear it
        ("白云街道", "331002", "331002002000"),
        ("玉环", None, "331083"),  # live before abolished
        ("下城区", None, "330103"),
        ("西湖区", "330200", None),
        ("西湖区", "999999", None),
        ("不存在", None, None),
        ("", None, None),
    ],
)
def test_regions_by_name(name: str, within: str | None, code: str | None) -> None:
    found = region_by_name(name, within)
    assert (found.code if found else None) == code


def test_ancestors_come_nearest_first() -> None:
    town = region("330110005")
    assert town is not None
    assert [above.name for above in ancestors(town)] == ["余杭区", "杭州市", "浙江省"]


@pytest.mark.parametrize(
    ("wanted", "name", "region_name"),
    [
        ("浙", "浙江省高级人民法院", "浙江省"),
        ("浙1024", "仙居县人民法院", "仙居县"),
        ("杭州市余杭区人民法院", "杭州市余杭区人民法院", "余杭区"),
        ("浙江省仙居县人民法院", "仙居县人民法院", "仙居县"),
        ("浙江省杭州市中级人民法院", "浙江省杭州市中级人民法院", "杭州市"),
        ("浙0103", "杭州市下城区人民法院", "拱墅区"),  # abolished; its region points on
    ],
)
def test_courts_and_where_they_sit(wanted: str, name: str, region_name: str) -> None:
    found = court(wanted)
    assert found is not None
    assert found.name == name
    assert found.current_region is not None
    assert found.current_region.name == region_name


@pytest.mark.parametrize("wanted", ["", "浙9999", "京01", "余杭法院"])
def test_unknown_courts(wanted: str) -> None:
    assert court(wanted) is None


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("（2026）浙1024民初123号", "（2026）浙1024民初123号"),
        ("(2026)浙1024民初123号", "（2026）浙1024民初123号"),
        ("〔2026〕浙1024民初123号", "（2026）浙1024民初123号"),
        ("[2026]浙1024民初123号", "（2026）浙1024民初123号"),
        (" （ ２０２６ ） 浙 １０２４ 民初 00123 号 ", "（2026）浙1024民初123号"),
        ("（2026）浙1024民初123号之一", "（2026）浙1024民初123号之一"),
        ("（2026）浙1024民初123号 之二十一", "（2026）浙1024民初123号之二十一"),
        ("（2026）浙01民终5号", "（2026）浙01民终5号"),
        ("（2026）浙民申5号", "（2026）浙民申5号"),
        ("（2026）最高法民再7号", "（2026）最高法民再7号"),
        ("（2026）浙0110民诉前调2046号", "（2026）浙0110民诉前调2046号"),
        ("（2026）浙72民初9号", "（2026）浙72民初9号"),
        ("（2026）浙0110执恢5号", "（2026）浙0110执恢5号"),
        ("(2015)杭西民初字第123号", "（2015）杭西民初字第123号"),
        ("（2015）浙杭民终字第1234-1号", "（2015）浙杭民终字第1234-1号"),
        ("（2014）杭西调确字第8号", "（2014）杭西调确字第8号"),
        ("（2014）杭余（塘）民初字第8号", "（2014）杭余（塘）民初字第8号"),
        ("（2024）粤0304民初1号", "（2024）粤0304民初1号"),
    ],
)
def test_case_numbers_have_one_normal_form(written: str, normal: str) -> None:
    case = parse_case_number(written)
    assert case is not None
    assert case.normal == normal
    again = parse_case_number(normal)
    assert again == case


@pytest.mark.parametrize(
    "text",
    [
        "",
        "（2026）浙1024民初x号",
        "（2026）浙1024民初×××号",
        "（2026）浙1024民初12*号",
        "（20××）浙1024民初12号",
        "（2026）浙1024民初123",
        "浙1024民初123号",
        "（2026）1024民初123号",
        "（2026）浙1024123号",
        "见（2026）浙1024民初123号",
        "法〔2015〕137号",
        "〔2015〕137号",
        "（2026）第3号",
        "（2026）新第3号",
        "（2026）文件3号",
        "〔2015〕余信访字第3号",
    ],
)
def test_other_text_is_no_case_number(text: str) -> None:
    assert parse_case_number(text) is None


def test_parts_of_a_case_number() -> None:
    case = parse_case_number("（2026）浙0110民诉前调2046号")
    assert case is not None
    assert (case.year, case.court, case.kind, case.number, case.branch) == (2026, "浙0110", "民诉前调", "2046", "")
    old = parse_case_number("(2015)杭西民初字第123号")
    assert old is not None
    assert (old.year, old.court, old.kind, old.number) == (2015, "", "杭西民初", "123")


def test_case_numbers_are_found_in_free_text() -> None:
    text = "不服(2025)浙0110民初77号判决，上诉至（2026）浙01民终5号；"
    text += "又见（2025）浙0110民初77号、工单2026号、（2014）杭余民初字第9号。"
    assert search_case_numbers(text) == [
        "（2025）浙0110民初77号",
        "（2026）浙01民终5号",
        "（2014）杭余民初字第9号",
    ]


@given(
    st.integers(2016, 2099),
    st.sampled_from(["浙", "浙01", "浙0110", "浙1024", "最高法"]),
    st.sampled_from(["民初", "民终", "民诉前调", "行审", "执", "执恢", "破申"]),
    st.integers(1, 999_999),
    st.sampled_from(["", "之一", "之十二"]),
)
def test_the_normal_form_is_a_fixed_point(year: int, of: str, kind: str, number: int, branch: str) -> None:
    normal = f"（{year}）{of}{kind}{number}号{branch}"
    case = parse_case_number(normal)
    assert case is not None
    assert case.normal == normal
    assert case.court == of
    assert case.kind == kind
    assert search_case_numbers(f"前文{normal}后文") == [normal]


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text: str) -> None:
    for normal in search_case_numbers(text):
        assert parse_case_number(normal) is not None
