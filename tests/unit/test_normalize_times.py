"""Times and revisions as sources write them: every style, what stands in for none, and what is impossible."""

from datetime import date, datetime, timedelta, timezone

import pytest
from normalizing import FETCHED, SHANGHAI, notes

from hub.contract import Manifest
from hub.mapping.mapper import Mapper
from hub.mapping.normalize import Normalizer
from hub.mapping.times import moment
from schemas.draft import Draft
from schemas.taxonomy import load

WRITTEN_TIMES = [
    ("2026-03-02 09:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02 9:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026/03/02 09:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026/3/2 9:12", "2026-03-02T01:12:00Z", "second"),
    ("2026.03.02 09:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026年3月2日 9时12分31秒", "2026-03-02T01:12:31Z", "second"),
    ("2026年03月02日09:12", "2026-03-02T01:12:00Z", "second"),
    ("2026年3月2日下午3点20分", "2026-03-02T07:20:00Z", "second"),
    ("二〇二六年三月二日", "2026-03-01T16:00:00Z", "day"),
    ("二〇二六年十二月三十一日", "2026-12-30T16:00:00Z", "day"),
    ("２０２６－０３－０２　０９：１２：３１", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31.5", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02 09:12:31.123456789", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T01:12:31Z", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31+08:00", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31+0800", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-02T09:12:31.000+0800", "2026-03-02T01:12:31Z", "second"),
    ("2026-03-01T18:12:31-07:00", "2026-03-02T01:12:31Z", "second"),
    ("20260302091231", "2026-03-02T01:12:31Z", "second"),
    ("202603020912", "2026-03-02T01:12:00Z", "second"),
    ("20260302", "2026-03-01T16:00:00Z", "day"),
    ("2026-03-02", "2026-03-01T16:00:00Z", "day"),
    ("2026/3/2", "2026-03-01T16:00:00Z", "day"),
    ("2026年3月2日", "2026-03-01T16:00:00Z", "day"),
    ("201811", "2018-10-31T16:00:00Z", "month"),
    ("2018-11", "2018-10-31T16:00:00Z", "month"),
    ("2018年11月", "2018-10-31T16:00:00Z", "month"),
    ("2026-03-02 24:00:00", "2026-03-02T16:00:00Z", "second"),
    ("2026-02-28 24:00:00", "2026-02-28T16:00:00Z", "second"),
    ("2024-02-29", "2024-02-28T16:00:00Z", "day"),
    (1772413951, "2026-03-02T01:12:31Z", "second"),
    ("1772413951", "2026-03-02T01:12:31Z", "second"),
    (1772413951000, "2026-03-02T01:12:31Z", "second"),
    ("1772413951000", "2026-03-02T01:12:31Z", "second"),
    (1772413951.5, "2026-03-02T01:12:31Z", "second"),
    (20260302, "2026-03-01T16:00:00Z", "day"),
    (datetime(2026, 3, 2, 9, 12, 31), "2026-03-02T01:12:31Z", "second"),
    (datetime(2026, 3, 2, 9, 12, 31, tzinfo=timezone(timedelta(hours=9))), "2026-03-02T00:12:31Z", "second"),
    (date(2026, 3, 2), "2026-03-01T16:00:00Z", "day"),
    ("2040-01-20 00:00:00", "2040-01-19T16:00:00Z", "second"),  # beyond 2038
    ("1988-07-01 00:00:00", "1988-06-30T15:00:00Z", "second"),  # Shanghai had summer time
    ("1988-04-17 12:00:00", "1988-04-17T03:00:00Z", "second"),  # the day it began
]

SENTINELS = [
    "9999-09-09", "9999-12-31 23:59:59", "99990909", "99999999", "0001-01-01", "0001-01-01T00:00:00", "1899-12-31",
    "1899-12-30 00:00:00", "1900-01-01", "1900-01-01 00:00:00", "2099-12-31", "2099-12-31 00:00;00", "0000-00-00",
    "00000000", "0000-00-00 00:00:00", "null", "NULL", "\\N", "true", "0", 0, True, "1970-01-01",
    "1970-01-01 08:00:00", "-", datetime(1, 1, 1), date(9999, 9, 9),
]  # fmt: skip

IMPOSSIBLE = [
    "2026-02-30", "20260230", "2026-13-01", "2025-02-29", "2026-03-02 25:00:00", "2026-03-02 24:00:01",
    "农历正月初五", "昨天", "20269", "2026-03-02 09:12:31 +99:00", -1, 5, 10**30, float("nan"), float("inf"),
    pytest.param("9" * 5000, id="5000 digits"), "1776-07-04", "2300-01-01", pytest.param(object(), id="object"), [2026],
]  # fmt: skip


@pytest.mark.parametrize(("written", "utc", "grain"), WRITTEN_TIMES, ids=repr)
def test_times_are_read_in_every_style(written, utc, grain):
    at = moment(written, SHANGHAI)
    assert (at.text, at.grain) == (utc, grain)


@pytest.mark.parametrize("written", ["", "  ", None, "\u3000", "\ufeff"])
def test_a_blank_time_is_none_without_a_note(record, written):
    assert notes(record(opened=written)) == set()


@pytest.mark.parametrize("written", SENTINELS, ids=repr)
def test_sentinels_are_none_with_a_note(record, written):
    got = record(due=written)
    assert got.due is None
    assert notes(got) == {("time.sentinel", "due")}


@pytest.mark.parametrize("written", IMPOSSIBLE, ids=lambda v: repr(v)[:40])
def test_impossible_times_are_none_with_a_note(record, written):
    got = record(closed=written)
    assert got.closed is None
    assert notes(got) == {("time.invalid", "closed")}


def test_a_typed_semicolon_is_read_over_with_a_note(record):
    got = record(opened="2026-03-02 09:12;31")
    assert (got.opened, notes(got)) == ("2026-03-02T01:12:31Z", {("time.repaired", "opened")})


def test_a_day_stands_for_its_midnight_and_is_marked(record):
    got = record(opened="20260302", due="201811", happened="2026-03-02 23:30:00")
    assert (got.opened, got.happened) == ("2026-03-01T16:00:00Z", "2026-03-02")
    assert notes(got) == {("time.day_only", "opened"), ("time.month_only", "due")}


def test_naive_times_are_in_the_manifests_zone():
    manifest = Manifest(name="bay", version="1", kind="grid", timezone="America/Los_Angeles")
    normalizer = Normalizer(manifest, source="bay", mapper=Mapper(load()))
    got = normalizer.record(
        Draft(key="1", opened="2010-09-30 15:32:00", happened="2010-09-30T23:00:00-07:00"),
        stream="records",
        fetched=FETCHED,
    )
    assert (got.opened, got.happened) == ("2010-09-30T22:32:00Z", "2010-09-30")


REVISIONS = [
    ("2026-03-02 09:12:31", 1_772_413_951_000_000),
    ("2026-03-02T09:12:31.123456+08:00", 1_772_413_951_123_456),
    (1_772_413_951, 1_772_413_951_000_000),
    (1_772_413_951_123, 1_772_413_951_123_000),
    ("1772413951123456", 1_772_413_951_123_456),
    ("20260302", 1_772_380_800_000_000),
    (20260302091231, 1_772_413_951_000_000),
    (20260302, 20260302),
    (7, 7),
    ("0012", 12),
    (0, 0),
    (2**63 - 1, 2**63 - 1),
    (None, None),
    ("", None),
]


@pytest.mark.parametrize(("written", "order"), REVISIONS, ids=repr)
def test_revisions_are_microseconds_or_counters(record, written, order):
    got = record(revision=written)
    assert (got.revision, notes(got)) == (order, set())


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2026-02-30", "revision.invalid"),
        ("20260230", "revision.invalid"),
        ("later", "revision.invalid"),
        (-3, "revision.invalid"),
        (2**63, "revision.invalid"),
        ("9999-09-09", "time.sentinel"),
        ("99990909", "time.sentinel"),
        ("true", "time.sentinel"),
        ("2026-03-06 12:00:00", "revision.future"),
        ("2035-01-01", "revision.future"),
    ],
)
def test_a_revision_that_orders_nothing_is_none_with_a_note(record, written, code):
    got = record(revision=written)
    assert (got.revision, notes(got)) == (None, {(code, "revision")})


def test_a_revision_within_a_day_of_fetching_is_clock_skew(record):
    assert record(revision="2026-03-06 09:59:00").revision is not None
