"""Precision, recall and F1 over pairs, for all records and by stratum; a plain baseline of exact keys beside."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson

from bench.linking.files import Array


class Figures(NamedTuple):
    """Pairwise figures: ``right`` of ``made`` pairs are true, and ``real`` pairs are to be found."""

    right: int
    made: int
    real: int

    @property
    def precision(self) -> float:
        return self.right / self.made if self.made else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.real if self.real else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.made + self.real) if self.made + self.real else 1.0

    def told(self) -> dict[str, float]:
        return {name: round(float(getattr(self, name)), 5) for name in ("precision", "recall", "f1")}


def labels(groups: Iterable[Sequence[int]], count: int) -> Array:
    """The group of each record, from 1; a record by itself is its own."""
    found = np.arange(count + 1)
    for group in groups:
        found[list(group)] = group[0]
    return found


def figures(label: Array, matter: Array, of: Array | None = None) -> Figures:
    """Figures of a grouping, over pairs of which one record at least is in ``of`` (a mask) where it is given.

    Place 0 of both is empty. Pairs are counted by groups, never listed.
    """
    cells = np.unique(np.stack((label[1:], matter[1:])), axis=1, return_inverse=True)[1].ravel()
    mask = None if of is None else of[1:]
    right, made, real = (_pairs(each, mask) for each in (cells, label[1:], matter[1:]))
    return Figures(right, made, real)


def _pairs(group: Array, of: Array | None) -> int:
    sizes = np.bincount(group)
    pairs = int((sizes * (sizes - 1) // 2).sum())
    if of is None:
        return pairs
    outside = np.bincount(group[~of])
    return pairs - int((outside * (outside - 1) // 2).sum())


def exact_keys(lines: Iterable[bytes]) -> list[list[int]]:
    """The baseline: records are one matter when they share a number of one kind, or an applicant (identity number, else
    name and phone) and the item, or the names of both sides. What a careful script would do; no weights."""
    leader: dict[int, int] = {}

    def lead(record: int) -> int:
        while (above := leader.setdefault(record, record)) != record:
            leader[record] = leader[above]
            record = above
        return record

    first: dict[Any, int] = {}
    for line in lines:
        told = orjson.loads(line)
        for key in _keys(told["body"]):
            leader[lead(told["id"])] = lead(first.setdefault(key, told["id"]))
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for record in leader:
        groups[lead(record)].append(record)
    return [group for group in groups.values() if len(group) > 1]


def _keys(body: dict[str, Any]) -> Iterable[tuple[str, ...]]:
    item = body["classification"].get("item", "")
    sides: dict[str, list[dict[str, Any]]] = {"1": [], "2": []}
    for party in body["parties"]:
        sides[party["role"]].append(party)
    for reference in body["references"]:
        yield "ref", reference["kind"], reference["number"]
    for who in sides["1"]:
        number, phone = who.get("id_number", ""), who.get("phone", "")
        if len(number) == 18 and "*" not in number and len(set(number)) > 1:
            yield "id", number, item
        if phone and "*" not in phone:
            yield "phone", who["name"], phone, item
        for other in sides["2"]:
            yield "names", who["name"], other["name"]
