"""The day of opening, and what of times, amounts, texts, keys and marks no broken adapter brings."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from test_check_record import drafting, holds
from test_load_and_config import judged

import hub.api as hub
from conformance.checks.record import lengths, times
from conformance.outcome import Violation
from conformance.reference import Reference

Make = Callable[[hub.Item], Any]


@pytest.mark.parametrize(
    "opened",
    [
        lambda item: item["filed"] or item["updated"],
        lambda item: item.get("filed", item.get("updated")),
        lambda item: str(item.get("filed") or item["updated"])[:10],
    ],
    ids=["null", "missing", "its day"],
)
def test_the_last_change_opens_nothing(opened: Make) -> None:
    found = judged("RC-23", drafting(opened=lambda item, _: opened(item)))
    assert (found.observed, found.where) == ("that of the last change", "field filed missing")


def test_a_source_may_tell_no_day_but_that_of_the_change() -> None:
    holds("RC-23", drafting(opened=lambda item, _: item.get("updated")))


def test_a_row_without_its_update_time_may_be_refused() -> None:
    holds("RC-23", drafting(revision=lambda item, _: item["updated"]))


def test_what_a_step_tells_of_may_have_opened_it() -> None:
    holds(
        "RC-23",
        drafting(
            opened=lambda item, _: item.get("filed") or item.get("updated"),
            steps=lambda item, _: [hub.DraftStep(at=item.get("updated"), action="移交")],
        ),
    )


def test_every_time_of_a_record_is_compared() -> None:
    told = dict.fromkeys(("opened", "due", "closed", "happened", "at", "issued", "answered", "begins", "ends"), "then")
    assert times._told_times(SimpleNamespace(body={**told, "title": "now"})) == told  # type: ignore[arg-type]


def test_a_record_without_a_time_is_no_reason_to_pass_over_the_others() -> None:
    def late(item: hub.Item, value: Any) -> Any:
        return None if item["case_no"] == "LK2026-00001" else value and value[:11] + "00" + value[13:]

    assert judged("RC-08", drafting(revision=late)).where == "field updated"


@pytest.mark.parametrize(
    ("unit", "factor", "plain"),
    [
        *(("fen", "0.01", plain) for plain in ("50000", "9900", "30000000")),
        *(("yuan", "1", plain) for plain in ("500", "99", "300000")),
        *(("wan", "10000", plain) for plain in ("5", "90", "3000")),
    ],
)
def test_small_and_large_amounts_are_tried_in_every_unit(unit: str, factor: str, plain: str) -> None:
    def amount(item: hub.Item, told: Any) -> Any:
        return "77" if told == plain else told and str(Decimal(told.replace(",", "")) * Decimal(factor))

    with pytest.raises(Violation) as found:
        holds("RC-34", drafting(amount=amount), unit=unit)
    assert found.value.where == f"field amount = {plain!r}"


def test_no_draft_says_nothing() -> None:
    assert lengths._said(None) == ""


def test_a_mark_that_may_not_be_null_is_tried_where_it_is_absent() -> None:
    def deleted(item: hub.Item, told: bool) -> bool:
        if item.get("state", "open") is None:
            raise ValueError("no state")
        return told or "state" not in item

    assert judged("RC-41", drafting(deleted=deleted)).where == "a row whose state is absent"


def related(*numbers: Callable[[hub.Item], str]) -> type[Reference]:
    """The reference, which relates a case to the first of these that says something where it is related to none."""

    def draft(self: Any, item: hub.Item) -> hub.Draft:
        none = [("court_case", said) for each in numbers if (said := each(item))][:1]
        draft = Reference.draft(self, item)
        return replace(draft, references=draft.references or none)

    return type("Related", (Reference,), {"draft": draft, "__module__": Reference.__module__})


def test_a_reference_to_none_is_found() -> None:
    found = judged("RC-23", related(lambda item: "LK0000-00000"))
    assert (found.where, found.observed) == ("field related missing", "one that comes where a field is missing")


def test_another_field_may_tell_a_reference() -> None:
    holds("RC-23", related(lambda item: item["case_no"]))
    holds("RC-23", related(lambda item: item["case_no"].replace("-", "")))
    holds("RC-23", related(lambda item: item["case_no"].partition("-")[2]))
