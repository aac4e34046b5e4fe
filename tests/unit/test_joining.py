"""From verdicts to what becomes of records: pure."""

from collections.abc import Collection, Mapping

from hub.casework.joining import ASKED, EXPLICIT, Pair, Plan, Standing, plan
from hub.casework.linking.score import Verdict
from hub.store.cases import Ref

A, B, C, D, E = (("330110", number) for number in range(1, 6))
NOTHING: tuple[Mapping[Pair, Verdict], Collection[tuple[str, str]]] = ({}, ())


def said(weight: float) -> Verdict:
    return Verdict(weight, {"text.same": weight}, "join" if weight >= 5 else "apart" if weight <= -5 else "ask")


def planned(
    new: Collection[Ref],
    verdicts: Mapping[Pair, float],
    standing: Mapping[Ref, Standing] | None = None,
    apart: Collection[Pair] = (),
    across: tuple[Mapping[Pair, Verdict], Collection[tuple[str, str]]] = NOTHING,
) -> Plan:
    told = {pair: said(weight) for pair, weight in verdicts.items()}
    return plan(new, told, standing or {}, apart, lambda cases: across)


def test_a_record_alone_founds_a_case() -> None:
    made = planned([A, B], {})
    assert made.founds == [(A,), (B,)]
    assert not made.comes and not made.merges and not made.joined


def test_records_that_join_found_one_case_and_keep_the_ties_that_hold_it() -> None:
    made = planned([A, B, C], {(A, B): 10, (B, C): 8, (A, C): 6})
    assert made.founds == [(A, B, C)]
    assert list(made.joined) == [(A, B), (B, C)]


def test_a_record_comes_to_the_code_it_is_most_like_not_to_the_one_that_leads() -> None:
    standing = {A: Standing("one", "one"), B: Standing("two", "one")}
    made = planned([C], {(A, C): 6, (B, C): 12}, standing)
    assert made.comes == {C: "two"}
    assert made.merges == {("one", "two"): (A, C)}  # kept, though both hold together already


def test_a_record_tied_through_another_comes_along() -> None:
    made = planned([B, C], {(A, B): 10, (B, C): 9}, {A: Standing("one", "one")})
    assert made.comes == {B: "one", C: "one"}
    assert made.founds == []


def test_two_standing_cases_merge_through_a_record_unless_their_own_records_speak_against_it() -> None:
    standing = {A: Standing("one", "one"), B: Standing("two", "two")}
    ties = {(A, C): 10.0, (B, C): 10.0}
    assert planned([C], ties, standing).merges == {("one", "two"): (B, C)}
    against = planned([C], ties, standing, across=({(A, B): said(-15)}, ()))
    assert against.merges == {}
    assert against.comes == {C: "one"}
    assert list(against.asked) == [(B, C)]


def test_what_a_person_holds_apart_is_not_merged_and_not_joined() -> None:
    standing = {A: Standing("one", "one"), B: Standing("two", "two")}
    ties = {(A, C): 10.0, (B, C): 10.0}
    assert planned([C], ties, standing, across=({}, [("one", "two")])).merges == {}
    assert planned([C], {(B, C): 10}, standing, apart=[(A, C)]).comes == {C: "two"}
    assert planned([C], {(A, C): 10}, standing, apart=[(B, C)], across=NOTHING).comes == {C: "one"}


def test_the_records_of_a_case_outvote_the_one_that_looks_alike() -> None:
    standing = {ref: Standing("one", "one") for ref in (A, B, C)}
    made = planned([D], {(A, D): 6, (B, D): -9, (C, D): -9}, standing)
    assert made.founds == [(D,)]
    assert list(made.asked) == [(A, D)]


def test_nothing_outvotes_a_record_that_bears_the_cases_own_code() -> None:
    standing = {ref: Standing("one", "one") for ref in (A, B, C)}
    told = {(A, D): Verdict(EXPLICIT, {"number.case_code": EXPLICIT}, "join"), (B, D): said(-20), (C, D): said(-20)}
    assert plan([D], told, standing, (), lambda cases: NOTHING).comes == {D: "one"}


def test_a_person_is_asked_once_about_two_cases_and_a_few_times_about_a_record() -> None:
    standing = {A: Standing("one", "one"), B: Standing("one", "one")}
    assert list(planned([C], {(A, C): 1, (B, C): 2}, standing).asked) == [(B, C)]
    many = {("330110", number): Standing(f"case {number}", f"case {number}") for number in range(10, 20)}
    asked = planned([E], {(E, ref): 1.0 for ref in many}, many).asked
    assert len(asked) == ASKED


def test_the_reasons_of_a_record_are_kept_once_for_each_case_it_ties() -> None:
    standing = {A: Standing("one", "one"), B: Standing("one", "one"), C: Standing("two", "two")}
    made = planned([D], {(A, D): 9, (B, D): 8, (C, D): 7}, standing)
    assert list(made.joined) == [(A, D), (C, D)]
