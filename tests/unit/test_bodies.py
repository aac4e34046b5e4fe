"""The tree of bodies: levels by the width of a code, who stands where, and registers that are wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.casework.bodies import Body, Tree
from hub.casework.follow import _state
from hub.casework.tasks import TaskState
from schemas.bodies import WIDTHS, Level, level_of, line_of
from schemas.life import Stage


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("33", "province"), ("3301", "city"), ("330109", "county"), ("330109001", "town"), ("330109001001", "village"),
        ("330109001001001", "grid"), ("330109000000", "county"), ("330100", "city"), ("330109001000", "town"),
        ("", None), ("330", None), ("33010", None), ("330109-ZX", None), ("3301090010010010", None), ("３３", None),
    ],
)  # fmt: skip
def test_the_level_of_a_code(code: str, level: str | None) -> None:
    assert level_of(code) == (level and Level(level))


def test_the_line_of_a_code_ends_with_its_own() -> None:
    line = line_of("330109001001001")
    assert list(line) == list(Level)
    assert [len(code) for code in line.values()] == list(WIDTHS.values())
    assert line_of("330109000000") == {"province": "33", "city": "3301", "county": "330109"}
    assert line_of("330") == {}


def body(code: str, parent: str = "", **more: object) -> Body:
    return Body(code, code, "grid", level_of(code), parent=parent, **more)  # type: ignore[arg-type]


def wrong(tree: Tree) -> set[tuple[str, str, str]]:
    return {(each.code, each.what, each.other) for each in tree.problems if each.what != "sort"}


def test_a_body_that_would_stand_above_itself_hangs_nowhere() -> None:
    tree = Tree([body("a", "b"), body("b", "c"), body("c", "a"), body("d", "d")])
    assert wrong(tree) == {("c", "cycle", "a"), ("d", "cycle", "d")}
    assert [each.code for each in tree.path("a")] == ["c", "b", "a"]
    assert {each.code for each in tree.tops} == {"c", "d"}


def test_what_is_above_must_be_known_and_higher() -> None:
    tree = Tree([body("33"), body("3301", "330109"), body("330109", "33"), body("330110", "99")])
    assert wrong(tree) == {("3301", "level", "330109"), ("330110", "parent", "99")}


def test_a_link_holds_both_ways_and_an_unknown_one_is_told() -> None:
    tree = Tree([body("33", links=("3301", "x")), body("3301", "33")])
    assert [each.code for each in tree.across("3301")] == ["33"]
    assert [each.code for each in tree.across("33")] == ["3301"]
    assert wrong(tree) == {("33", "link", "x")}


def test_the_levels_of_a_place_are_bodies_where_known() -> None:
    tree = Tree([body("33"), body("330109", "33")])
    levels = tree.levels("330109001")
    assert levels == {"province": body("33"), "city": "3301", "county": body("330109", "33"), "town": "330109001"}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), max_size=8))
def test_however_wrong_a_register_is_every_path_ends(above: dict[str, str]) -> None:
    tree = Tree(body(code, parent) for code, parent in above.items())
    for code in above:
        path = [each.code for each in tree.path(code)]
        assert path[-1] == code
        assert len({*path}) == len(path)
    below = sum(len(tree.below(code)) for code in above)
    assert below + len(tree.tops) == len(above)


@pytest.mark.parametrize(
    ("stage", "state"),
    [("follow_up", TaskState.IN_PROGRESS), ("closed", TaskState.COMPLETED), ("refused", TaskState.REFUSED),
     ("settled", None), ("confirmed", None), ("unsettled", None), ("withdrawn", None)],
)  # fmt: skip
def test_a_return_visit_is_not_answered_by_how_the_matter_went(stage: str, state: TaskState | None) -> None:
    assert _state("visit", Stage(stage)) is state
