"""Groups of records out of verdicts on pairs: what is joined, but nothing through a go-between that it contradicts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hub.casework.linking.features import Ref
from hub.casework.linking.score import Verdict

MOST_SAID = 20.0
"""Bits a single pair can say for or against joining two groups: no pair outvotes all the others."""

MOST_WHOLE = 40
"""Nodes of a component up to which each pair in it is looked at; beyond that its edges must do."""

Array = NDArray[Any]
Node = TypeVar("Node", int, str, Ref)


def gather(
    verdicts: Iterable[tuple[Ref, Ref, Verdict]], apart: Collection[tuple[Ref, Ref]] = ()
) -> list[tuple[Ref, ...]]:
    """Groups of two records or more, each in order, the groups by their first record.

    Pairs decided ``join`` are joined, the surest first, unless the pairs between the two groups say in sum that they
    are two matters. Pairs in ``apart`` (a person's word) never come into one group. Tell ``apart`` verdicts too: they
    are what keeps a chain of likenesses from running through different matters.
    """
    edges = [
        (one, other, min(verdict.weight, MOST_SAID) if verdict.decision == "join" else max(verdict.weight, -MOST_SAID))
        for one, other, verdict in verdicts
        if verdict.decision != "ask"
    ]
    return sorted(tuple(sorted(group)) for group in joined(edges, apart))


def joined(edges: Iterable[tuple[Node, Node, float]], apart: Collection[tuple[Node, Node]] = ()) -> list[list[Node]]:
    """Groups of two or more nodes of any kind. An edge above 0 speaks for joining, one below against it."""
    known: defaultdict[Node, dict[Node, float]] = defaultdict(dict)
    joins: list[tuple[float, Node, Node]] = []
    for one, other, weight in edges:
        known[one][other] = known[other][one] = weight
        if weight > 0:
            joins.append((-weight, one, other) if one < other else (-weight, other, one))
    for one, other in apart:
        known[one][other] = known[other][one] = float("-inf")
    leader: dict[Node, Node] = {}
    members: dict[Node, list[Node]] = {}
    for _, one, other in sorted(joins):
        first, second = leader.get(one, one), leader.get(other, other)
        if first == second:
            continue
        few, many = members.get(first, [first]), members.get(second, [second])
        if len(few) > len(many):
            few, many, first, second = many, few, second, first
        if sum(weight for node in few for near, weight in known[node].items() if leader.get(near, near) == second) <= 0:
            continue
        many.extend(few)
        members[second] = many
        members.pop(first, None)
        leader.update(dict.fromkeys(few, second))
    return [group for group in members.values() if len(group) > 1]


def grouped(edges: Array, count: int) -> Iterator[list[int]]:
    """`joined` over an array of edges between nodes 0 to ``count`` - 1 (fields one, other, weight).

    Components come first; only what contradicts itself within one is looked at edge by edge.
    """
    joins = edges[edges["weight"] > 0]
    label = components(joins["one"], joins["other"], count)
    against = edges[(edges["weight"] <= 0) & (label[edges["one"]] == label[edges["other"]])]
    doubtful = np.zeros(count, dtype=bool)
    doubtful[label[against["one"]]] = True
    order, starts, sizes = _members(label)
    plain, nodes = ~doubtful[label[order[starts]]], order.tolist()
    for start, size in zip(starts[plain].tolist(), sizes[plain].tolist(), strict=True):
        yield nodes[start : start + size]
    inside = np.concatenate((joins[doubtful[label[joins["one"]]]], against))
    yield from joined(zip(inside["one"].tolist(), inside["other"].tolist(), inside["weight"].tolist(), strict=True))


def components(one: Array, other: Array, count: int) -> Array:
    """The least node each of the nodes 0 to ``count`` - 1 is connected with by the edges."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[one], label[other])
        before = label.copy()
        np.minimum.at(label, label[one], low)
        np.minimum.at(label, label[other], low)
        while not np.array_equal(shorter := label[label], label):
            label = shorter
        if np.array_equal(before, label):
            return label


def pairs_within(label: Array) -> Array:
    """All pairs of each component of three nodes to `MOST_WHOLE`, as ``lesser << 32 | greater``."""
    order, starts, sizes = _members(label)
    found = [np.empty(0, dtype=np.uint64)]
    for size in np.unique(sizes[(sizes > 2) & (sizes <= MOST_WHOLE)]).tolist():
        members = order[starts[sizes == size][:, None] + np.arange(size)].astype(np.uint64)
        one, other = np.triu_indices(size, 1)
        found.append((members[:, one] << np.uint64(32) | members[:, other]).ravel())
    return np.concatenate(found)


def _members(label: Array) -> tuple[Array, Array, Array]:
    """The nodes of all components of two or more, one component after the other; where each starts, and its size."""
    several = np.flatnonzero(np.bincount(label, minlength=len(label))[label] > 1)
    order = several[np.argsort(label[several], kind="stable")]
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    return order, starts, np.diff(np.append(starts, len(order)))
