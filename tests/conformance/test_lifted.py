"""Rows as the suite holds them and as the source has them."""

import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from conformance.description import DetailSpec, PageSpec, Tombstone, WireSpec
from conformance.harness import Harness
from conformance.lab.folder import FolderSim
from conformance.lifted import Lift
from conformance.subject import Subject, SubjectInvalid
from conformance.unusual.file_drop import FileDrop
from conformance.unusual.front_database import FrontDatabase
from hub.api import Adapter

DEEP: dict[str, Any] = {"base": {"id": "7", "at": "2026-01-01", "who": {"n": 1}}, "text": "x"}
COMPOSED = WireSpec(path="/", key="no", within=("area", "year"))


def test_what_stands_further_in_is_lifted_and_lowered_again() -> None:
    wire = WireSpec(path="/", key="base.id", time="base.at", row="base.who.n", deleted=Tombstone(field="s.t", value=1))
    lift = Lift(wire, [DEEP])
    up = lift.up(DEEP)
    assert up == {"base.id": "7", "base.at": "2026-01-01", "base.who.n": 1, "base": {"who": {}}, "text": "x"}
    assert lift.down(up) == DEEP
    assert lift.up(up) == up
    assert DEEP["base"]["id"] == "7"


def test_what_is_not_there_is_not_made() -> None:
    lift = Lift(WireSpec(path="/", key="base.id"), [DEEP])
    rows: list[dict[str, Any]] = [{"base": None}, {"base": "id"}, {"base": {}}, {"text": 1}]
    for row in rows:
        assert lift.up(row) == row
        assert lift.down(row) == row
    assert lift.down({"base": None, "base.id": "8"}) == {"base": {"id": "8"}}


def test_a_name_with_dots_is_a_name_where_the_rows_have_it() -> None:
    row = {"base.id": "7", "base": {"id": "8"}}
    lift = Lift(WireSpec(path="/", key="base.id"), [{}, row])
    assert lift.up(row) is row
    assert lift.down(row) is row


def test_a_key_of_several_fields_is_one_value() -> None:
    row = {"area": "330106", "year": 2026, "no": 12, "text": "x"}
    lift = Lift(COMPOSED, [row])
    assert lift.up(row) == {"no": "330106|2026|12", "text": "x"}
    assert lift.down(lift.up(row)) == row
    assert lift.down({"no": "330106|2026|12a|b"}) == {"area": "330106", "year": 2026, "no": "12a|b"}


@pytest.mark.parametrize("row", [{"area": "", "year": 1, "no": 1}, {"area": "a", "year": 1, "no": None}, {"no": 4}])
def test_a_key_of_which_a_part_is_missing_is_left_as_it_is(row: dict[str, Any]) -> None:
    lift = Lift(COMPOSED, [{"area": "330106", "year": 2026, "no": 12}])
    assert lift.up(row) == row
    assert lift.down(row) == row


@pytest.mark.parametrize(("known", "told"), [(3, 1_772_413_200_500), ("3", "1772413200500")])
def test_a_version_is_made_of_the_time(known: Any, told: Any) -> None:
    lift = Lift(
        WireSpec(path="/", key="no", time="at", time_style="%Y-%m-%d %H:%M:%S.%f", version="ver"), [{"ver": known}]
    )
    assert lift.up({"no": 1, "at": "x", "ver": 3}) == {"no": 1, "at": "x"}
    assert lift.down({"at": "2026-03-02 09:00:00.500"}) == {"at": "2026-03-02 09:00:00.500", "ver": told}
    assert lift.down({"at": None}) == {"at": None}


def test_a_row_that_is_none_is_left_alone() -> None:
    assert [Lift(COMPOSED, ["total"]).up("total"), Lift(COMPOSED, ["total"]).down("total")] == ["total", "total"]


@pytest.mark.parametrize(
    "told", [{"page": PageSpec(kind="keyset")}, {"detail": DetailSpec(path="/{key}", fields=("text",))}]
)
def test_a_key_that_goes_back_to_the_source_is_one_field(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="key is one field"):
        WireSpec(path="/", key="no", within=("area",), **told)


@pytest.mark.parametrize("kind", [FileDrop, FrontDatabase])
def test_a_file_and_a_view_have_what_is_lowered(kind: type[Adapter[Any]]) -> None:
    subject = Subject.of(kind)
    wire = subject.spec.wire.model_copy(update={"version": "VER"})
    h = Harness(replace(subject, spec=subject.spec.model_copy(update={"wire": wire})))
    with h.source() as sim:
        assert "VER" not in next(iter(sim.rows))
        shown = sim.table(list(sim.rows)).decode(wire.encoding) if isinstance(sim, FolderSim) else str(_view(sim))
        assert str(h.lift.down(next(iter(sim.rows)))["VER"]) in shown


def _view(sim: Any) -> list[Any]:
    with sqlite3.connect(sim.place["database"].removeprefix("sqlite:///")) as connection:
        return connection.execute(f'SELECT * FROM "{sim.spec.path}"').fetchall()


def test_a_key_of_a_view_is_one_column() -> None:
    subject = Subject.of(FrontDatabase)
    wire = subject.spec.wire.model_copy(update={"within": ("AREA",)})
    with pytest.raises(SubjectInvalid, match="within"):
        _ = replace(subject, spec=subject.spec.model_copy(update={"wire": wire})).wire
