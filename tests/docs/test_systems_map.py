"""The map of systems is whole, truthful as far as a machine can tell, and its page is as generated."""

from types import SimpleNamespace
from typing import Any

import pytest
from systems_map import CORE, NOT_YET, PAGE, SERVED, NamedTests, Row, manifests, page, problems, rows

FOR_ANY_SYSTEM = {"webhook", "open311"}
"""Adapters that no row asks for: an integrator's own endpoint, and services of other countries."""


def test_the_table_is_sound() -> None:
    assert list(problems(rows(), manifests())) == []


def test_every_adapter_stands_in_a_row() -> None:
    assert set(manifests()) - {name for row in rows() for name in row.adapters} <= FOR_ANY_SYSTEM


def test_the_page_is_as_generated() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(rows(), manifests()), "run: python tests/systems_map.py"


def changed(number: int, **changes: str) -> list[Row]:
    told = rows()
    told[number - 1] = told[number - 1]._replace(**changes)
    return told


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (rows()[:-1], "the rows are not 1 to 101"),
        (changed(3, row="4"), "the rows are not 1 to 101"),
        (changed(3, system=""), "row 3: a cell is empty"),
        (changed(3, adapter="mobil_court"), "row 3: no adapter mobil_court is installed"),
        (changed(3, status="partly"), "row 3: status is"),
        (changed(3, status=SERVED, test="", reason=""), "row 3: what is served names its test"),
        (changed(3, status=NOT_YET, test="", reason=""), "row 3: what is not served says why"),
        (changed(20, reason="almost"), "row 20: what is served names its test, and no reason"),
        (changed(20, test="tests/integration/test_systems.py::test_row"), "row 20: there is no test"),
        (changed(20, test="tests/gone.py::test_row"), "row 20: there is no test"),
    ],
)
def test_what_is_wrong_is_told(told: list[Row], said: str) -> None:
    assert [each for each in problems(told, manifests()) if each.startswith(said)]


NAMED = "tests/a.py::test_b"


def report(nodeid: str = NAMED, when: str = "call", outcome: str = "passed", **more: Any) -> Any:
    return SimpleNamespace(nodeid=nodeid, when=when, passed=outcome == "passed", **more)


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ([report()], []),
        ([report(when="setup"), report(), report(when="teardown")], []),
        ([report(f"{NAMED}[1]"), report(f"{NAMED}[2]")], []),
        ([], ["did not run"]),
        ([report("tests/a.py::test_bc")], ["did not run"]),
        ([report(when="setup")], ["did not run"]),
        ([report(when="setup", outcome="skipped")], ["did not pass"]),
        ([report(outcome="failed")], ["did not pass"]),
        ([report(), report(when="teardown", outcome="failed")], ["did not pass"]),
        ([report(f"{NAMED}[1]"), report(f"{NAMED}[2]", outcome="failed")], ["did not pass"]),
        ([report(wasxfail="")], ["did not run"]),
    ],
)
def test_a_named_test_must_run_and_pass(reports: list[Any], said: list[str]) -> None:
    row = Row("7", "a system", CORE, "something", NAMED, SERVED, "")
    watch, session = NamedTests([row]), SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    for each in reports:
        watch.pytest_runtest_logreport(each)
    assert [each.removeprefix(f"row 7: {NAMED} ") for each in watch.missing()] == said
    watch.pytest_sessionfinish(session)  # type: ignore[arg-type]
    assert session.exitstatus == (pytest.ExitCode.TESTS_FAILED if said else pytest.ExitCode.OK)
