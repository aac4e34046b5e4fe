"""What the checks of paging stand on: their own faults, keys, leashes, and to whom they do not apply."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance import paged
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.reference import Reference
from conformance.subject import Subject
from conformance.unusual.early_stretches import ADAPTER as EARLY_STRETCHES
from conformance.unusual.front_database import ADAPTER as FRONT_DATABASE
from conformance.unusual.link_paging import ADAPTER as LINK_PAGING
from conformance.unusual.no_total import ADAPTER as NO_TOTAL
from conformance.unusual.one_page import ADAPTER as ONE_PAGE
from conformance.unusual.xml_feed import ADAPTER as XML_FEED


@pytest.fixture
def h() -> Harness:
    return Harness(Subject.of(Reference))


def wired(**wire: Any) -> Harness:
    """The reference, whose conformance.toml says something else of its wire."""
    plain = Subject.of(Reference)
    return Harness(replace(plain, spec=plain.spec.model_copy(update={"wire": plain.wire.model_copy(update=wire)})))


@pytest.mark.parametrize("id", ["PG-02", "PG-03", "PG-04", "PG-05", "PG-06", "PG-09", "PG-12", "PG-13", "PG-15"])
def test_what_is_about_many_pages_does_not_apply_to_one(id: str) -> None:
    with pytest.raises(NotApplicable):
        CHECKS[id].run(Harness(Subject.of(ONE_PAGE)))


@pytest.mark.parametrize("id", ["PG-08", "PG-09"])
@pytest.mark.parametrize("kind", [NO_TOTAL, XML_FEED])
def test_what_is_about_totals_needs_one_in_json(id: str, kind: type[hub.Adapter[Any]]) -> None:
    with pytest.raises(NotApplicable):
        CHECKS[id].run(Harness(Subject.of(kind)))


def test_a_claim_of_totals_needs_one() -> None:
    with pytest.raises(Violation, match="claims that the source announces one"):
        CHECKS["PG-07"].run(wired(total=""))


def test_rows_without_an_update_time_do_not_move() -> None:
    with pytest.raises(NotApplicable):
        CHECKS["PG-12"].run(wired(time=""))


def test_hidden_rows_are_missing_from_their_page_and_from_the_total(h: Harness) -> None:
    with h.source() as sim:
        first, _, third, *_ = sim.keys
        sim.fault("hidden", times=None, keys=[first, third])
        pages = h.pages(sim, page_size=4)
        assert [len(page.rows) for page in pages] == [2, 4]
        assert {page.total for page in pages} == {len(sim.keys) - 2}
        assert not {first, third} & {row["case_no"] for page in pages for row in page.rows}


@pytest.mark.parametrize("turned", [False, True])
def test_overlapping_pages_begin_with_the_last_row_before(turned: bool, h: Harness) -> None:
    with h.source() as sim:
        keys = sim.keys
        sim.fault("overlap", times=None, turned=turned)
        first, second = ([row["case_no"] for row in page.rows] for page in h.pages(sim, page_size=4))
    turn = -1 if turned else 1
    assert (first, second) == (keys[:4][::turn], keys[3:][::turn])


def test_a_total_as_text_is_the_total_as_text(h: Harness) -> None:
    with h.source() as sim:
        sim.fault("total_text", times=None, path="total")
        assert {page.body["total"] for page in h.pages(sim)} == {"8"}


def test_more_rows_are_of_one_time_and_have_keys_of_their_own(h: Harness) -> None:
    rows = paged.more_rows(h, 30)
    assert len({row["case_no"] for row in rows}) == len(rows) == 30
    assert {row["updated"] for row in rows} == {max(row["updated"] for row in h.recording.rows)}
    assert [row["case_no"] for row in rows[:8]] == [row["case_no"] for row in h.recording.rows]
    assert len(paged.more_rows(h, 3)) == 3


@pytest.mark.parametrize(
    ("keys", "steps", "key"),
    [
        ([3, 7, 5], 2, 9), ([3, 7, 5], -1, 2), (["007", "012"], 1, "013"), (["007", "012"], -1, "006"),
        (["A2", "A1"], 3, "A2-003"), (["A2", "A1"], -1, "0-A1"),
    ],
)  # fmt: skip
def test_a_key_of_their_own_kind_behind_or_before_all(keys: list[Any], steps: int, key: Any) -> None:
    harness: Any = SimpleNamespace(subject=SimpleNamespace(wire=SimpleNamespace(key="no")))
    assert paged.key_beside(harness, [{"no": each} for each in keys], steps) == key


def test_a_leash_ends_what_goes_on_and_on() -> None:
    sim: Any = SimpleNamespace(calls=[*range(3 * paged.MANY)])
    stop = paged.leash(sim)
    stop("committed")
    sim.calls.append("one more")
    with pytest.raises(paged.Endless):
        stop("committed")


@pytest.mark.parametrize(
    ("outcome", "error", "loop"),
    [
        ("incomplete", "source.paging_loop: page 3", True), ("incomplete", "source.denied: no", False),
        ("incomplete", None, False), ("complete", "source.paging_loop: page 3", False),
    ],
)  # fmt: skip
def test_what_is_a_loop(outcome: str, error: str | None, loop: bool) -> None:
    report: Any = SimpleNamespace(outcome=outcome, error=error)
    assert paged.is_loop(report) is loop


def test_orders_are_by_key_and_by_time(h: Harness) -> None:
    with h.source() as sim:
        last = sim.keys[-1]
        sim.rows.update(sim.keys[0], updated=sim.later())
        by_key, by_time = paged.orders(sim)
        assert [entry.row["case_no"] for entry in by_key] == sorted(sim.keys)
        assert by_time[-1].row["case_no"] == by_key[0].row["case_no"] != last


class Truncates(Reference):
    """No more than so many pages."""

    most = 3

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        for number, page in enumerate(super().pages(source, since), 1):
            yield page
            if number == self.most:
                return


@pytest.mark.parametrize("most", [29, 3])
def test_a_cap_on_pages_is_seen_at_the_last_one(most: int) -> None:
    kind = type("Capped", (Truncates,), {"most": most})
    assert judged("PG-01", kind).observed.startswith(("outcome incomplete", f"{most} records"))


def test_a_position_in_the_draft_is_a_second_version() -> None:
    class Places(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            for page in super().pages(source, since):
                for number, row in enumerate(page.rows):
                    row["detail"] = f"{number}"
                yield page

    assert "one version of each" in judged("PG-06", Places).expected


@pytest.mark.parametrize(("marked", "right"), [(None, True), (datetime(2026, 1, 1), False)])
def test_an_empty_read_makes_up_no_watermark(marked: datetime | None, right: bool, h: Harness) -> None:
    run = h.run

    def marking(*args: Any, **options: Any) -> Any:
        report = run(*args, **options)
        report.watermark = marked
        return report

    h.run = marking  # type: ignore[method-assign]
    if right:
        CHECKS["PG-10"].run(h)
    else:
        with pytest.raises(Violation):
            CHECKS["PG-10"].run(h)


@pytest.mark.parametrize(("outcome", "error"), [("complete", None), ("incomplete", "source.denied: x"), ("empty", "x")])
def test_an_empty_read_is_empty_and_has_no_error(outcome: str, error: str | None, h: Harness) -> None:
    run = h.run

    def other(*args: Any, **options: Any) -> Any:
        report = run(*args, **options)
        report.outcome, report.error = outcome, error
        return report

    h.run = other  # type: ignore[method-assign]
    with pytest.raises(Violation):
        CHECKS["PG-10"].run(h)


@pytest.mark.parametrize("length", [1, 3])
def test_pages_are_tried_that_are_smaller_and_larger_than_asked_for(length: int) -> None:
    class Skips(Reference):
        """Pages of this many rows are not what was asked for, and left out."""

        def items(self, page: hub.Page) -> list[hub.Item]:
            return [] if len(page.rows) == length else list(page.rows)

    assert judged("PG-05", Skips).likely == f"pages are taken to hold 2 rows as asked for, and hold {length}"


@pytest.mark.parametrize(
    ("lengths", "rows"),
    [((3, 3), 6), ((3, 3, 1), 7), ((3,), 3), ((2,), 2)],
)
def test_each_way_a_list_ends_is_tried(lengths: tuple[int, ...], rows: int) -> None:
    class Miscounts(Reference):
        """The last of pages of just these lengths is left out."""

        manifest = replace(Reference.manifest, capabilities=frozenset())

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            known = list(super().pages(source, since))
            yield from known[:-1] if tuple(len(page.rows) for page in known) == lengths else known

    assert judged("PG-11", Miscounts).likely == f"the end is miscounted at {rows} rows in pages of 3"


@pytest.mark.parametrize("asked", [29, 30, 31])
def test_a_read_of_many_pages_has_thirty(asked: int) -> None:
    class Counts(Reference):
        """Rejects a list of so many rows."""

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            known = list(super().pages(source, since))
            if len(known) == asked:
                raise hub.SourceReplyInvalid("so many pages cannot be")
            yield from known

    if asked == 30:
        assert "so many pages" in judged("PG-01", Counts).observed
    else:
        CHECKS["PG-01"].run(Harness(Subject.of(Counts)))


def test_the_first_of_four_pages_announces_two() -> None:
    class Believes(Reference):
        """Ends where the first page said, and claims no totals."""

        manifest = replace(Reference.manifest, capabilities=frozenset())

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            seen, total = 0, None
            for page in super().pages(source, since):
                yield page
                seen += len(page.rows)
                total = total or page.total
                if seen == total:
                    return

    assert judged("PG-09", Believes).observed == "4 records"


@pytest.mark.parametrize(("asked", "since"), [(129, True), (130, True), (130, False)])
def test_an_increment_of_many_pages_has_more_than_a_hundred(asked: int, since: bool) -> None:
    class Counts(Reference):
        """Leaves out the last page of so many, in an increment or in a read of all."""

        def pages(self, source: hub.Source, since_when: datetime | None) -> Iterator[hub.Page]:
            known = list(super().pages(source, since_when))
            yield from known[:-1] if len(known) == asked and bool(since_when) is since else known

    if (asked, since) == (130, True):
        found = judged("PG-15", Counts)
        assert found.expected == "the 130 rows changed since"
        assert found.observed == "1 of them missing after 129 pages"
    else:
        CHECKS["PG-15"].run(Harness(Subject.of(Counts)))


def test_a_source_that_is_asked_for_no_size_gives_its_own() -> None:
    one_by_one = Harness(Subject.of(LINK_PAGING))
    CHECKS["PG-15"].run(one_by_one)
    assert one_by_one.observed >= 130


def test_of_a_view_fewer_rows_are_read() -> None:
    view = Harness(Subject.of(FRONT_DATABASE))
    CHECKS["PG-15"].run(view)
    assert 40 <= view.observed < 50


def test_a_page_without_rows_that_leads_on_is_no_end() -> None:
    class Ends(Reference):
        """Ends at a page that is empty, and claims no totals."""

        manifest = replace(Reference.manifest, capabilities=frozenset())

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            for page in super().pages(source, since):
                yield page
                if not page.rows:
                    return

    found = judged("PG-04", Ends)
    assert (found.expected, found.observed) == ("the 6 records the source has", "2 records")


def test_the_first_rows_may_come_with_a_later_page() -> None:
    early = Harness(Subject.of(EARLY_STRETCHES))
    with early.source() as sim:
        number, row = paged.first_rows(early, sim)
        assert number == 2
        assert str(row["callNo"]) in sim.keys


def test_a_read_without_rows_has_no_first_ones(h: Harness) -> None:
    with h.source("empty") as sim, pytest.raises(NotObserved):
        paged.first_rows(h, sim)
