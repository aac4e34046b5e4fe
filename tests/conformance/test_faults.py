"""Every fault of the dial, once, through the real line: what the run says, and that the next one mends it."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from source_kinds import subject

from conformance.harness import Harness
from conformance.lab.faults import FAULTS, Fault
from conformance.reference import Reference
from conformance.replay import SimSource
from conformance.subject import Subject
from conformance.unusual.file_drop import FileDrop
from conformance.unusual.front_database import FrontDatabase
from hub.api import Adapter
from hub.errors import PagingLoop, SourceReplyInvalid
from hub.testing import RecordRow

EVER: dict[str, Any] = {"times": None}

ENDED = [
    ("refused", {}, "source.unavailable"),  # F01
    ("reply", EVER | {"body": '{"code":42901}'}, "source.reply_invalid"),  # F10
    ("hang", EVER, "source.unavailable"),  # F03
    ("slow", EVER | {"seconds": 5}, "source.unavailable"),
    ("close", EVER, "source.unavailable"),  # F06
    ("reset", EVER, "source.unavailable"),
    ("cut", {}, "source.reply_invalid"),  # F07
    ("html", {}, "source.reply_invalid"),  # F08
    ("redirect", {}, "source.denied"),
    ("envelope", {}, "source.reply_invalid"),
    ("empty", {}, "source.reply_invalid"),  # F09
    ("status", EVER | {"status": 429, "retry_after": 7}, "source.throttled"),  # F10
    ("status", EVER, "source.unavailable"),  # F11
    ("drip", EVER | {"interval_s": 0.01}, "source.unavailable"),  # F12
    ("signing", {}, "source.denied"),  # F23
    ("encoding", {}, "source.reply_invalid"),  # F28
]
"""Kind, options, and the error a run ends with."""

TESTED_ALONE = {
    "repeat", "reordered", "last_page", "cycle", "total", "moving", "page_size", "foreign_link",
    "skew", "token_dies", "new_column", "missing_column", "retyped_column", "unknown_value", "same_time", "time_back",
}  # fmt: skip


@pytest.fixture
def h() -> Harness:
    return Harness(Subject.of(Reference))


def stored(h: Harness, sim: SimSource) -> list[RecordRow]:
    """What a fresh store holds after one run."""
    with h.store() as store:
        h.run(sim, store)
        return h.records(store)


def test_every_fault_is_documented_by_number_and_tested() -> None:
    dial = {kind: act for kind, act in FAULTS.items() if act.__module__ == Fault.__module__}  # checks may add their own
    assert {kind for kind, _, _ in ENDED} | TESTED_ALONE == set(dial)
    for kind, act in dial.items():
        said = (act.__doc__ or "").partition(":")[0]
        assert said.startswith(("F", "Attack")), f"{kind} tells no number"
        assert len((act.__doc__ or "").splitlines()) == 1, f"{kind} is told in more than one line"


@pytest.mark.parametrize(("kind", "options", "error"), ENDED)
def test_a_run_ends_with_one_named_error_and_the_next_mends_it(
    kind: str, options: dict[str, Any], error: str, h: Harness
) -> None:
    with h.source() as sim, h.store() as store:
        sim.fault(kind, after=1, **options)
        report = h.run(sim, store)
        assert report.error is not None
        assert report.error.startswith(error)
        assert report.outcome == ("denied" if error == "source.denied" else "incomplete")
        assert report.counts.stored == 4  # the page before it
        assert report.watermark is None
        sim.clear()
        mended = h.run(sim, store)
        assert (mended.outcome, mended.counts.stored, mended.counts.unchanged) == ("complete", 4, 4)


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_told_in_seconds_and_as_a_date(as_date: bool, h: Harness) -> None:
    with h.source() as sim, h.store() as store:
        sim.fault("status", status=429, retry_after=70, as_date=as_date)
        assert h.run(sim, store).outcome == "complete"
    assert h.waits == [70.0]


def test_a_refused_source_comes_back_on_its_port(h: Harness) -> None:
    with h.source() as sim:
        before = sim.url
        sim.fault("refused")
        assert not sim.running
        sim.clear()
        assert sim.url == before
        assert len(stored(h, sim)) == 8


def test_repeat_is_a_page_that_comes_again(h: Harness) -> None:
    with h.source() as sim:
        sim.fault("repeat", after=1, times=None)
        with pytest.raises(PagingLoop):
            h.pages(sim)


def test_reordered_gives_the_last_page_first() -> None:
    h = Harness(Subject.load("mobile_court"))
    with h.source() as sim:
        right = [page.rows for page in h.pages(sim)]
        sim.fault("reordered", times=None)
        assert [page.rows for page in h.pages(sim)] == right[::-1]
        assert len(stored(h, sim)) == 8


@pytest.mark.parametrize("paging", ["token", "link"])
def test_last_page_leads_on_to_itself(paging: str, tmp_path: Path) -> None:
    h = Harness(subject(tmp_path, paging))
    with h.source() as sim:
        sim.fault("last_page", times=None)
        with pytest.raises(PagingLoop):
            h.pages(sim, page_size=3)


def test_last_page_comes_beyond_the_end(tmp_path: Path) -> None:
    h = Harness(subject(tmp_path, "number_404"))
    with h.source() as sim:
        sim.fault("last_page", times=None)
        assert len(h.pages(sim, page_size=3)) == 3  # the repeated one is noticed and not given
        assert len(sim.calls) == 5  # and one further, to be sure that it is the end


@pytest.mark.parametrize("paging", ["token", "link", "number_last", "keyset"])
def test_cycle_leads_back_to_the_first_page(paging: str, tmp_path: Path) -> None:
    h = Harness(subject(tmp_path, paging))
    with h.source() as sim:
        sim.fault("cycle", times=None)
        with pytest.raises(PagingLoop):
            h.pages(sim, page_size=3)
        assert len(sim.calls) >= 3


def test_total_is_off_and_the_run_incomplete(h: Harness) -> None:
    with h.source() as sim, h.store() as store:
        sim.fault("total", times=None, by=3)
        report = h.run(sim, store)
        assert (report.outcome, report.announced, report.watermark) == ("incomplete", 11, None)
        sim.clear()
        assert h.run(sim, store).outcome == "complete"


def test_moving_changes_rows_between_pages(h: Harness) -> None:
    with h.source() as sim, h.store() as store:
        first = sim.keys[0]
        sim.fault("moving", after=1, change=lambda rows: rows.update(first, title="改", updated=sim.later()))
        h.run(sim, store)
        assert sim.rows.snapshot().entries[-1].row["title"] == "改"
        h.run(sim, store)
        assert {record.key: record.body["title"] for record in h.records(store)}[first] == "改"


@pytest.mark.parametrize(
    "kind", [Reference, *("mobile_court", "zhelifang", "dispute_code", "four_platforms", "open311")]
)
def test_page_size_is_the_sources_own(kind: Any) -> None:
    h = Harness(Subject.load(kind) if isinstance(kind, str) else Subject.of(kind))
    with h.source() as sim:
        sim.fault("page_size", size=3, times=None)
        assert [len(page.rows) for page in h.pages(sim, page_size=7) if page.rows] == [3, 3, 2]


def test_foreign_link_is_given_and_refused(tmp_path: Path, h: Harness) -> None:
    linked = Harness(subject(tmp_path, "link"))
    with linked.source() as sim:
        sim.fault("foreign_link")
        with pytest.raises(SourceReplyInvalid, match="another origin"):
            linked.pages(sim)
    with h.source() as sim, pytest.raises(ValueError, match="no links"):
        sim.fault("foreign_link")


@pytest.mark.parametrize("seconds", [600, -86_400])
def test_skew_moves_header_and_body(seconds: int, h: Harness) -> None:
    with h.source() as sim:
        sim.fault("skew", seconds=seconds)
        skewed, right = h.pages(sim)
        assert skewed.clock == sim.clock + timedelta(seconds=seconds)
        assert right.clock == sim.clock
        sim.fault("skew", seconds=seconds)
        told = [parsedate_to_datetime(httpx.get(sim.url, trust_env=False).headers["date"]) for _ in range(2)]
        assert told == [sim.clock + timedelta(seconds=seconds), sim.clock]


def test_token_dies_only_where_there_are_tokens(h: Harness) -> None:
    platforms = Harness(Subject.load("four_platforms"))
    with platforms.source() as sim, platforms.store() as store:
        sim.fault("token_dies", after=1)
        assert platforms.run(sim, store).outcome == "complete"
        assert sim.logins == 2
    with h.source() as sim, pytest.raises(ValueError, match="no tokens"):
        sim.fault("token_dies")


def test_new_column_changes_nothing(h: Harness) -> None:
    with h.source() as sim:
        sim.fault("new_column", times=None)
        assert all(item["newColumn"] == "新" for page in h.pages(sim) for item in page.rows)
        assert len(stored(h, sim)) == 8


COLUMNS: list[tuple[str, dict[str, Any], Callable[[Any], bool]]] = [
    ("missing_column", {}, lambda item: "detail" not in item),  # F25
    ("missing_column", {"field": "title"}, lambda item: "title" not in item),
    ("retyped_column", {}, lambda item: isinstance(item["detail"], list)),  # F26
    ("unknown_value", {}, lambda item: item["cause_code"] == "ZZ-UNKNOWN"),  # F27
    ("unknown_value", {"field": "state", "value": "冻结"}, lambda item: item["state"] == "冻结"),
    ("same_time", {}, lambda item: item["detail"].endswith("（更正）")),  # F29
]


@pytest.mark.parametrize(("kind", "options", "seen"), COLUMNS)
def test_rows_are_altered_in_the_answer_and_not_in_the_table(
    kind: str, options: dict[str, Any], seen: Callable[[Any], bool], h: Harness
) -> None:
    with h.source() as sim:
        key = sim.keys[1]
        sim.fault(kind, times=None, keys=[key], **options)
        items = [item for page in h.pages(sim) for item in page.rows]
        assert [item["case_no"] for item in items if seen(item)] == [key]
        assert not any(seen(row) for row in sim.rows)


def test_time_back_is_a_day_before(h: Harness) -> None:
    with h.source() as sim:
        right = {item["case_no"]: sim.moment(item) for page in h.pages(sim) for item in page.rows}
        sim.fault("time_back", times=None)
        wrong = {item["case_no"]: sim.moment(item) for page in h.pages(sim) for item in page.rows}
    assert all(at is not None and right[key] == at + timedelta(days=1) for key, at in wrong.items())


def test_an_unknown_fault_is_refused(h: Harness) -> None:
    with h.source() as sim, pytest.raises(KeyError, match="known"):
        sim.fault("bad_mood")


@pytest.mark.parametrize(
    ("kind", "option", "said"),
    [
        ("hang", "second", "did you mean 'seconds'"),
        ("status", "retry-after", "did you mean 'retry_after'"),
        ("total", "offset", "known: by"),
        ("cut", "at", "known: none"),
        ("refused", "after_s", "known: none"),
    ],
)
def test_an_option_that_a_fault_has_not_is_refused_by_name(kind: str, option: str, said: str, h: Harness) -> None:
    with h.source() as sim, pytest.raises(TypeError, match=f"{kind!r} has no option {option!r}; {said}"):
        sim.fault(kind, **{option: 1})


@pytest.mark.parametrize("source", [FrontDatabase, FileDrop])
def test_a_table_and_a_folder_refuse_it_too(source: type[Adapter[Any]]) -> None:
    with Harness(Subject.of(source)).source() as sim:
        for kind in ("total", "missing_column", "hang", "skew"):
            with pytest.raises(TypeError, match="has no option 'atfer'"):
                sim.fault(kind, atfer=1)
