"""Resuming: where it does not apply, and the ways to lose rows that only one step of a check can see."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.broken.rs_03_greatest import ADAPTER as GREATEST_OF_EACH
from conformance.broken.rs_06 import ADAPTER as FIRST_COPY_WINS
from conformance.check import CHECKS
from conformance.checks.resume.clocks import SKEWS
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.reference import Reference
from conformance.subject import Subject
from conformance.unusual.early_stretches import ADAPTER as EARLY_STRETCHES
from hub.testing import Store

LAST = "LK2026-00008"
"""The last of the recorded cases."""

ZONES = ("UTC", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu")


@pytest.fixture
def h() -> Harness:
    return Harness(Subject.of(Reference))


def asking(since_of: Callable[[datetime], datetime | None]) -> type[hub.Adapter[Any]]:
    """The reference, asking from another time than it was given."""

    class Asking(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            yield from super().pages(source, since_of(since) if since else None)

    return Asking


@pytest.mark.parametrize(
    "number", ["02", "03", "04", "05", "06", "07", "08", "10", "12", "13", "14", "16", "17", "18", "19", "20", "21",
     "28"]
)  # fmt: skip
def test_where_no_time_is_told_there_is_none_to_go_on_from(number: str) -> None:
    plain = Subject.of(Reference)
    wire = plain.wire.model_copy(update={"time": ""})
    with pytest.raises(NotApplicable):
        CHECKS[f"RS-{number}"].run(Harness(replace(plain, spec=plain.spec.model_copy(update={"wire": wire}))))


@pytest.mark.parametrize(
    ("since_of", "ids"),
    [
        (lambda since: since + timedelta(seconds=1), {"RS-02", "RS-10", "RS-14"}),
        (lambda since: since.replace(second=59), {"RS-10"}),
        (lambda since: since.replace(minute=59), {"RS-10"}),
        (lambda since: since.replace(hour=max(since.hour, 12)), {"RS-10"}),
        (lambda since: since - timedelta(hours=1), set()),
        (lambda since: None, {"RS-13"}),
        (lambda since: since - timedelta(days=10), set()),
    ],
)
def test_what_is_asked_from_a_wrong_time(since_of: Callable[[datetime], datetime | None], ids: set[str]) -> None:
    kind = asking(since_of)
    looked_at = {"RS-10", "RS-13"} | ids
    assert {id for id in looked_at if fails(id, kind)} == ids


def fails(id: str, kind: type[hub.Adapter[Any]]) -> bool:
    try:
        CHECKS[id].run(Harness(Subject.of(kind)))
    except Violation:
        return True
    return False


@pytest.mark.parametrize("zone", ZONES)
def test_a_question_that_differs_in_one_zone_only(zone: str) -> None:
    kind = asking(lambda since: since - timedelta(hours=os.environ.get("TZ") == zone))
    found = judged("RS-16", kind)
    assert zone in (found.observed + found.expected)


@pytest.mark.parametrize("zone", ZONES)
def test_a_draft_that_differs_in_one_zone_only(zone: str) -> None:
    class Local(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            return replace(super().draft(item), title=f"{os.environ.get('TZ') == zone}")

    assert judged("RC-09", Local).observed == f"another one in {zone}: title"


@pytest.mark.parametrize(("what", "run"), [("stored", 2), ("deleted", 2)])
def test_a_second_run_that_writes_is_told(what: str, run: int, h: Harness) -> None:
    plain, runs = h.run, 0

    def counting(*args: Any, **options: Any) -> Any:
        nonlocal runs
        runs += 1
        report = plain(*args, **options)
        if runs == run:
            setattr(report.counts, what, 1)
        return report

    h.run = counting  # type: ignore[method-assign]
    with pytest.raises(Violation, match="nothing written"):
        CHECKS["RS-01"].run(h)


@pytest.mark.parametrize("days", [30, 365, 700])
def test_a_full_read_that_is_bounded_by_the_clock_is_told(days: int) -> None:
    class Bounded(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            yield from super().pages(source, since or source.now() - timedelta(days=days))

    assert judged("RS-15", Bounded).expected.startswith("the same ")


@pytest.mark.parametrize("kept", ["first", "last"])
def test_of_two_copies_the_adapter_may_not_choose_by_their_place(kept: str) -> None:
    class Chooses(Reference):
        def items(self, page: hub.Page) -> list[hub.Item]:
            rows = page.rows if kept == "last" else page.rows[::-1]
            return list({row["case_no"]: row for row in rows}.values())

    assert judged("RS-06", Chooses).where == "one read with both copies"


def test_an_old_copy_that_comes_alone_is_told() -> None:
    class NoRevision(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            return replace(super().draft(item), revision=None)

    assert judged("RS-06", NoRevision).observed == "the older one"


@pytest.mark.parametrize(
    ("gone", "observed"), [(True, "1 that are not: one is no record"), (False, "1 that are not: one lives on")]
)
def test_a_tombstone_that_is_not_honoured(gone: bool, observed: str) -> None:
    class Ignores(Reference):
        """Leaves the last case out, or lets it live for ever."""

        def items(self, page: hub.Page) -> list[hub.Item]:
            return [row for row in page.rows if not gone or row["case_no"] != LAST]

        def draft(self, item: hub.Item) -> hub.Draft:
            draft = super().draft(item)
            return replace(draft, deleted=draft.deleted and item["case_no"] != LAST)

    assert judged("RS-11", Ignores).observed == observed


def test_a_change_that_makes_new_keys_is_told(monkeypatch: pytest.MonkeyPatch, h: Harness) -> None:
    records, reads = h.records, 0

    def more(store: Store) -> Any:
        nonlocal reads
        reads += 1
        found = records(store)
        return [*found, replace(found[0], key="new")] if reads > 1 else found

    monkeypatch.setattr(h, "records", more)
    with pytest.raises(Violation, match="0 unchanged, 1 new keys"):
        CHECKS["RS-04"].run(h)


def test_a_correction_that_a_later_read_leaves_out_is_told() -> None:
    class Knows(Reference):
        known: ClassVar[set[tuple[str, ...]]] = set()  # across reads, by source, key and time

        def items(self, page: hub.Page) -> list[hub.Item]:
            by = {(str(self.config.base_url), str(row["case_no"]), str(row["updated"])): row for row in page.rows}
            new = [row for name, row in by.items() if name not in self.known]
            self.known.update(by)
            return new

    assert judged("RS-18", Knows).where == "a later run"


def test_an_order_that_is_claimed_and_not_kept_is_told() -> None:
    """The rows come by key; the newest is on the first page, and the mark moves past the others."""

    class Ordered(Reference):
        manifest = replace(
            Reference.manifest, capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.ORDERED})
        )

    assert judged("RS-07", Ordered).where == "the run after one that failed on page 2"


def test_clocks_are_fast_and_slow_by_minutes_and_by_a_day() -> None:
    assert [skew.total_seconds() for skew in SKEWS] == [600, -600, 86_400, -86_400]


@pytest.mark.parametrize("skew", SKEWS)
def test_each_wrong_clock_is_tried(skew: timedelta) -> None:
    class Mistrusts(Reference):
        """What comes under a clock that is wrong by this much is left out for ever."""

        refused: ClassVar[set[str]] = set()

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            for page in super().pages(source, since):
                if page.clock is not None and page.clock - source.now() == skew:
                    self.refused.update(row["case_no"] for row in page.rows)
                page.rows = [row for row in page.rows if row["case_no"] not in self.refused]
                yield page

    where = f"a source whose clock is {abs(skew)} {'fast' if skew > timedelta() else 'slow'}"
    assert judged("RS-17", Mistrusts).where == where


def test_the_second_row_under_a_wrong_clock_counts_too() -> None:
    """Only what is read an hour after the first run is left out."""

    class Tires(Reference):
        first: ClassVar[dict[str, datetime]] = {}

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            began = self.first.setdefault(str(self.config.base_url), source.now())
            for page in super().pages(source, since):
                late = source.now() - began >= timedelta(hours=1)
                page.rows = [row for row in page.rows if not late or not row["case_no"].endswith("2001")]
                yield page

    assert judged("RS-17", Tires).observed.startswith("1 missing")


def test_a_time_that_goes_back_may_end_no_read() -> None:
    class Strict(Reference):
        def items(self, page: hub.Page) -> list[hub.Item]:
            if any(row["updated"] < "2005" for row in page.rows):
                raise hub.SourceReplyInvalid("a time before all others")
            return list(page.rows)

    assert judged("RS-19", Strict).expected == "a complete read"


def test_a_mark_ahead_of_the_clock_may_end_no_read() -> None:
    class Bothers(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            if since is not None:
                raise hub.SourceReplyInvalid("asked from the future")
            yield from super().pages(source, since)

    found = judged("RS-21", Bothers)
    assert (found.observed.partition(":")[0], "asked from the future" in found.where) == ("1 missing", True)
    assert "asked from the future" in judged("RS-14", Bothers).where


@pytest.mark.parametrize(("gone", "observed"), [(True, "no record"), (False, "one that stays deleted")])
def test_what_comes_back_is_there_and_lives(gone: bool, observed: str) -> None:
    class Undertakes(Reference):
        """Leaves out the case that is deleted and restored, or keeps it as it was when it was deleted."""

        dead: ClassVar[set[str]] = set()

        def items(self, page: hub.Page) -> list[hub.Item]:
            return [row for row in page.rows if not gone or row["case_no"] != LAST]

        def draft(self, item: hub.Item) -> hub.Draft:
            draft = super().draft(item)
            if draft.deleted:
                self.dead.add(str(self.config.base_url))
            held = item["case_no"] == LAST and str(self.config.base_url) in self.dead
            return replace(draft, deleted=draft.deleted or held)

    assert judged("RS-29", Undertakes).observed == observed


class Stretches(EARLY_STRETCHES):
    """Leaves out a day, counted from today, in a full read or in an increment."""

    day, resumed = 0, False

    def items(self, page: hub.Page) -> list[hub.Item]:
        return list(page.rows)

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        left_out = f"{source.now().astimezone(self.manifest.zone) - timedelta(days=self.day):%Y/%m/%d}"
        for page in super().pages(source, since):
            if bool(since) is self.resumed:
                page.rows = [row for row in page.rows if not str(row["changed"]).startswith(left_out)]
            yield page


@pytest.mark.parametrize(
    ("day", "resumed", "rows"),
    [(0, False, 400), (399, False, 400), (400, False, None), (0, True, 46), (45, True, 46), (46, True, None)],
)
def test_each_day_of_more_than_a_year_and_of_more_than_a_month_counts(
    day: int, resumed: bool, rows: int | None
) -> None:
    kind = type("Leaves", (Stretches,), {"day": day, "resumed": resumed})
    if rows is None:
        assert not fails("RS-28", kind)
    else:
        found = judged("RS-28", kind)
        assert (found.expected, found.observed) == (f"the rows of {rows} days", "those of 1 missing")
        assert found.where == f"days before this one: {day}"


def test_stretches_are_looked_at_where_there_are_any(h: Harness) -> None:
    with pytest.raises(NotApplicable):
        CHECKS["RS-28"].run(h)


def test_a_read_that_ended_before_the_newer_copy_is_told_as_that() -> None:
    class Ends(Reference):
        """Takes an old row for the sign of a wrong list."""

        def items(self, page: hub.Page) -> list[hub.Item]:
            if any(row["updated"] < "2026-03-02" for row in page.rows):
                raise hub.SourceReplyInvalid("too old a row")
            return list(page.rows)

    assert "before it came to the newer copy: source.reply_invalid" in judged("RS-06", Ends).likely
    assert "left out" in judged("RS-06", FIRST_COPY_WINS).likely


def test_the_greatest_time_and_key_are_no_place_in_a_list() -> None:
    assert judged("RS-03", GREATEST_OF_EACH).where == "first run"
