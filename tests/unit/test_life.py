"""The state machine: what it draws, what it lets pass, which stage leads."""

from graphlib import TopologicalSorter
from itertools import pairwise, permutations

import pytest

from hub.casework.life import LIFE, PRECEDENCE, TRANSITIONS, leading, legal, picture, words
from hub.registry import Registry
from schemas.life import Stage

S = Stage
TABLES = {
    name: set(adapter.manifest.stages.values())
    for name, adapter in Registry.load().adapters.items()
    if adapter.manifest.stages
}


def test_every_stage_stands_in_the_table_and_in_the_precedence() -> None:
    assert set(LIFE) == set(Stage)
    assert sorted(PRECEDENCE) == sorted(Stage)
    assert set(TRANSITIONS) == {None, *Stage}


def test_onward_steps_never_lead_in_a_circle() -> None:
    order = TopologicalSorter({stage: steps.onward for stage, steps in LIFE.items()})
    assert set(order.static_order()) == set(Stage)  # raises CycleError on a circle


def test_every_stage_can_be_reached_and_none_is_a_trap() -> None:
    reached, ahead = set(), [S.RECEIVED]
    while ahead:
        if (stage := ahead.pop()) not in reached:
            reached.add(stage)
            ahead += [*LIFE[stage].onward, *LIFE[stage].told]
    assert reached == set(Stage)
    assert all(S.CLOSED in TRANSITIONS[stage] for stage in Stage if stage is not S.CLOSED)


@pytest.mark.parametrize(
    "way",
    [
        "received triaged dispatched accepted mediating settled confirming confirmed fulfilled follow_up closed",
        "received triaged dispatched accepted mediating unsettled guided_to_suit filed hearing judged enforcing closed",
        "received dispatched mediating unsettled flowed_back handling replied review re_review follow_up closed",
        "received dispatched refused dispatched accepted mediating withdrawn closed",
        "received handling dispatched mediating settled closed follow_up reopened handling replied closed",
        "received filed mediating settled closed breached enforcing fulfilled",
        "filed hearing mediating unsettled hearing judged closed enforcing",
        "confirming unconfirmed mediating settled confirming confirmed",
    ],
)
def test_the_ways_of_the_design_are_legal(way: str) -> None:
    stages = [None, *map(Stage, way.split())]
    assert [pair for pair in pairwise(stages) if not legal(*pair)] == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (S.CLOSED, S.MEDIATING),
        (S.CLOSED, S.RECEIVED),
        (S.SETTLED, S.MEDIATING),
        (S.FULFILLED, S.UNSETTLED),
        (S.SETTLED, S.UNSETTLED),
        (S.JUDGED, S.HEARING),
        (S.CONFIRMED, S.CONFIRMING),
        (S.WITHDRAWN, S.HANDLING),
        (S.MEDIATING, S.REOPENED),
        (S.REPLIED, S.RECEIVED),
        (S.REFUSED, S.SETTLED),
    ],
)
def test_what_nobody_told_is_a_conflict(before: Stage, after: Stage) -> None:
    assert not legal(before, after)


def test_an_unseen_way_passes_no_turn() -> None:
    assert legal(S.RECEIVED, S.SETTLED)  # several steps onward
    assert S.REOPENED not in TRANSITIONS[S.RECEIVED]
    assert S.FLOWED_BACK not in TRANSITIONS[S.ACCEPTED]  # though mediation may flow back, and tell so
    assert not legal(S.CLOSED, S.RE_REVIEW)  # a review was told by nobody


def test_a_stage_that_stays_is_no_move() -> None:
    assert all(legal(stage, stage) for stage in Stage)
    assert all(legal(None, stage) for stage in Stage)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_each_stage_of_an_adapter_can_be_reached(name: str) -> None:
    """From one of its stages all others are reached by legal moves among them: no island, no stage out of order."""
    table = TABLES[name]

    def reach(stage: Stage) -> set[Stage]:
        found, ahead = set(), [stage]
        while ahead:
            if (at := ahead.pop()) not in found:
                found.add(at)
                ahead += TRANSITIONS[at] & table
        return found

    assert any(reach(stage) == table for stage in table), name


def test_the_adapters_were_found() -> None:
    assert len(TABLES) > 12


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        ([S.DISPATCHED, S.MEDIATING], S.MEDIATING),
        ([S.DISPATCHED, S.SETTLED], S.SETTLED),  # the petition waits where the mediation has settled
        ([S.CLOSED, S.HANDLING], S.HANDLING),
        ([S.UNSETTLED, S.HEARING, S.REPLIED], S.HEARING),
        ([S.CLOSED, S.CLOSED, S.REFUSED], S.CLOSED),
        ([S.WITHDRAWN], S.WITHDRAWN),
        ([None, S.RECEIVED], S.RECEIVED),
        ([None], None),
        ([], None),
    ],
)
def test_one_stage_leads(stages: list[Stage | None], told: Stage | None) -> None:
    assert {leading(order) for order in permutations(stages)} == {told}


def test_words_are_of_both_languages() -> None:
    assert words(S.GUIDED_TO_SUIT) == "引导诉讼 guided to suit"
    assert words(None) == "-"
    assert len({steps.word for steps in LIFE.values()}) == len(Stage)


def test_the_picture_draws_every_step_once() -> None:
    lines = picture().splitlines()
    assert len(lines) == len(set(lines))
    steps = sum(len(each.onward) + len([to for to in each.told if to is not S.REOPENED]) for each in LIFE.values())
    assert sum("-->" in line or "-.->" in line for line in lines) == steps + 2
