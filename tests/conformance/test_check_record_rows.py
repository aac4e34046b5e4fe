"""Rows that vanish and statuses that lead nowhere, in ways no broken adapter brings."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from test_check_record import drafting, holds
from test_load_and_config import judged

import hub.api as hub
from conformance.checks.record import rows
from conformance.outcome import NotApplicable
from conformance.reference import Reference


def taking(keep: Callable[[hub.Item], Any]) -> type[hub.Adapter[Any]]:
    """The reference, giving only the rows that are kept."""

    def items(self: Any, page: hub.Page) -> Sequence[hub.Item]:
        return [row for row in page.rows if keep(row)]

    return type("Taking", (Reference,), {"items": items})


def stages(**told: hub.Stage) -> type[hub.Adapter[Any]]:
    return type("Staged", (Reference,), {"manifest": replace(Reference.manifest, stages=told)})


@pytest.mark.parametrize(
    ("keep", "field"),
    [
        (lambda row: row.get("state") != "heard", "state heard"),
        (lambda row: row.get("title"), "title"),
        (lambda row: (row.get("place") or {"address": "x"}).get("address") != "", "place.address"),
        (lambda row: not str(row.get("title")).endswith("甲"), "title"),
    ],
    ids=["status", "empty", "empty inside", "unknown"],
)
def test_a_row_that_vanishes_is_named_by_what_it_says(keep: Any, field: str) -> None:
    found = judged("RC-19", taking(keep))
    assert found.where == f"a row in which {field} is another"
    assert found.observed == "nothing: the row is counted nowhere"


def test_a_row_that_is_rejected_has_not_vanished() -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        if not item.get("title"):
            raise hub.RecordRejected("draft.title", "title", "a case without a title")
        return Reference.draft(self, item)

    holds("RC-19", type("Strict", (Reference,), {"draft": draft}))


def test_rows_that_vanish_for_their_likeness_are_counted() -> None:
    def items(self: Any, page: hub.Page) -> Sequence[hub.Item]:
        return list({str(row.get("detail")): row for row in page.rows}.values())

    found = judged("RC-19", type("Alike", (Reference,), {"items": items}))
    assert found.where == "a page of rows that differ in their key and one more field"
    assert int(found.observed) < int(found.expected.split()[0])


def test_each_status_of_the_table_is_looked_for() -> None:
    holds("RC-20", Reference)
    found = judged("RC-20", drafting(status=lambda item, told: {"closed": "settled"}.get(told, told)))
    assert (found.expected, found.observed, found.where) == ("the stage closed", "settled", "state closed")
    found = judged("RC-20", drafting(status=lambda item, told: None if told == "open" else told))
    assert (found.expected, found.observed, found.where) == ("the stage filed", "none", "state open")


def test_without_a_table_or_a_field_for_it_nothing_is_asked() -> None:
    with pytest.raises(NotApplicable, match="no table"):
        holds("RC-20", stages())
    with pytest.raises(NotApplicable, match="no field"):
        holds("RC-20", drafting(status=lambda item, told: "open"))


def test_statuses_are_written_as_the_source_writes_them() -> None:
    class Numbered:
        class subject:
            manifest = replace(Reference.manifest, stages={"10": hub.Stage.FILED, "x": hub.Stage.CLOSED})

    told: Any = Numbered
    assert rows._codes(told, {"state": 20}, ("state",)) == [10, "x"]
    assert rows._codes(told, {"state": "20"}, ("state",)) == ["10", "x"]


@pytest.mark.parametrize(
    "folded",
    [
        lambda key: key.lower(),
        lambda key: key.lstrip("0"),
        lambda key: key.removesuffix("-1"),
        lambda key: key[:12],
        lambda key: key[1:],
        lambda key: key[-24:],
        lambda key: key.replace("-", ""),
    ],
    ids=["case", "zeros", "suffix", "cut behind", "cut before", "long ones cut before", "dashes"],
)
def test_keys_that_are_folded_are_found(folded: Callable[[str], str]) -> None:
    found = judged("RC-21", drafting(key=lambda item, key: folded(str(key))))
    assert found.where.startswith("keys like ..")


def test_keys_that_are_refused_are_not_lost() -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        if not str(item.get("case_no")).startswith("LK"):
            raise hub.RecordRejected("key.form", "case_no", "no key of this docket")
        return Reference.draft(self, item)

    holds("RC-21", type("Strict", (Reference,), {"draft": draft}))


def test_twins_of_keys() -> None:
    long = [f"a1-{'1' * 57}", f"a1-{'1' * 56}9", f"91-{'1' * 57}"]  # a key is cut at either end
    assert rows._twins("a1") == ["a1", "A1", "0a1", "91", "a10", "a1-1", "a9", "1", "a", *long]
    assert rows._twins("5") == ["5", "05", "9", "50", "5-1", f"5-{'1' * 58}", f"5-{'1' * 57}9", f"9-{'1' * 58}"]
    assert "20261" in rows._twins("2026-1")
    assert rows._twins(5) == [5, 50, 6]


def test_a_draft_that_remembers_is_found_where_items_say_less() -> None:
    class Remembers(Reference):
        last: Any = None

        def draft(self, item: hub.Item) -> hub.Draft:
            made = super().draft(item)
            self.last = made.title = made.title or self.last
            return made

    found = judged("RC-12", Remembers)
    assert found.where == "an item of which fields were taken away"
    assert found.observed == "another one in another order: title"
