"""Declarations at the edge of what is allowed."""

from dataclasses import replace
from typing import Any

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.checks import load
from conformance.harness import Harness
from conformance.outcome import NotApplicable
from conformance.reference import Reference
from conformance.subject import Subject


def declared(**changes: Any) -> type[hub.Adapter[Any]]:
    return type("Declared", (Reference,), {"manifest": replace(Reference.manifest, **changes)})


def holds(id: str, kind: type[hub.Adapter[Any]]) -> Harness:
    harness = Harness(Subject.of(kind))
    CHECKS[id].run(harness)
    return harness


def test_a_name_may_be_so_long_and_no_longer() -> None:
    assert load.NAME_LONGEST == 64
    holds("LD-07", declared(name="a" * 64))
    assert judged("LD-07", declared(name="a" * 65)).where == "manifest.name"


@pytest.mark.parametrize("name", ["Lakeside", "lake-side", "1st", "lake__side", "_lake", "lake_", "lakeside\n"])
def test_what_is_no_lower_snake_case(name: str) -> None:
    assert judged("LD-07", declared(name=name)).where == "manifest.name"


@pytest.mark.parametrize("touch", load.TOUCHED)
def test_every_touch_is_told_in_words(touch: Any) -> None:
    with pytest.raises(load.Violation) as found:
        load._refuse([load.Touch(touch, "event", "adapter.py:3")], lambda each: True, "nothing")
    assert found.value.observed == f"it {load.TOUCHED[touch]} (event)"
    assert found.value.where == "adapter.py:3"
    assert set(load.TOUCHED) == {"network", "file", "output", "process", "clock", "environment"}


def test_three_touches_are_enough_to_tell() -> None:
    touches = [load.Touch("file", f"e{at}", f"a.py:{at}") for at in range(5)]
    with pytest.raises(load.Violation) as found:
        load._refuse(touches, lambda each: each.event != "e0", "nothing")
    assert found.value.where == "a.py:1, a.py:2, a.py:3"
    assert [each in found.value.observed for each in ("e1", "e2", "e3", "e4")] == [True, True, True, False]
    load._refuse(touches, lambda each: False, "nothing")


@pytest.mark.parametrize(("codes", "system", "right"), [
    (True, "lakeside_cause", True), (True, "", False), (True, "Lakeside", False), (False, "lakeside_cause", True),
])  # fmt: skip
def test_codes_need_a_system(codes: bool, system: str, right: bool) -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        plain = Reference.draft(self, item)
        return plain if codes else replace(plain, code=None)

    kind = type("Coded", (declared(code_system=system),), {"draft": draft})
    if right:
        holds("LD-12", kind)
    else:
        assert judged("LD-12", kind).where == "manifest.code_system"


def test_without_codes_no_system_is_needed() -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        return replace(Reference.draft(self, item), code=None)

    with pytest.raises(NotApplicable):
        holds("LD-12", type("Bare", (declared(code_system=""),), {"draft": draft}))


def test_a_class_in_no_plugin_has_no_hooks() -> None:
    kind = type("Alone", (hub.Adapter,), {"manifest": Reference.manifest, "Config": Reference.Config})
    with pytest.raises(NotApplicable):
        CHECKS["LD-06"].run(Harness(Subject.of(kind, Subject.of(Reference).folder)))


def test_the_class_itself_must_be_brought(monkeypatch: pytest.MonkeyPatch) -> None:
    import conformance.reference.adapter as module

    monkeypatch.setattr(module, "hub_adapters", hub.hookimpl(lambda: []))
    assert judged("LD-06", Reference).observed == "other classes"


@pytest.mark.parametrize("department", ["FY", "court"])
def test_a_department_is_one_of_the_taxonomys(department: str) -> None:
    if department == "FY":
        assert holds("LD-11", declared(department=department)).observed == 1
    else:
        assert judged("LD-11", declared(department=department)).where == "manifest.department"
