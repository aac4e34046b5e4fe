"""From verdicts to what becomes of records: pure."""

from collections.abc import Collection, Mapping
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.casework.joining import ASKED, EXPLICIT, Bridge, Node, Pair, Plan, Standing, plan
from hub.casework.linking.score import Verdict
from hub.store.cases import Ref

A, B, C, D, E = (("330110", number) for number in range(1, 6))
NOTHING: tuple[Mapping[Pair, Verdict], Collection[Bridge]] = ({}, ())


def case(code: str) -> Node:
    return (code, -1)


def said(weight: float) -> Verdict:
    return Verdict(weight, {"text.same": weight}, "join" if weight >= 5 else "apart" if weight <= -5 else "ask")


def planned(
    new: Collection[Ref],
    verdicts: Mapping[Pair, float],
    standing: Mapping[Ref, Standing] | None = None,
    apart: Collection[Pair] = (),
    across: tuple[Mapping[Pair, Verdict], Collection[Bridge]] = NOTHING,
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
    assert planned([C], ties, standing, across=({}, [(case("one"), case("two"))])).merges == {}
    assert planned([C], {(B, C): 10}, standing, apart=[(A, C)]).comes == {C: "two"}
    assert planned([C], {(A, C): 10}, standing, apart=[(B, C)], across=NOTHING).comes == {C: "one"}


def test_standing_cases_that_only_their_own_records_tie_stay_as_they_are() -> None:
    standing = {ref: Standing(name, name) for ref, name in ((A, "one"), (B, "two"), (C, "three"))}
    more = {(A, B): said(-20), (A, C): said(-20), (B, C): said(12)}
    made = planned([D], {(A, D): 12, (B, D): 6, (C, D): 6}, standing, across=(more, ()))
    assert (made.comes, made.founds, made.merges) == ({D: "one"}, [], {})
    assert set(made.asked) == {(B, D), (C, D)}


def test_cases_that_come_together_later_are_looked_over_as_well() -> None:
    standing = {A: Standing("one", "one"), B: Standing("two", "two"), C: Standing("three", "three")}
    told = {(A, D): said(12), (B, D): said(7), (C, D): said(6), (B, C): said(-6.5)}
    one, two, three = map(case, ("one", "two", "three"))
    seen: list[set[Bridge]] = []

    def across(near: Collection[Bridge]) -> tuple[Mapping[Pair, Verdict], Collection[Bridge]]:
        seen.append({bridge for bridge in near if D not in bridge})
        more = {(A, B): said(-20)} if (one, two) in near else {}
        return more, [(one, three)] if (one, three) in near else []

    made = plan([D], told, standing, (), across)
    assert made.merges == {}, "a person holds the first and the third apart"
    assert made.comes == {D: "one"}
    assert seen == [{(one, two)}, {(one, three)}], "each two are asked about once"


def test_what_two_records_have_in_common_may_be_contradicted_by_a_third_that_neither_was_compared_with() -> None:
    standing = {A: Standing("one", "one")}
    chain = {(A, B): 7.0, (B, C): 6.0}
    assert planned([B, C], chain, standing).comes == {B: "one", C: "one"}
    against = planned([B, C], chain, standing, across=({(A, C): said(-9)}, ()))
    assert (against.comes, against.founds) == ({B: "one"}, [(C,)])
    assert list(against.asked) == [(B, C)]


@settings(max_examples=300)
@given(st.data())
def test_whatever_the_pairs_say_every_new_record_comes_to_one_case_and_no_case_is_empty(data: st.DataObject) -> None:
    olds = [("330110", number) for number in range(1, data.draw(st.integers(0, 4)) + 1)]
    standing = {ref: Standing(f"case {ref[1]}", f"case {ref[1]}") for ref in olds}
    new = [("330110", number) for number in range(10, data.draw(st.integers(1, 4)) + 10)]
    bits = st.sampled_from([-20.0, -6.0, 1.0, 6.0, 8.0, 12.0])
    compared = {pair: data.draw(st.booleans()) for pair in combinations([*olds, *new], 2) if pair[1] in new}
    told = {pair: said(data.draw(bits)) for pair, first in compared.items() if first}
    more = {pair: said(data.draw(bits)) for pair in combinations([*olds, *new], 2) if pair not in told}
    leads = sorted(case(each.lead) for each in standing.values())
    held = {pair for pair in combinations(leads, 2) if data.draw(st.booleans())}

    def across(near: Collection[Bridge]) -> tuple[Mapping[Pair, Verdict], Collection[Bridge]]:
        nodes = {pair: tuple(case(standing[ref].lead) if ref in standing else ref for ref in pair) for pair in more}
        asked = {frozenset(bridge) for bridge in near}
        return {pair: more[pair] for pair, ends in nodes.items() if frozenset(ends) in asked}, held.intersection(near)

    made = plan(new, told, standing, (), across)
    assert all(made.founds)
    assert sorted([*made.comes, *(ref for group in made.founds for ref in group)]) == new
    assert not held & {(case(one), case(other)) for one, other in made.merges}


def test_a_record_that_only_what_is_compared_later_ties_comes_to_that_case() -> None:
    """B looked like C; with all looked over, it belongs to A, with which it had not been compared."""
    standing = {A: Standing("one", "one"), C: Standing("two", "two")}
    told = {(A, D): 6.0, (B, C): 6.0, (C, D): 9.0}
    more = {(A, B): said(12), (A, C): said(-20), (B, D): said(-20)}
    made = planned([B, D], told, standing, across=(more, ()))
    assert made.comes == {B: "one", D: "two"}
    assert set(made.joined) == {(A, B), (C, D)}
    assert set(made.asked) == {(A, D), (B, C)}


def test_who_tells_nothing_contradicts_nothing() -> None:
    standing = {A: Standing("one", "one")}
    told = {(A, B): said(7), (A, C): said(8), (B, C): Verdict(-18, {"sides.nobody": -3, "source.same": -1}, "apart")}
    assert plan([B, C], told, standing, (), lambda near: NOTHING).comes == {B: "one", C: "one"}


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
