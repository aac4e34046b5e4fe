"""Sessions in which several decide: seats and votes as an entry keeps them."""

import pytest

from hub.casework.happened import Happened, of_entry
from hub.store.masking import HIDDEN, masked
from schemas.sessions import Seat, filled, seats, share, votes

TWO = '[{"body":"某法院","part":"主持","vote":"同意"},{"body":"某局","part":"当事机关"},{"part":"参与"}]'


def test_a_seat_needs_a_body_and_its_vote_is_counted() -> None:
    assert seats({"seats": TWO}) == [Seat("某法院", "主持", "同意"), Seat("某局", "当事机关", "")]
    assert votes({"seats": TWO}) == {"同意": 1}


def test_what_is_told_as_a_count_stands_before_the_seats() -> None:
    told = '{"同意":"1,279","不同意":12,"弃权":"若干"}'
    assert votes({"seats": TWO, "votes": told}) == {"同意": 1279, "不同意": 12}


@pytest.mark.parametrize("told", ["", "***", "[1]", '"某法院"', "7"])
def test_what_is_no_session_has_neither(told: str) -> None:
    assert (seats({"seats": told}), votes({"votes": told})) == ([], {})


def test_a_share_is_of_those_who_voted() -> None:
    assert share({"同意": 279, "不同意": 12, "弃权": 9}) == 0.93
    assert share({"不同意": 2}) == 0
    assert share({"同意": 0}) is share({}) is None


def test_what_says_nothing_is_left_out_and_a_nought_says_something() -> None:
    assert filled({"a": None, "b": "", "c": "\\N", "d": 0, "e": "x"}) == {"d": 0, "e": "x"}


def test_a_masked_event_tells_its_seats_and_hides_the_rest() -> None:
    event = {"kind": "event", "action": "会", "extra": {"seats": TWO, "spokesman": "某某"}}
    shown = masked(event)
    assert shown["extra"] == {"seats": TWO, "spokesman": HIDDEN}
    (told,) = of_entry(Happened(at="2026-03-01T00:00:00Z", exact=False, kind="event", source="s"), shown)
    assert [seat["body"] for seat in told.told["seats"]] == ["某法院", "某局"]
    assert told.told["votes"] == {"同意": 1}
