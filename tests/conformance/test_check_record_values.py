"""Times, texts, lists and amounts that the checks must judge rightly and that no broken adapter brings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from test_check_record import drafting, holds
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.checks.record import lengths, sense, times
from conformance.harness import Harness
from conformance.leaves import time_style
from conformance.outcome import NotApplicable, Violation
from conformance.reference import Reference
from conformance.subject import Subject
from conformance.unusual.own_times import OwnTimes, side

BEIJING = timezone(timedelta(hours=8))
LATE = datetime(2024, 2, 28, 23, 59, 59, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2026-02-28T00:05:00Z", "2024-02-28T15:59:59Z"),
        ("2026-02-28T00:05:00+00:00", "2024-02-28T15:59:59+00:00"),
        ("2026-02-28T00:05:00-0530", "2024-02-28T10:29:59-0530"),
        ("2026-02-28 00:05:00", "2024-02-28 23:59:59"),
        (1772265600, 1709135999),
    ],
)
def test_a_time_is_written_at_the_offset_of_the_recorded_one(value: Any, written: Any) -> None:
    style = time_style(value)
    assert style is not None
    assert times._written(LATE, value, style) == written


@pytest.mark.parametrize(
    ("values", "style"),
    [
        (["28/02/2026 08:00", "03/04/2026 09:30"], "%d/%m/%Y %H:%M"),
        (["02/28/2026 08:00"], "%m/%d/%Y %H:%M"),
        (["2026-02-28 08:00"], "%Y-%m-%d %H:%M"),
        (["03/04/2026 09:30"], None),
        (["28/02/2026 08:00", "soon"], None),
        ([], None),
    ],
)
def test_a_rarer_form_is_known_by_all_times_of_its_field(values: list[str], style: str | None) -> None:
    found = times._rarer(values)
    assert (found.style if found else None) == style


def record(revision: int | None = None, **body: str) -> Any:
    return SimpleNamespace(revision=revision, body=body)


MARCH = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (record(closed="2026-03-02T00:00:00Z", stage="handling"), ["closed"]),
        (record(closed="2026-03-02T00:00:00Z", stage="replied"), []),
        (record(opened="2026-03-02T00:00:00Z", stage="handling"), []),
        (record(opened="2026-03-02T00:00:00Z", closed="2026-03-01T00:00:00Z"), []),
        (record(opened="2026-03-02T00:00:01Z", closed="2026-03-01T00:00:00Z"), ["closed"]),
        (record(MARCH, closed="2026-03-15T00:00:00Z"), []),
        (record(MARCH, closed="2026-03-15T00:00:01Z"), ["closed"]),
        (record(MARCH, opened="2026-03-15T00:00:01Z"), ["opened"]),
        (record(17, opened="2026-03-15T00:00:01Z"), []),
        (record(opened="2026-03-15T00:00:01Z"), []),
    ],
)
def test_what_times_contradict(told: Any, wrong: list[str]) -> None:
    assert [name for _, name in sense._disagreeing(told)] == wrong


def test_a_record_without_times_contradicts_nothing() -> None:
    with pytest.raises(NotApplicable, match="opened or closed"):
        holds("RC-30", drafting(opened=lambda item, told: None))


def claimless(word: str) -> type[hub.Adapter[Any]]:
    claims = Reference.manifest.capabilities - {hub.Capability.DELETIONS}

    def draft(self: Any, item: hub.Item) -> hub.Draft:
        return replace(Reference.draft(self, item), deleted=item.get("state") == word)

    manifest = replace(Reference.manifest, capabilities=claims)
    return type("Claimless", (Reference,), {"draft": draft, "manifest": manifest})


def test_without_the_claim_nothing_is_deleted() -> None:
    with pytest.raises(Violation) as found:
        holds("RC-31", claimless("void"), deleted=None)
    assert found.value.expected == "no tombstone: DELETIONS is not claimed"
    holds("RC-31", claimless(""), deleted=None)


def test_a_row_of_the_recording_that_is_deleted_is_named() -> None:
    found = judged("RC-31", drafting(deleted=lambda item, told: item.get("state") in ("void", "closed")))
    assert (found.expected, found.where) == ("a record", "item 5")


def test_each_status_of_the_table_is_tried() -> None:
    """No row of the recording is at this one."""
    stages = {**Reference.manifest.stages, "stayed": hub.Stage.HEARING}
    kind = drafting(deleted=lambda item, told: told or item.get("state") == "stayed")
    kind.manifest = replace(Reference.manifest, stages=stages)
    assert judged("RC-31", kind).where == "an item of another status"


@pytest.mark.parametrize(
    ("value", "prose"),
    [
        ("邻居在公共楼道里堆放纸箱，物业劝了两次没有用", True),
        ("the neighbour lets the water run all night", True),
        ("邻居堆放纸箱，劝了没用。", False),
        ("（2026）浙0110民初215号，216号", False),
        ("0110-2026-000000000215", False),
        (7, False),
    ],
)
def test_what_is_a_text_of_sentences(value: Any, prose: bool) -> None:
    assert lengths._prose(value) is prose


def test_blanks_and_lines_may_be_written_otherwise() -> None:
    holds("RC-32", drafting(detail=lambda item, told: told and " ".join(told.split())))


def test_the_title_may_be_short_where_the_detail_is_whole() -> None:
    holds("RC-32", drafting(title=lambda item, told: (item.get("detail") or "")[:20]))


def test_a_list_or_text_that_nobody_shows_proves_nothing() -> None:
    with pytest.raises(NotApplicable, match="list"):
        holds("RC-33", drafting(references=lambda item, told: []))
    with pytest.raises(NotApplicable, match="text"):
        holds("RC-32", drafting(detail=lambda item, told: None))


def siding(make: Callable[[list[hub.Item]], list[hub.Item]]) -> type[hub.Adapter[Any]]:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        return replace(OwnTimes.draft(self, item), parties=[side(row) for row in make(list(item.get("sides") or ()))])

    return type("Siding", (OwnTimes,), {"draft": draft, "__module__": OwnTimes.__module__})


def test_sides_are_told_apart_by_who_they_are() -> None:
    CHECKS["RC-33"].run(
        Harness(Subject.of(siding(lambda sides: list({row.get("card"): row for row in sides}.values()))))
    )
    CHECKS["RC-33"].run(Harness(Subject.of(siding(lambda sides: sides[::-1]))))
    found = judged("RC-33", siding(lambda sides: sides[:6]))
    assert (found.observed, found.where) == ("6, or no draft", "field sides[]")


@pytest.mark.parametrize(
    ("value", "varied"),
    [
        ("来访人", "来访人丙"),
        ("13800001001", "13800001003"),
        ("2026-03-28", "2026-03-03"),
        (40, 43),
        (True, True),
        ("", ""),
        (None, None),
        ({"a": ["x"], "b": "y"}, {"a": ["x丙"], "b": "y"}),
    ],
)
def test_elements_are_varied(value: Any, varied: Any) -> None:
    assert lengths._varied(value, 3, {("b",)}) == varied


def test_amounts_in_words_may_be_left_out_but_not_guessed() -> None:
    plain = drafting(amount=lambda item, told: told if str(told).replace(".", "").isdecimal() else None)
    holds("RC-34", plain)
    holds("RC-34", drafting(amount=lambda item, told: told))
    found = judged("RC-34", drafting(amount=lambda item, told: str(told).replace("万", "")))
    assert (found.observed, found.where) == ("360 fen", "field amount = '3.6万'")


def test_amounts_of_another_unit_come_in_figures_only() -> None:
    def by(factor: float) -> type[hub.Adapter[Any]]:
        return drafting(amount=lambda item, told: told and float(told.replace(",", "")) * factor)

    holds("RC-34", by(0.01), unit="fen")
    holds("RC-34", by(10_000), unit="wan")
    with pytest.raises(Violation):
        holds("RC-34", by(1), unit="wan")


def test_without_an_amount_none_is_written() -> None:
    with pytest.raises(NotApplicable, match="amount"):
        holds("RC-34", drafting(amount=lambda item, told: None))
