"""From verdicts on pairs to what becomes of records: which new ones come to which case, which cases hold together, what
is asked of a person. Pure.

A case that stands is one node, a record that has none is another; what the pairs between two nodes say is added up
(`hub.casework.linking.groups`). So the many records of a case outvote the one that happens to look alike.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from hub.casework.linking.groups import MOST_SAID, MOST_WHOLE, joined
from hub.casework.linking.score import Verdict
from hub.store.cases import Ref

Pair = tuple[Ref, Ref]
Node = tuple[str, int]
"""A record without a case as its ref, a standing case as (code, -1)."""

EXPLICIT = 1_000.0
"""Bits of a record that bears the case's own code or a number given to the case: nothing outvotes it."""

ASKED = 3  # pairs a person is asked about for one record


class Standing(NamedTuple):
    """Where a record stands: the case it was given to, and the one that leads that."""

    code: str
    lead: str


@dataclass(slots=True)
class Plan:
    """What is to be done. ``comes`` gives new records a standing code, ``founds`` are groups that become a case each,
    ``merges`` are codes held together, with the pair that ties them."""

    comes: dict[Ref, str] = field(default_factory=dict)
    founds: list[tuple[Ref, ...]] = field(default_factory=list)
    merges: dict[tuple[str, str], Pair] = field(default_factory=dict)
    joined: dict[Pair, Verdict] = field(default_factory=dict)
    asked: dict[Pair, Verdict] = field(default_factory=dict)


Bridge = tuple[Node, Node]
"""Two nodes that are about to come together."""

Across = Callable[[Collection[Bridge]], tuple[Mapping[Pair, Verdict], Collection[Bridge]]]
"""Asked about bridges, each once: verdicts on pairs of their records that were not compared yet, and the bridges
between cases that a person has set apart."""


def plan(
    new: Collection[Ref],
    verdicts: Mapping[Pair, Verdict],
    standing: Mapping[Ref, Standing],
    apart: Collection[Pair],
    across: Across,
) -> Plan:
    """What becomes of ``new`` records and of the cases they bring together. ``apart`` are pairs a person set apart."""
    nodes = {ref: _node(ref, standing) for pair in (*verdicts, *apart) for ref in pair}
    nodes |= {ref: ref for ref in new}
    barred = {(nodes[one], nodes[other]) for one, other in apart if nodes[one] != nodes[other]}
    more: dict[Pair, Verdict] = {}
    groups = joined(_edges(verdicts, nodes), barred)
    looked_over: set[Bridge] = set()
    while bridged := {pair for group in groups for pair in _bridges(group)} - looked_over:
        looked_over |= bridged  # what is said of some may bring others together
        told, held_apart = across(sorted(bridged))
        more |= told
        nodes |= {ref: _node(ref, standing) for pair in told for ref in pair if ref not in nodes}
        barred |= {*held_apart}
        groups = joined(_edges({**more, **verdicts}, nodes), barred)
    made = Plan()
    group_of = {node: number for number, group in enumerate(groups) for node in group}
    ties: dict[int, list[tuple[Pair, Verdict]]] = defaultdict(list)
    fresh = frozenset(new)
    said = {**more, **verdicts}
    for pair, verdict in sorted(said.items(), key=lambda told: (-told[1].weight, told[0])):
        one, other = (group_of.get(nodes[ref], -1) for ref in pair)
        told_now = pair in verdicts or not fresh.isdisjoint(pair)  # what standing records say of one another is not new
        if told_now and verdict.decision == "join" and one == other != -1:
            ties[one].append((pair, verdict))
        elif pair in verdicts and verdict.decision != "apart" and nodes[pair[0]] != nodes[pair[1]]:
            made.asked[pair] = verdict
    for number, group in enumerate(groups):
        _settle(made, group, ties[number], standing)
    settled = {*made.comes, *(ref for group in made.founds for ref in group)}
    made.founds = sorted([*made.founds, *((ref,) for ref in new if ref not in settled)])
    made.asked = _few(made.asked, nodes)
    return made


def _node(ref: Ref, standing: Mapping[Ref, Standing]) -> Node:
    return (standing[ref].lead, -1) if ref in standing else ref


def _edges(verdicts: Mapping[Pair, Verdict], nodes: Mapping[Ref, Node]) -> Iterable[tuple[Node, Node, float]]:
    """What the pairs between two nodes say, added up; an "ask" says nothing, and nor does who tells nothing."""
    whole: dict[tuple[Node, Node], float] = defaultdict(float)
    for (one, other), verdict in verdicts.items():
        first, second = sorted((nodes[one], nodes[other]))
        if first != second and verdict.decision != "ask" and not verdict.silent:
            whole[first, second] += verdict.weight if verdict.weight >= EXPLICIT else _clipped(verdict)
    return ((one, other, weight) for (one, other), weight in sorted(whole.items()) if weight)


def _clipped(verdict: Verdict) -> float:
    return min(verdict.weight, MOST_SAID) if verdict.decision == "join" else max(verdict.weight, -MOST_SAID)


def _bridges(group: Collection[Node]) -> Iterable[Bridge]:
    """All pairs of a group, for what two records have in common may be what a third contradicts; of a large group the
    pairs of standing cases."""
    nodes = sorted(group if len(group) <= MOST_WHOLE else (node for node in group if node[1] == -1))
    return combinations(nodes, 2)


def _settle(
    made: Plan, group: Collection[Node], ties: Collection[tuple[Pair, Verdict]], standing: Mapping[Ref, Standing]
) -> None:
    """Give the new records of a group the code of what ties them best, the surest tie first, and say which codes now
    hold together. Each record keeps the reasons of its best tie to each case. Standing cases that only their own
    records tie stay as they are: nothing new speaks for it, and a full pass looks at them (`hub.casework.relink`)."""
    if not ties:
        return
    fresh = sorted(node for node in group if node[1] != -1)
    codes = {ref: standing[ref].code for pair, _ in ties for ref in pair if ref in standing}
    if not codes:
        made.founds.append(tuple(fresh))
        made.joined |= _spanning(ties)
        return
    waiting = dict.fromkeys(fresh)
    while waiting:
        before = len(waiting)
        for (one, other), _ in ties:
            for ref, near in ((one, other), (other, one)):
                if ref in waiting and near in codes:
                    codes[ref] = made.comes[ref] = codes[near]
                    del waiting[ref]
        if len(waiting) == before:  # tied to nothing that stands by a pair of its own
            least = min(codes.values())
            made.comes |= dict.fromkeys(waiting, least)
            codes |= dict.fromkeys(waiting, least)
            waiting.clear()
    seen: set[tuple[Ref, str]] = set()
    for pair, verdict in ties:
        mine, yours = (codes[ref] for ref in pair)
        if mine != yours and (key := (min(mine, yours), max(mine, yours))) not in made.merges:
            made.merges[key] = pair
            made.joined[pair] = verdict
        spots = {(ref, code) for ref, code in ((pair[0], yours), (pair[1], mine)) if ref in fresh} or {(pair[1], mine)}
        if not spots <= seen:
            seen |= spots
            made.joined[pair] = verdict


def _spanning(ties: Collection[tuple[Pair, Verdict]]) -> dict[Pair, Verdict]:
    """The surest ties that hold a group together; the others say the same once more."""
    above: dict[Ref, Ref] = {}

    def top(ref: Ref) -> Ref:
        while above.setdefault(ref, ref) != ref:
            ref = above[ref]
        return ref

    kept = {}
    for pair, verdict in ties:
        one, other = top(pair[0]), top(pair[1])
        if one != other:
            above[one] = other
            kept[pair] = verdict
    return kept


def _few(asked: Mapping[Pair, Verdict], nodes: Mapping[Ref, Node]) -> dict[Pair, Verdict]:
    """Of each two nodes the pair that looks most alike, and `ASKED` of a record at the most; the surest first."""
    kept: dict[Pair, Verdict] = {}
    between: set[tuple[Node, Node]] = set()
    count: dict[Ref, int] = defaultdict(int)
    for pair, verdict in asked.items():  # the surest first
        first, second = sorted(nodes[ref] for ref in pair)
        if (first, second) not in between and all(count[ref] < ASKED for ref in pair):
            between.add((first, second))
            kept[pair] = verdict
            for ref in pair:
                count[ref] += 1
    return kept
