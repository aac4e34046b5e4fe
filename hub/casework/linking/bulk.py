"""The linking of all history at once, in memory that hardly grows with it: only refs and what agrees stay there.

Rows go sealed to a file; keys, pairs and what stays apart to files by part.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple, TypeVar

import numpy as np

from hub.casework.linking import counted
from hub.casework.linking.features import Features, Ref
from hub.casework.linking.groups import MOST_SAID, MOST_WHOLE, components, grouped, pairs_within
from hub.casework.linking.pairing import KEY, Array, coded, ends, pairs_of
from hub.casework.linking.prepared import BLOCK, Part, prepared
from hub.casework.linking.rows import Rows, picked
from hub.casework.linking.score import Scorer, Verdict, Weighed, Weights
from hub.casework.linking.spill import Parts, Shelf, Spilled
from schemas.identity import KeyedHash

BUCKET = 32  # blocks in memory at once, twice
PAIRS = 8_192  # pairs compared at once: their rows stay in the processor's cache
THREADS = 2
KEY_PARTS = 16
_EDGE = np.dtype([("one", "<u4"), ("other", "<u4"), ("weight", "<f4")])
_LEAST = 0.01  # bits: a bound may lie at 0

Done = TypeVar("Done")
Compared = tuple[Array, Array, Weighed, Array]
"""Records of each pair, the parts of their weight and the whole."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run came to; ``asked`` pairs wait for a person."""

    records: int
    compared: int
    joined: int
    asked: int


class Stopped(Exception):
    """A run was asked to stop before its end."""


class Found(NamedTuple):
    """What a run found. Record ``number`` is ``(homes[refs[number][0]], refs[number][1])``; pairs are (m, 2)."""

    homes: list[str]
    refs: Array  # (n, 2)
    group: Array  # of each record: the least number in its group
    ties: Array  # pairs that join a group of more than `MOST_WHOLE`: too large to compare all with all once more
    asked: Array  # pairs a person would be asked about


class _Beside(NamedTuple):
    """Pairs ``one``, ``other``, and where their rows are: at ``a`` of ``mine``, at ``b`` of ``theirs``."""

    one: Array
    other: Array
    mine: Rows
    theirs: Rows
    a: Array
    b: Array


class Linking:
    """All history, read and made ready; then its `groups` and `verdicts`. Close it, or use it as a context."""

    def __init__(
        self,
        features: Iterable[Features] | Iterable[Part],
        weights: Weights,
        *,
        keyed: KeyedHash,
        workers: int = 0,
        asked_to_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Read everything, once. Parts are worked on by ``workers`` processes beside this one. ``asked_to_stop`` is
        asked every some thousand records or pairs, here and later: True raises Stopped."""
        self.scorer = Scorer(weights)
        self._asked_to_stop = asked_to_stop
        self._keys = Parts(KEY_PARTS, KEY)
        self._homes: dict[str, int] = {}
        self._compared = 0
        self._shelf = Shelf()
        try:
            self._read(features, keyed, workers)
        except BaseException:  # whoever reads may be told to stop
            self.close()
            raise
        self._firsts = range(0, len(self._shelf), BUCKET)
        self._starts = np.array([*(self._shelf.starts[first] for first in self._firsts), self._shelf.starts[-1]])

    def __enter__(self) -> "Linking":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of its files."""
        self._shelf.close()
        self._keys.close()

    @property
    def counts(self) -> Counts:
        """What the run came to."""
        weight = self._edges["weight"]
        upper, lower = self.scorer.weights.upper, self.scorer.weights.lower
        joined = int((weight >= upper).sum())
        return Counts(len(self._ref), self._compared, joined, int((weight >= lower).sum()) - joined)

    def groups(self) -> Iterator[tuple[Ref, ...]]:
        """The groups of `hub.casework.linking.groups.gather` over all verdicts, in no order."""
        home, number = self._home, self._ref
        for group in self._grouped():
            yield tuple(sorted([(home[at], id_) for at, id_ in number[group].tolist()]))

    def found(self) -> Found:
        """The groups, and the pairs a person would be asked about, in a few bytes a record."""
        label = np.arange(len(self._ref), dtype=np.int64)
        for group in self._grouped():
            label[group] = min(group)
        edges, weights = self._edges, self.scorer.weights
        joins = edges["weight"] >= weights.upper
        large = (np.bincount(label, minlength=len(label))[label] > MOST_WHOLE)[edges["one"]]
        ties = edges[joins & large & (label[edges["one"]] == label[edges["other"]])]
        asked = edges[~joins & (edges["weight"] >= weights.lower)]
        return Found(self._home, self._ref, label, _ends_of(ties), _ends_of(asked))

    def _grouped(self) -> Iterator[list[int]]:
        edges, weights = self._edges, self.scorer.weights
        edges = edges[(edges["weight"] >= weights.upper) | (edges["weight"] < weights.lower)]
        said = np.clip(edges["weight"], -MOST_SAID, MOST_SAID)
        joins = edges["weight"] >= weights.upper
        edges["weight"] = np.where(joins, np.maximum(said, _LEAST), np.minimum(said, -_LEAST))
        yield from grouped(edges, len(self._ref))

    @property
    def records(self) -> int:
        """How many were read."""
        return len(self._ref)

    def agreements(self) -> Iterator[tuple[Mapping[str, Array], Array]]:
        """Levels and weights of the pairs that share a key, some thousand at a time: nothing that names a record.

        In place of `groups` and `verdicts`: what shares a key can be read once.
        """
        for codes in self._candidates():
            for _, _, weighed, whole in self._weighed(self._walked(codes)):
                yield weighed.levels, whole

    def verdicts(self) -> Iterator[tuple[Ref, Ref, Verdict]]:
        """Every pair that is joined or asked about, the lesser ref first. Pairs that stay apart are not told."""
        told = self._edges
        told = told[told["weight"] >= self.scorer.weights.lower]
        for one, other, weighed, whole in self._weighed(self._walked(coded(told["one"], told["other"]))):
            for a, b, verdict in zip(one.tolist(), other.tolist(), self.scorer.verdicts(weighed, whole), strict=True):
                first, second = sorted((self._ref_of(a), self._ref_of(b)))
                yield first, second, verdict

    @cached_property
    def _edges(self) -> Array:
        """Compared pairs with their weight: those that share a key, then all others within what they join.

        The second step is what contradicts a chain: of three records the first and the last need not share a key. Pairs
        that are apart stand here only within what others join, and if they say why: nothing else asks for them.
        """
        apart, told = Parts(len(self._firsts), _EDGE), [np.empty(0, dtype=_EDGE)]
        with Spilled(apart):
            for bucket, codes in enumerate(self._candidates()):
                for edges in self._compare(self._walked(codes)):
                    agrees = edges["weight"] >= self.scorer.weights.lower
                    told.append(edges[agrees])
                    apart.put(np.full(len(edges), bucket)[~agrees], edges[~agrees])
            first = np.concatenate(told)
            told.clear()
            joins = first[first["weight"] >= self.scorer.weights.upper]
            label = components(joins["one"], joins["other"], len(self._ref))
            against = [_within(label, apart.take(bucket)) for bucket in range(len(self._firsts))]
        first = np.concatenate((first, *against))
        inside = _within(label, first)
        left = np.setdiff1d(pairs_within(label), coded(inside["one"], inside["other"]), assume_unique=True)
        return np.concatenate((first, *self._compare(self._gathered(left))))

    def _compare(self, pairs: Iterable[_Beside]) -> Iterator[Array]:
        lower = self.scorer.weights.lower
        for one, other, weighed, whole in self._weighed(pairs):
            edges = np.empty(len(one), dtype=_EDGE)
            edges["one"], edges["other"] = one, other
            edges["weight"] = self.scorer.decisive(weighed, whole)
            self._compared += len(edges)
            yield edges[(edges["weight"] >= lower) | ~weighed.silent]

    def _weighed(self, pairs: Iterable[_Beside]) -> Iterator[Compared]:
        return _ahead(
            partial(self._weigh, each, slice(first, first + PAIRS))
            for each in self._going_on(pairs)
            for first in range(0, len(each.one), PAIRS)
        )

    def _weigh(self, pairs: _Beside, chunk: slice) -> Compared:
        rows = picked(pairs.mine, pairs.a[chunk]), picked(pairs.theirs, pairs.b[chunk])
        return pairs.one[chunk], pairs.other[chunk], *self.scorer.weigh(*rows)

    def _walked(self, codes: Array) -> Iterator[_Beside]:
        """Many pairs, two buckets of rows at a time."""
        one, other = ends(np.sort(codes))
        here, there = (np.searchsorted(self._starts, side, side="right") - 1 for side in (one, other))
        order = np.lexsort((other, there, here))
        one, other, here, there = one[order], other[order], here[order], there[order]
        turns = np.flatnonzero(np.diff(here) | np.diff(there)) + 1
        mine, at = self._shelf.take(0, 0), -1
        for first, last in zip([0, *turns.tolist()], [*turns.tolist(), len(codes)], strict=True):
            if first == last:
                continue
            if here[first] != at:
                at = int(here[first])
                mine = self._bucket(at)
            theirs = mine if there[first] == at else self._bucket(int(there[first]))
            some = slice(first, last)
            a, b = one[some] - self._starts[at], other[some] - self._starts[there[first]]
            yield _Beside(one[some], other[some], mine, theirs, a, b)

    def _gathered(self, codes: Array) -> Iterator[_Beside]:
        """A few pairs over all history: only the rows they are about are kept, as many as two buckets hold."""
        most = BUCKET * BLOCK
        for first in range(0, len(codes), most):
            one, other = ends(codes[first : first + most])
            wanted, at = np.unique(np.concatenate((one, other)), return_inverse=True)
            rows = self._shelf.pick(wanted)
            yield _Beside(one, other, rows, rows, at[: len(one)], at[len(one) :])

    def _bucket(self, at: int) -> Rows:
        first = self._firsts[at]
        return self._shelf.take(first, min(first + BUCKET, len(self._shelf)))

    def _candidates(self) -> Iterator[Array]:
        """Pairs that share a key, each once, by the bucket of the lesser record."""
        pairs = Parts(len(self._firsts), np.dtype("<u8"))
        with Spilled(pairs):
            for codes in _ahead(partial(self._pairs, part) for part in range(KEY_PARTS)):
                pairs.put(np.searchsorted(self._starts, ends(codes)[0], side="right") - 1, codes)
            for bucket in range(len(self._firsts)):
                yield np.unique(pairs.take(bucket))

    def _pairs(self, part: int) -> Array:
        return np.unique(pairs_of(self._keys.take(part)))

    def _read(self, features: Iterable[Features] | Iterable[Part], keyed: KeyedHash, workers: int) -> None:
        counts, refs = counted.Counts(), [np.empty((0, 2), dtype=np.int64)]
        for each in self._going_on(prepared(features, keyed, workers)):
            each.keys["record"] += self._shelf.starts[-1]
            self._shelf.put(each.rows)
            self._keys.put((each.keys["key"] % KEY_PARTS).astype(np.uint8), each.keys)
            refs.append(self._packed(each.refs))
            counts.tell(each.rows)
        self._ref = np.concatenate(refs)
        self._home = list(self._homes)
        self._shelf = counts.written(self._shelf)

    def _going_on(self, some: Iterable[Done]) -> Iterator[Done]:
        for each in some:
            if self._asked_to_stop():
                raise Stopped
            yield each

    def _packed(self, refs: list[Ref]) -> Array:
        homes = self._homes
        return np.array([(homes.setdefault(home, len(homes)), id_) for home, id_ in refs], dtype=np.int64)

    def _ref_of(self, record: int) -> Ref:
        home, id_ = self._ref[record].tolist()
        return self._home[home], id_


def _ends_of(edges: Array) -> Array:
    return np.column_stack((edges["one"], edges["other"])).astype(np.int64)


def _within(label: Array, edges: Array) -> Array:
    inside: Array = edges[label[edges["one"]] == label[edges["other"]]]
    return inside


def _ahead(jobs: Iterable[Callable[[], Done]]) -> Iterator[Done]:
    """What the jobs come to, in order, a few of them under way in threads while the next are thought of.

    Most of each is NumPy's work, which lets the other threads run.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        waiting: deque[Future[Done]] = deque()
        for job in jobs:
            waiting.append(pool.submit(job))
            if len(waiting) > THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def link_all(
    features: Iterable[Features] | Iterable[Part], weights: Weights, *, keyed: KeyedHash, workers: int = 0
) -> Iterator[tuple[Ref, Ref, Verdict]]:
    """Verdicts on all history: pairs that are joined or asked about (see `Linking.verdicts`)."""
    with Linking(features, weights, keyed=keyed, workers=workers) as linking:
        yield from linking.verdicts()
