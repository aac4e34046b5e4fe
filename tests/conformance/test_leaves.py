"""The values of a row by their paths: found, changed, read as times; other keys in the style of one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conformance.leaves import (
    TimeStyle,
    copied,
    leaves,
    midnight,
    numbered,
    other,
    time_style,
    told,
    with_leaf,
    without_leaf,
)

ROW = {"no": "A-7", "who": [{"name": "甲"}, {"name": ""}], "kin": [], "at": None}


def test_leaves_are_scalars_with_their_paths() -> None:
    assert dict(leaves(ROW)) == {("no",): "A-7", ("who", 0, "name"): "甲", ("who", 1, "name"): "", ("at",): None}
    assert told(("who", 0, "name")) == "who[].name"


def test_a_changed_copy_leaves_the_row_alone() -> None:
    assert with_leaf(ROW, ("who", 0, "name"), "乙")["who"][0] == {"name": "乙"}
    assert without_leaf(ROW, ("who", 0, "name"))["who"][0] == {}
    assert ROW["who"] == [{"name": "甲"}, {"name": ""}]


class Named(dict[str, object]):
    """A row of an adapter's own making."""


def held(value: Any) -> Iterator[int]:
    """What can be changed in a value, and itself, by where it is."""
    if isinstance(value, dict | list | tuple):
        if not isinstance(value, tuple):
            yield id(value)
        for inner in value.values() if isinstance(value, dict) else value:
            yield from held(inner)


@pytest.mark.parametrize("value", [ROW, [ROW, "甲", 7], Named(who=[1]), (["甲"],), None])
def test_a_copy_has_nothing_in_common_with_what_it_is_a_copy_of(value: Any) -> None:
    made = copied(value)
    assert (made, type(made)) == (value, type(value))
    assert set(held(made)).isdisjoint(held(value))


@pytest.mark.parametrize(
    ("value", "others"),
    [("A-7", ["A-8", "A-7甲"]), ("甲", ["甲甲"]), (9, [10]), (True, [False]), ("", []), ("\\N", []), (None, [])],
)
def test_other_values_are_of_the_same_kind(value: object, others: list[object]) -> None:
    assert other(value) == others


@pytest.mark.parametrize(
    ("value", "style", "day"),
    [
        ("2026-03-02", "%Y-%m-%d", True),
        ("20260302", "%Y%m%d", True),
        ("2026年03月02日", "%Y年%m月%d日", True),
        ("2026-03-02 09:12:31", "%Y-%m-%d %H:%M:%S", False),
        ("2026-03-02T09:12:31.5+08:00", "%Y-%m-%dT%H:%M:%S.%f%z", False),
        (1772413951000, "epoch_ms", False),
        (1772413951, "epoch_s", False),
    ],
)
def test_time_styles(value: str | int, style: str, day: bool) -> None:
    assert time_style(value) == TimeStyle(style)
    assert TimeStyle(style).is_day is day


@pytest.mark.parametrize("value", ["13800001001", "330106", "990101198003072016", 8, True, None, "", "借款"])
def test_other_numbers_are_no_times(value: object) -> None:
    assert time_style(value) is None


@pytest.mark.parametrize(
    ("key", "number", "made"),
    [("LK2026-00001", 1, "LK2026-01001"), (7, 2, 2007), ("湖 调 7 号", 1, "湖 调 7 号 1"), ("1001", 3, "4001")],
)
def test_numbered_keys(key: object, number: int, made: object) -> None:
    assert numbered(key, number) == made


def test_midnight_is_told_in_utc() -> None:
    assert midnight(datetime(2024, 2, 29).date(), ZoneInfo("Asia/Shanghai")) == "2024-02-28T16:00:00Z"
