"""The rules of deadlines: what they say, how they are counted, and what a file of one's own must be."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.casework.calendar import Calendar, end_of, local_day
from hub.casework.deadlines import UNKNOWN_YEAR, Deadline, counted, read_time, rule, rules
from hub.errors import ConfigError

CALENDAR = Calendar.load()
HEAD = "name,label,english,start,length,unit,yellow,red,extension,pauses,rolls,set_by,basis\n"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_matter_is_yellow_after_seven_days_and_red_after_fourteen() -> None:
    found = counted(rule("handover"), at("2026-03-02T09:00+08:00"), CALENDAR)
    assert (found.yellow, found.red) == (at("2026-03-09T23:59:59+08:00"), at("2026-03-16T23:59:59+08:00"))
    assert found.lamp(at("2026-03-09T23:59:59+08:00")) == "green"
    assert found.lamp(at("2026-03-10T00:00+08:00")) == "yellow"
    assert found.lamp(at("2026-03-16T23:59:59+08:00")) == "yellow"
    assert found.lamp(at("2026-03-17T00:00+08:00")) == "red"  # the fifteenth day


def test_feedback_on_enforcement_leaves_out_the_national_holiday() -> None:
    found = counted(rule("enforcement_feedback"), at("2026-09-28T10:00+08:00"), CALENDAR)
    assert found.due == at("2026-10-10T23:59:59+08:00")  # Saturday the tenth is worked
    assert found.note == ""


def test_an_order_of_110_is_counted_in_seconds() -> None:
    start = at("2026-10-03T23:59:50+08:00")
    found = counted(rule("order_110_receipt"), start, CALENDAR)
    assert (found.yellow, found.due) == (start + timedelta(seconds=30), start + timedelta(seconds=60))


LAW = [
    ("petition_acceptance", 15, 0, "第二十二条"),
    ("petition_handling", 60, 30, "第三十四条"),
    ("petition_review", 30, 0, "第三十五条"),
    ("petition_re_review", 30, 0, "第三十六条"),
    ("court_mediation", 30, 30, "第二十七条"),
    ("confirmation_request", 30, 0, "第二百零五条"),
]


@pytest.mark.parametrize(("name", "length", "extension", "article"), LAW)
def test_the_terms_of_the_law(name: str, length: int, extension: int, article: str) -> None:
    found = rule(name)
    assert (found.length, found.red, found.extension, found.unit, found.set_by) == (
        *(length, length, extension),
        *("day", "law"),
    )
    assert article in found.basis


@pytest.mark.parametrize("each", rules().values(), ids=list(rules()))
def test_every_rule_names_its_ground(each: Deadline) -> None:
    assert each.label and each.english
    if each.set_by == "law":
        assert "第" in each.basis and "条" in each.basis
    if each.set_by != "law" or (each.yellow != each.length and each.name != "handover"):
        assert "本库所定" in each.basis or each.name == "handover"


def test_an_extension_moves_all_three_marks() -> None:
    start, petition = at("2026-03-02T09:00+08:00"), rule("petition_handling")
    short, long = counted(petition, start, CALENDAR), counted(petition, start, CALENDAR, extended=True)
    assert long.yellow - short.yellow == long.red - short.red == long.due - short.due == timedelta(days=30)
    with pytest.raises(ConfigError, match="cannot be extended"):
        counted(rule("petition_review"), start, CALENDAR, extended=True)


def test_a_hearing_stops_the_clock_of_a_re_review() -> None:
    start = at("2026-03-02T09:00+08:00")
    hearing = (at("2026-03-10T09:00+08:00"), at("2026-03-20T17:00+08:00"))  # ten nights
    found = counted(rule("petition_re_review"), start, CALENDAR, [hearing])
    assert local_day(found.due) == date(2026, 4, 1) + timedelta(days=10)


def test_a_last_day_that_is_off_rolls_where_the_law_says_so() -> None:
    start = at("2026-09-01T09:00+08:00")  # the thirtieth day after: the first of October
    assert counted(rule("confirmation_request"), start, CALENDAR).due == end_of(date(2026, 10, 8))
    assert counted(rule("petition_review"), start, CALENDAR).due == end_of(date(2026, 10, 1))


def test_a_term_into_a_year_nobody_has_published_says_so() -> None:
    start = at("2026-12-29T09:00+08:00")
    assert counted(rule("enforcement_feedback"), start, CALENDAR).note == UNKNOWN_YEAR
    assert counted(rule("handover"), start, CALENDAR).note == ""  # plain days need no holidays


@given(st.sampled_from(list(rules().values())), st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)))
def test_the_lamps_come_in_their_order(each: Deadline, start: datetime) -> None:
    found = counted(each, start.replace(tzinfo=UTC, microsecond=0), CALENDAR)
    assert start.replace(tzinfo=UTC, microsecond=0) < found.yellow <= found.red <= found.due
    assert [read_time(text) for text in found.texts] == [found.yellow, found.red, found.due]


def test_an_unknown_rule_offers_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no deadline rule") as error:
        rule("petition_handeling")
    assert "petition_handling" in (error.value.hint or "")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a,甲,a,requested,5,day,6,5,,,no,ours,x", "length must be at least red"),
        ("a,甲,a,requested,0,day,0,0,,,no,ours,x", "length must be at least red"),
        ("a,甲,a,sent,5,day,3,5,,,no,ours,x", "start must be one of requested, received, accepted"),
        ("a,甲,a,requested,5,fortnight,3,5,,,no,ours,x", "unit must be one of"),
        ("a,甲,a,requested,five,day,3,5,,,no,ours,x", "length must be a whole number"),
        ("a,甲,a,requested,5,day,3,5,,,no,ours,", "basis is empty"),
        ("a,甲,a,requested,5,day,3,5,,,no,ours,x\na,甲,a,requested,5,day,3,5,,,no,ours,x", "name is there twice"),
    ],
)
def test_a_file_of_rules_says_what_is_wrong_and_where(tmp_path: Path, row: str, told: str) -> None:
    file = tmp_path / "terms.csv"
    file.write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=told) as error:
        rules(file)
    assert error.value.where == f"terms.csv:{1 + row.count(chr(10)) + 1}"
