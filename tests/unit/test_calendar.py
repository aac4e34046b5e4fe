"""Time counted on days worked and days off: what must hold for any calendar, and the published years day by day."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.casework.calendar import Calendar, Unit, end_of, local_day
from hub.errors import ConfigError

CALENDAR = Calendar.load()
EXACT = (Unit.SECOND, Unit.MINUTE, Unit.HOUR)
BY_DAY = (Unit.DAY, Unit.WORKING_DAY)
SECONDS = {Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3600}

zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2023, 11, 1), datetime(2027, 2, 28), timezones=zones).map(
    lambda when: when.replace(microsecond=0)
)
units = st.sampled_from(Unit)
lengths = st.integers(1, 70)
pauses = st.lists(
    st.tuples(moments, st.integers(0, 40 * 86400)).map(lambda one: (one[0], one[0] + timedelta(seconds=one[1]))),
    max_size=5,
)
days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
calendars = st.builds(Calendar, st.frozensets(days, max_size=60), st.frozensets(days, max_size=60))


@given(calendars, moments, lengths)
def test_a_term_of_working_days_ends_on_none_that_is_off(calendar: Calendar, start: datetime, length: int) -> None:
    assert calendar.is_working(local_day(calendar.add(start, length, Unit.WORKING_DAY)))


@given(calendars, moments, lengths)
def test_as_many_days_are_worked_within_a_term_as_it_has(calendar: Calendar, start: datetime, length: int) -> None:
    day, end, worked = local_day(start), local_day(calendar.add(start, length, "working_day")), 0
    while day < end:
        day += timedelta(days=1)
        worked += calendar.is_working(day)
    assert worked == length


@given(calendars, moments, moments, lengths, units, pauses)
def test_who_starts_later_never_ends_earlier(
    calendar: Calendar, one: datetime, other: datetime, length: int, unit: Unit, stood: list[tuple[datetime, datetime]]
) -> None:
    first, second = sorted((one, other))
    assert calendar.add(first, length, unit, stood) <= calendar.add(second, length, unit, stood)


@given(calendars, moments, lengths, lengths, units)
def test_a_term_in_two_parts_is_as_long_as_in_one(
    calendar: Calendar, start: datetime, one: int, other: int, unit: Unit
) -> None:
    whole = calendar.add(start, one + other, unit)
    assert calendar.add(calendar.add(start, one, unit), other, unit) == whole


@given(calendars, moments, lengths, lengths, units, pauses)
def test_a_longer_term_ends_later(
    calendar: Calendar, start: datetime, one: int, other: int, unit: Unit, stood: list[tuple[datetime, datetime]]
) -> None:
    assert calendar.add(start, one + other, unit, stood) > calendar.add(start, one, unit, stood)


@given(moments, lengths, st.sampled_from(EXACT), pauses)
def test_an_exact_term_is_longer_by_the_seconds_its_pauses_cover(
    start: datetime, length: int, unit: Unit, stood: list[tuple[datetime, datetime]]
) -> None:
    end = CALENDAR.add(start, length, unit, stood)
    edges = sorted({start, end, *(each for pause in stood for each in pause if start < each < end)})
    running = sum(
        (until - since).total_seconds()
        for since, until in pairwise(edges)
        if not any(first <= since and until <= last for first, last in stood)
    )
    assert running == length * SECONDS[unit]
    assert not any(since <= end - timedelta(seconds=1) and end < until for since, until in stood)


@given(calendars, moments, lengths, st.sampled_from(BY_DAY), pauses)
def test_a_day_counts_unless_the_clock_stood_at_its_end(
    calendar: Calendar, start: datetime, length: int, unit: Unit, stood: list[tuple[datetime, datetime]]
) -> None:
    end, day, count = calendar.add(start, length, unit, stood), local_day(start), 0
    while end_of(day) < end:
        day += timedelta(days=1)
        ran = not any(since <= end_of(day) < until for since, until in stood)
        count += ran and (unit is Unit.DAY or calendar.is_working(day))
    assert count == length and end == end_of(day)


@given(moments, lengths, units, pauses, st.randoms(use_true_random=False))
def test_the_order_of_pauses_is_nothing(
    start: datetime, length: int, unit: Unit, stood: list[tuple[datetime, datetime]], random: object
) -> None:
    mixed = list(stood)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert CALENDAR.add(start, length, unit, mixed) == CALENDAR.add(start, length, unit, stood)


@given(moments, lengths, units, pauses)
def test_a_pause_told_twice_or_in_two_parts_is_one(
    start: datetime, length: int, unit: Unit, stood: list[tuple[datetime, datetime]]
) -> None:
    halves = [
        half
        for since, until in stood
        for middle in [since + (until - since) // 2]
        for half in ((since, middle), (middle, until))
    ]
    end = CALENDAR.add(start, length, unit, stood)
    assert CALENDAR.add(start, length, unit, halves) == CALENDAR.add(start, length, unit, stood + stood) == end


@given(moments, zones, lengths, units)
def test_a_moment_counts_alike_in_every_zone(start: datetime, zone: timezone, length: int, unit: Unit) -> None:
    end = CALENDAR.add(start, length, unit)
    assert CALENDAR.add(start.astimezone(zone), length, unit) == end
    assert end.tzinfo is UTC


@given(calendars, moments, lengths, units)
def test_the_latest_start_of_an_ended_term(calendar: Calendar, now: datetime, length: int, unit: Unit) -> None:
    latest = calendar.latest(now, length, unit)
    assert calendar.add(latest, length, unit) < now
    assert calendar.add(latest + timedelta(seconds=1), length, unit) >= now


@given(calendars, moments)
def test_a_last_day_that_is_off_gives_way_to_the_next_one_worked(calendar: Calendar, start: datetime) -> None:
    end = calendar.add(start, 30, Unit.DAY)
    rolled = calendar.rolled(end)
    assert calendar.is_working(local_day(rolled))
    between = [local_day(end) + timedelta(days=n) for n in range((local_day(rolled) - local_day(end)).days)]
    assert not any(map(calendar.is_working, between))


def test_a_term_of_days_ends_at_midnight_in_china() -> None:
    start = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)  # half past midnight, the second of March
    assert CALENDAR.add(start, 7, "day") == datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)
    assert CALENDAR.add(start, 60, "second") == start + timedelta(minutes=1)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_published_years_agree_with_another_table(year: int) -> None:
    chinese_calendar = pytest.importorskip("chinese_calendar")
    day = date(year, 1, 1)
    while day.year == year:
        assert CALENDAR.is_working(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)
    assert CALENDAR.knows(date(year, 1, 1), date(year, 12, 31))


def test_of_other_years_only_the_weekends_are_known() -> None:
    assert not CALENDAR.knows(date(2026, 12, 1), date(2027, 1, 5))
    assert CALENDAR.is_working(date(2027, 1, 1))  # a Friday, and a holiday: nobody told us


def test_a_naive_time_and_a_negative_term_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        CALENDAR.add(datetime(2026, 1, 1), 1, "day")
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add(datetime(2026, 1, 1, tzinfo=UTC), -1, "day")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("first,last,works,name\n", "has other columns"),
        ("first,last,works,name,basis\n2027-01-01,2027-01-03,nein,元旦,x\n", "works must be one of yes, no"),
        ("first,last,works,name,basis\n2027-02-30,2027-03-03,no,元旦,x\n", "first must be a day"),
        ("first,last,works,name,basis\n2027-01-03,2027-01-01,no,元旦,x\n", "last comes before first"),
        ("first,last,works,name,basis\n2027-01-01,2027-01-01,no,元旦,x,y\n", "has more cells"),
    ],
)
def test_a_holiday_file_says_what_is_wrong_and_where(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "days.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=told) as error:
        Calendar.load(file)
    assert (error.value.where or "").startswith("days.csv")


def test_a_file_of_ones_own_takes_the_place_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text("first,last,works,name,basis\n2027-01-01,2027-01-03,no,元旦,2027\n", encoding="utf-8")
    calendar = Calendar.load(file)
    assert calendar.years == {2027}
    assert calendar.add(datetime(2026, 12, 31, 4, tzinfo=UTC), 1, "working_day") == end_of(date(2027, 1, 4))
