"""Lists of mediators as they come, and who fits a matter."""

from typing import Any

import pytest

from hub.casework.pool import InPool, near, offers
from hub.casework.pool_list import read_list
from hub.wire import LINE_FIELD, UNREAD_FIELD
from schemas.taxonomy import load

TAXONOMY = load()


def row(line: int = 2, **cells: Any) -> dict[str, Any]:
    return {LINE_FIELD: line, "姓名": "郑某人", "区划": "330110005000", **cells}


def test_a_list_under_chinese_names() -> None:
    told, wrong = read_list(
        [
            row(
                编号="TJ1",
                电话="138 0000 0001",
                单位="五常街道调委会",
                领域="邻里纠纷、D0801",
                上限="8",
                在办="3",
                状态="在岗",
            )
        ],
        TAXONOMY,
    )
    assert wrong == []
    (one,) = told
    assert (one.number, one.name, one.phone, one.organisation) == ("TJ1", "郑某人", "13800000001", "五常街道调委会")
    assert (one.region, one.fields, one.capacity, one.load, one.active) == (
        "330110005000", ("D02", "D0801"), 8, 3, True
    )  # fmt: skip
    assert "郑某人" not in repr(told)


@pytest.mark.parametrize(
    ("cells", "column", "why"),
    [
        ({"姓名": " "}, "name", "is empty"),
        ({"区划": "火星"}, "region", "no region"),
        ({"领域": "邻里纠纷、星际"}, "fields", "no item"),
        ({"上限": "八"}, "capacity", "whole number"),
        ({"在办": "-1"}, "load", "whole number"),
        ({"状态": "也许"}, "active", "neither"),
        ({UNREAD_FIELD: "a line cut short"}, "", "cut short"),
    ],
)
def test_a_bad_row_is_told_alone_without_its_values(cells: dict[str, Any], column: str, why: str) -> None:
    told, wrong = read_list([row(2), row(3, **cells), row(4, 编号="x")], TAXONOMY)
    assert len(told) == 2
    (bad,) = wrong
    assert (bad.line, bad.column) == ("3", column)
    assert why in bad.why
    assert "郑某人" not in str(bad)


def test_a_word_that_one_category_bears_names_it() -> None:
    told, wrong = read_list([row(2, 领域="婚姻家庭、邻里、物业")], TAXONOMY)
    assert (told[0].fields, wrong) == (("D01", "D02", "D04"), [])
    assert read_list([row(2, 领域="争议")], TAXONOMY)[0] == []  # several do


def test_what_no_table_knows_stays_as_told_where_nobody_can_mend_it() -> None:
    told, wrong = read_list([row(2, 领域="邻里、星际")], TAXONOMY, strict=False)
    assert (told[0].fields, wrong) == (("D02", "星际"), [])


def test_a_region_by_name_and_the_last_of_two_equals() -> None:
    told, _ = read_list([row(2, 区划="余杭区", 在办="1"), row(3, 区划="余杭区", 在办="2")], TAXONOMY)
    assert [(each.region, each.load) for each in told] == [("330110000000", 2)]


def mediator(number: str, region: str = "330110005000", fields: str = "", **more: Any) -> InPool:
    told = {"home": "330110", "id": 1, "name": "", "phone": "", "organisation": "", "capacity": 10, "load": 0}
    return InPool(**told | {"number": number, "region": region, "fields": tuple(fields.split()), "active": True} | more)


def best(*pool: InPool) -> list[str]:
    found = offers(pool, item="D0201", category="D02", region="330110005003")
    return [each.mediator.number for each in found]


def test_the_item_comes_before_the_category_before_anyone() -> None:
    assert best(mediator("any"), mediator("category", fields="D02"), mediator("item", fields="D0201 D08")) == [
        "item", "category", "any"
    ]  # fmt: skip


def test_then_the_nearest_then_the_least_loaded() -> None:
    far = mediator("far", region="330800000000")
    county = mediator("county", region="330110000000")
    town = mediator("town", load=5)
    town_free = mediator("town free", load=2)
    untold = mediator("untold", capacity=None, load=3)
    assert best(far, county, town, town_free, untold) == ["town free", "untold", "town", "county", "far"]


def test_who_is_full_away_or_of_another_field_is_not_offered() -> None:
    full, none = mediator("full", load=10), mediator("none", capacity=0)
    assert best(full, none, mediator("away", active=False), mediator("else", fields="D08")) == []
    assert best(mediator("never full", capacity=None, load=99)) == ["never full"]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("330110005003", "330110005003", 12),
        ("330110005003", "330110005004", 9),
        ("330110005000", "330110005000", 9),
        ("330110000000", "330110005000", 6),
        ("330110000000", "330106000000", 4),
        ("330100000000", "330110005000", 4),
        ("330100000000", "330200000000", 2),
        ("330000000000", "110000000000", 0),
        ("000000000000", "000000000000", 0),
        ("330110", "330110000000", 6),
    ],
)
def test_nearness_is_by_levels(one: str, other: str, shared: int) -> None:
    assert near(one, other) == near(other, one) == shared


def test_an_offer_says_why() -> None:
    (offer,) = offers([mediator("a", fields="D02", load=3)], item="D0201", category="D02", region="330110005003")
    assert offer.why == {"field": "大类 category", "region": "同乡镇 same town", "load": "3/10"}
