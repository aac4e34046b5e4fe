"""Records, keys and times that the checks must judge rightly and that no broken adapter brings."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.checks.record import fields, times
from conformance.harness import Harness
from conformance.leaves import stands_in
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.reference import Reference
from conformance.subject import Subject


def drafting(**changes: Any) -> type[hub.Adapter[Any]]:
    """The reference with fields of its drafts made otherwise: ``field=function of (item, value)``."""

    def draft(self: Any, item: hub.Item) -> hub.Draft:
        plain = Reference.draft(self, item)
        return replace(plain, **{name: make(item, getattr(plain, name)) for name, make in changes.items()})

    return type("Drafting", (Reference,), {"draft": draft})


def holds(id: str, kind: type[hub.Adapter[Any]], **wire: Any) -> Harness:
    """Run a check on a class whose source has these other parameters of its wire."""
    plain = Subject.of(kind)
    spec = plain.spec.model_copy(update={"wire": plain.wire.model_copy(update=wire)})
    harness = Harness(replace(plain, spec=spec))
    CHECKS[id].run(harness)
    return harness


@pytest.mark.parametrize(
    ("unit", "factor", "fen"), [("fen", "0.01", 123400), ("yuan", "1", 123450), ("wan", "10000", 1250000)]
)
def test_an_amount_is_turned_into_yuan_from_the_unit_of_the_source(unit: str, factor: str, fen: int) -> None:
    def by(factor: str) -> type[hub.Adapter[Any]]:
        return drafting(amount=lambda item, told: told and str(Decimal(told.replace(",", "")) * Decimal(factor)))

    holds("RC-13", by(factor), unit=unit)
    with pytest.raises(Violation) as found:
        holds("RC-13", by("7"), unit=unit)
    assert found.value.expected == f"{fen} fen"


def test_where_no_field_gives_an_amount_none_is_told() -> None:
    with pytest.raises(NotApplicable):
        holds("RC-13", drafting(amount=lambda item, amount: None))


@pytest.mark.parametrize(
    ("value", "number"),
    [("1,234.50", "1234.50"), (7, "7"), (1.5, "1.5"), (True, None), (None, None), ("about ten", None)],
)
def test_what_can_be_an_amount(value: Any, number: str | None) -> None:
    assert fields._decimal(value) == (None if number is None else Decimal(number))


def test_a_field_that_matters_in_one_row_is_read() -> None:
    """The reference takes the title for the detail in all rows but one: nobody may call the detail unread."""
    last: list[str] = []

    def detail(item: hub.Item, value: Any) -> Any:
        if not last:
            last.append(item["case_no"])
        return item.get("title") if item["case_no"] == last[0] else value

    holds("RC-11", drafting(detail=detail))


def test_a_field_that_matters_in_no_row_is_named() -> None:
    with pytest.raises(Violation) as found:
        holds("RC-11", drafting(detail=lambda item, value: None, address=lambda item, value: None))
    assert found.value.observed == "no change for detail, place.address"
    holds_unmapped = Subject.of(drafting(detail=lambda item, value: None))
    spec = holds_unmapped.spec.model_copy(update={"unmapped": ("detail",)})
    CHECKS["RC-11"].run(Harness(replace(holds_unmapped, spec=spec)))


@pytest.mark.parametrize(
    ("said", "where"),
    [(None, "null"), ("", "empty"), ("\\N", "\\N")],
)
def test_each_way_to_say_nothing_is_tried(said: str | None, where: str) -> None:
    def status(item: hub.Item, value: Any) -> Any:
        if item.get("title") == said:
            raise hub.RecordRejected("title.empty", "title", "no title")
        return value

    assert judged("RC-16", drafting(status=status)).where == f"fields that are {where}"


def test_only_an_inner_field_may_say_nothing() -> None:
    def status(item: hub.Item, value: Any) -> Any:
        if item.get("party") and item["party"].get("name") is None:
            raise hub.RecordRejected("name.empty", "name", "no name")
        return value

    assert judged("RC-16", drafting(status=status)).where == "fields that are inner null"


@pytest.mark.parametrize("word", ["None", "null", "NULL", "nan", "\\N"])
def test_a_word_for_nothing_is_no_value(word: str) -> None:
    kind = drafting(title=lambda item, value: value or f"case {word}")
    assert judged("RC-16", kind).observed == "the value in title"


def test_a_word_in_a_word_is_a_value() -> None:
    holds("RC-16", drafting(title=lambda item, value: value or "Nonesuch v. nullity"))


def test_a_read_that_is_not_complete_is_no_bad_row_alone() -> None:
    harness = Harness(Subject.of(Reference))
    run = harness.run

    def ended(*args: Any, **options: Any) -> Any:
        report = run(*args, **options)
        report.outcome = "incomplete"
        return report

    harness.run = ended  # type: ignore[method-assign]
    with pytest.raises(Violation, match="the read incomplete"):
        CHECKS["RC-04"].run(harness)


def test_a_lost_neighbour_is_told_though_the_read_is_complete() -> None:
    class Drops(Reference):
        def items(self, page: hub.Page) -> list[hub.Item]:
            return [] if any("case_no" not in row for row in page.rows) else list(page.rows)

    assert "0 stored, the read" in judged("RC-04", Drops).observed


@pytest.mark.parametrize("id", ["RC-07", "RC-10"])
def test_without_times_there_is_nothing_to_order(id: str) -> None:
    harness = Harness(Subject.of(Reference))
    rows = [{"case_no": f"A{at}", "title": "邻里争执", "state": "open"} for at in range(3)]
    harness.__dict__["recording"] = replace(harness.recording, rows=tuple(rows))
    with pytest.raises(NotApplicable):
        CHECKS[id].run(harness)


def test_a_source_without_an_update_time_has_no_revisions() -> None:
    with pytest.raises(NotApplicable):
        holds("RC-07", Reference, time="")


@pytest.mark.parametrize("cut", [10, 7, 4])
def test_a_revision_that_is_cut_short_stands_still(cut: int) -> None:
    kind = drafting(revision=lambda item, value: value and value[:cut] + "-01-01"[: 10 - cut])
    assert judged("RC-07", kind).observed.startswith("one that does not rise")


def test_a_revision_that_is_missing_is_told_as_missing() -> None:
    kind = drafting(revision=lambda item, value: None)
    assert judged("RC-07", kind).observed.startswith("none for some")


def test_counters_are_no_times() -> None:
    """A revision that counts is right as long as it rises: it is no instant to be compared."""
    kind = drafting(revision=lambda item, value: value and int(datetime.fromisoformat(value).timestamp()) // 7)
    with pytest.raises(NotApplicable):
        holds("RC-08", kind)
    assert times._TIMELY == 10**14


def test_days_may_come_as_days_or_as_midnight() -> None:
    def day(item: hub.Item, value: Any) -> Any:
        return value and date.fromisoformat(str(value)[:10]).isoformat()

    holds("RC-10", drafting(opened=day))
    wrong = drafting(opened=lambda item, value: value and f"{value[:8]}{(int(value[8:10]) % 28) + 1:02}")
    assert "tells another one" in judged("RC-10", wrong).observed


def test_the_times_of_steps_are_told_each_by_its_place() -> None:
    body = {"opened": "a", "due": None, "steps": [{"at": "b"}, {"at": None}, {"at": "c"}]}
    told = times._told_times(SimpleNamespace(body=body))  # type: ignore[arg-type]
    assert told == {"opened": "a", "steps[0].at": "b", "steps[2].at": "c"}
    assert times._told_times(None) == {}


@pytest.mark.parametrize("id", ["RC-11", "RC-12", "RC-15"])
def test_where_a_read_gives_no_item_nothing_was_seen(id: str) -> None:
    kind = type("NoItems", (Reference,), {"items": lambda self, page: []})
    with pytest.raises(NotObserved):
        holds(id, kind)


@pytest.mark.parametrize(
    ("text", "row", "stands"),
    [
        ("2026-03-01", {"at": "2026-03-01 09:00:00"}, True),
        ("7", {"parts": ["1-7"]}, True),
        ("7", {"number": 7}, True),
        ("7", {"number": 17, "text": "A7"}, False),
        ("open", {}, False),
    ],
)
def test_a_text_stands_in_a_row_as_a_value_or_as_a_part_set_apart(text: str, row: Any, stands: bool) -> None:
    assert stands_in(text, row) is stands


def test_what_another_field_says_may_stand_in() -> None:
    holds("RC-23", drafting(title=lambda item, title: title or item.get("cause") or item.get("detail")))


@pytest.mark.parametrize(("made", "where"), [({"opened": "2026-01-01"}, "filed"), ({"code": "L01"}, "cause_code")])
def test_what_is_made_up_for_an_open_field_is_told(made: dict[str, str], where: str) -> None:
    ((name, default),) = made.items()
    with pytest.raises(Violation) as found:
        holds("RC-23", drafting(**{name: lambda item, value: value or default}))
    assert found.value.where == f"field {where} missing"


def test_a_field_of_people_is_looked_for_at_each_status() -> None:
    """Whatever is told at one status and not at another is named with it; rows that are void need tell nothing."""

    def parties(item: hub.Item, value: Any) -> Any:
        return [] if item.get("state") in ("settled", "void") else value

    with pytest.raises(Violation) as found:
        holds("RC-11", drafting(parties=parties))
    assert found.value.observed == "no change for party.name at the status settled"


def test_items_that_remember_the_page_before_are_told() -> None:
    """The first page cut gives all its rows, each later one half of them: backwards, it is another one."""

    class Remembers(Reference):
        pages_cut = 0

        def items(self, page: hub.Page) -> Any:
            self.pages_cut += 1
            return page.rows if self.pages_cut == 1 else page.rows[:2]

    assert judged("RC-24", Remembers).observed == "others where it is opened anew: 2 and not 4"
