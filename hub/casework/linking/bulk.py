"""The linking of all history at once, in memory that hardly grows with it: only refs and compared pairs stay there.

Rows go sealed to a file, keys and pairs to files by part. A key that few records bear makes pairs of all of them; of
one that many bear each is compared with the next few in an order that brings likely ones together.
"""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from hub.casework.linking.features import Features, Ref
from hub.casework.linking.groups import MOST_SAID, components, grouped, pairs_within
from hub.casework.linking.keys import block_keys_of
from hub.casework.linking.narrative import sketches
from hub.casework.linking.rows import Rows, picked, rows_of
from hub.casework.linking.score import Scorer, Verdict, Weighed, Weights
from hub.casework.linking.spill import Parts, Shelf, Spilled
from schemas.identity import KeyedHash

Array = NDArray[Any]

BLOCK = 2_048  # rows sealed together
BUCKET = 32  # blocks in memory at once, twice
PAIRS = 8_192  # pairs compared at once: their rows stay in the processor's cache
THREADS = 2
KEY_PARTS = 16
COMMON_NUMBER = 20
"""A reference number that more records bear is none of one matter: a batch, a form."""

# By the kind of a key: with how many of the next each of its bearers is compared, and how many may bear it. A name that
# many bear brings nobody together by itself; the names of both sides, the county or the text do.
_KINDS = b"rncpibwhtm"
_KIND_OF = np.zeros(256, dtype=np.uint8)
_KIND_OF[list(_KINDS)] = np.arange(len(_KINDS))
_WINDOW = np.array([COMMON_NUMBER, 3, 3, 6, 8, 12, 8, 8, 4, 4])
_BEARERS = np.array([COMMON_NUMBER, 12, 24, 24, *[2**31] * 6])
_CROWDED = 48  # bearers: of a text that more have, only those with the same `_order` are compared
_KEY = np.dtype([("key", "<u8"), ("order", "<u4"), ("kind", "u1"), ("record", "<u4")])
_EDGE = np.dtype([("one", "<u4"), ("other", "<u4"), ("weight", "<f4")])
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_LEAST = 0.01  # bits: a bound may lie at 0


class Prepared(NamedTuple):
    """A part made ready: refs, rows and its keys, whose ``record`` counts from 0."""

    refs: list[Ref]
    rows: Rows
    keys: Array


Part = Callable[[], Iterable[Prepared]]
"""Some thousand records, made ready by `prepare`; it is sent to another process and must be picklable."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run came to; ``asked`` pairs wait for a person."""

    records: int
    compared: int
    joined: int
    asked: int


class Linking:
    """All history, read and made ready; then its `groups` and `verdicts`. Close it, or use it as a context."""

    def __init__(
        self,
        features: Iterable[Features] | Iterable[Part],
        weights: Weights,
        *,
        keyed: KeyedHash,
        workers: int = 0,
    ) -> None:
        """Read everything, once. Parts are worked on by ``workers`` processes beside this one."""
        self.scorer = Scorer(weights)
        self._shelf, self._keys = Shelf(), Parts(KEY_PARTS, _KEY)
        self._homes: dict[str, int] = {}
        refs, names, phones, numbers = [], [], [], []
        for each in _prepared(features, keyed, workers):
            each.keys["record"] += self._shelf.starts[-1]
            self._shelf.put(each.rows)
            self._keys.put((each.keys["key"] % KEY_PARTS).astype(np.uint8), each.keys)
            refs.append(self._packed(each.refs))
            names += [_told(each.rows[side]["whole"]) for side in ("applicants", "respondents")]
            phones += [_told(_called(each.rows[side]["phone"])) for side in ("applicants", "respondents")]
            numbers.append(_told(each.rows["numbers"]))
        self._ref = np.concatenate(refs) if refs else np.empty((0, 2), dtype=np.int64)
        self._home = list(self._homes)
        self._name, self._name_count = _frequent(names, 2)
        self._phone, self._phone_count = _frequent(phones, 2)
        self._common, _ = _frequent(numbers, COMMON_NUMBER)
        self._firsts = range(0, len(self._shelf), BUCKET)
        self._starts = np.array([*(self._shelf.starts[first] for first in self._firsts), self._shelf.starts[-1]])

    def __enter__(self) -> "Linking":
        return self

    def __exit__(self, *error: object) -> None:
        self._shelf.close()
        self._keys.close()

    @property
    def counts(self) -> Counts:
        """What the run came to."""
        weight = self._edges["weight"]
        upper, lower = self.scorer.weights.upper, self.scorer.weights.lower
        joined = int((weight >= upper).sum())
        return Counts(len(self._ref), len(weight), joined, int((weight >= lower).sum()) - joined)

    def groups(self) -> Iterator[tuple[Ref, ...]]:
        """The groups of `hub.casework.linking.groups.gather` over all verdicts, in no order."""
        edges, weights = self._edges, self.scorer.weights
        edges = edges[(edges["weight"] >= weights.upper) | (edges["weight"] < weights.lower)]
        said = np.clip(edges["weight"], -MOST_SAID, MOST_SAID)
        joins = edges["weight"] >= weights.upper
        edges["weight"] = np.where(joins, np.maximum(said, _LEAST), np.minimum(said, -_LEAST))
        home, number = self._home, self._ref
        for group in grouped(edges, len(self._ref)):
            yield tuple(sorted([(home[at], id_) for at, id_ in number[group].tolist()]))

    @property
    def records(self) -> int:
        """How many were read."""
        return len(self._ref)

    def agreements(self) -> Iterator[tuple[Mapping[str, Array], Array]]:
        """Levels and weights of the pairs that share a key, some thousand at a time: nothing that names a record.

        In place of `groups` and `verdicts`: what shares a key can be read once.
        """
        for codes in self._candidates():
            for _, _, weighed, whole in self._weighed(codes):
                yield weighed.levels, whole

    def verdicts(self) -> Iterator[tuple[Ref, Ref, Verdict]]:
        """Every pair that is joined or asked about, the lesser ref first. Pairs that stay apart are not told."""
        told = self._edges
        told = told[told["weight"] >= self.scorer.weights.lower]
        for one, other, weighed, whole in self._weighed(told["one"].astype(np.uint64) << _HALF | told["other"]):
            for a, b, verdict in zip(one.tolist(), other.tolist(), self.scorer.verdicts(weighed, whole), strict=True):
                first, second = sorted((self._ref_of(a), self._ref_of(b)))
                yield first, second, verdict

    @cached_property
    def _edges(self) -> Array:
        """Every compared pair with its weight: those that share a key, then all others within what they join.

        The second step is what contradicts a chain: of three records the first and the last need not share a key.
        """
        edges = [self._compare(codes) for codes in self._candidates()]
        first = np.concatenate(edges) if edges else np.empty(0, dtype=_EDGE)
        edges.clear()
        joins = first[first["weight"] >= self.scorer.weights.upper]
        label = components(joins["one"], joins["other"], len(self._ref))
        inside = first[label[first["one"]] == label[first["other"]]]
        known = inside["one"].astype(np.uint64) << _HALF | inside["other"]
        return np.concatenate((first, self._compare(np.setdiff1d(pairs_within(label), known, assume_unique=True))))

    def _compare(self, codes: Array) -> Array:
        edges = [np.empty(0, dtype=_EDGE)]
        for one, other, _, whole in self._weighed(codes):
            edge = np.empty(len(one), dtype=_EDGE)
            edge["one"], edge["other"], edge["weight"] = one, other, whole
            edges.append(edge)
        return np.concatenate(edges)

    def _weighed(self, codes: Array) -> Iterator[tuple[Array, Array, Weighed, Array]]:
        """Records of each pair (``lesser << 32 | greater``), the parts of their weight and the whole."""
        codes = np.sort(codes)
        one, other = (codes >> _HALF).astype(np.int64), (codes & _LOW).astype(np.int64)
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
            a, b = one[first:last] - self._starts[at], other[first:last] - self._starts[there[first]]
            chunks = [slice(some, some + PAIRS) for some in range(0, last - first, PAIRS)]
            with ThreadPoolExecutor(THREADS) as pool:  # most of it is NumPy's work, which lets the other thread run
                found = pool.map(partial(self._weigh, mine, theirs), (a[c] for c in chunks), (b[c] for c in chunks))
                for chunk, (weighed, whole) in zip(chunks, found, strict=True):
                    yield one[first:last][chunk], other[first:last][chunk], weighed, whole

    def _weigh(self, mine: Rows, theirs: Rows, a: Array, b: Array) -> tuple[Weighed, Array]:
        return self.scorer.weigh(picked(mine, a), picked(theirs, b))

    def _bucket(self, at: int) -> Rows:
        """The rows of a bucket, their parties counted and common numbers taken out."""
        first = self._firsts[at]
        rows = self._shelf.take(first, min(first + BUCKET, len(self._shelf)))
        for side in ("applicants", "respondents"):
            who = rows[side]
            who["seen"] = np.where(who["hidden"], 0, _counted(who["whole"], self._name, self._name_count))
            who["called"] = _counted(_called(who["phone"]), self._phone, self._phone_count)
        rows["numbers"][np.isin(rows["numbers"], self._common)] = 0
        return rows

    def _candidates(self) -> Iterator[Array]:
        """Pairs that share a key, each once, by the bucket of the lesser record."""
        pairs = Parts(len(self._firsts), np.dtype("<u8"))
        with Spilled(pairs):
            for part in range(KEY_PARTS):
                for codes in _pairs(self._keys.take(part)):
                    lesser = (codes >> _HALF).astype(np.int64)
                    pairs.put(np.searchsorted(self._starts, lesser, side="right") - 1, codes)
            for bucket in range(len(self._firsts)):
                yield np.unique(pairs.take(bucket))

    def _packed(self, refs: list[Ref]) -> Array:
        homes = self._homes
        return np.array([(homes.setdefault(home, len(homes)), id_) for home, id_ in refs], dtype=np.int64)

    def _ref_of(self, record: int) -> Ref:
        home, id_ = self._ref[record].tolist()
        return self._home[home], id_


def _pairs(keys: Array) -> Iterator[Array]:
    """Pairs of records that share one of ``keys``: each with the next few, as far as the window of its kind goes."""
    keys = keys[np.lexsort((keys["record"], keys["order"], keys["key"]))]
    key, record, window = keys["key"], keys["record"].astype(np.uint64), _WINDOW[keys["kind"]]
    starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(keys) else np.empty(0, dtype=np.int64)
    size = np.diff(np.append(starts, len(keys)))
    bearers = np.repeat(size, size)
    crowded = (bearers > _CROWDED) & (keys["kind"] == _KINDS.index(b"t"))
    alive = np.flatnonzero(bearers <= _BEARERS[keys["kind"]])
    for step in range(1, int(_WINDOW.max()) + 1):
        alive = alive[alive + step < len(keys)]
        alive = alive[(key[alive] == key[alive + step]) & (window[alive] >= step)]
        alive = alive[~crowded[alive] | (keys["order"][alive] == keys["order"][alive + step])]
        a, b = record[alive], record[alive + step]
        yield np.minimum(a, b)[a != b] << _HALF | np.maximum(a, b)[a != b]


def link_all(
    features: Iterable[Features] | Iterable[Part], weights: Weights, *, keyed: KeyedHash, workers: int = 0
) -> Iterator[tuple[Ref, Ref, Verdict]]:
    """Verdicts on all history: pairs that are joined or asked about (see `Linking.verdicts`)."""
    with Linking(features, weights, keyed=keyed, workers=workers) as linking:
        yield from linking.verdicts()


def prepare(features: Sequence[Features], keyed: KeyedHash) -> Prepared:
    """Rows and keys of some thousand records."""
    sketched = sketches([each.text for each in features])
    found = block_keys_of(features, keyed, sketched)
    records = np.repeat(np.arange(len(found), dtype=np.uint32), list(map(len, found)))
    keys = np.empty(len(records), dtype=_KEY)
    flat = np.frombuffer(b"".join(chain.from_iterable(found)), dtype=np.uint8).reshape(len(records), -1)
    keys["key"] = np.ascontiguousarray(flat[:, 1:9]).view("<u8")[:, 0]
    keys["kind"] = _KIND_OF[flat[:, 0]]
    order = np.fromiter(map(_order, features), dtype=np.uint32, count=len(features))
    keys["order"] = order[records]
    keys["record"] = records
    return Prepared([each.ref for each in features], rows_of(features, sketched), keys)


def _order(features: Features) -> int:
    """What brings records together that share a common key: who is complained of, else the town."""
    if features.respondents and features.respondents[0].name:
        return crc32(features.respondents[0].name.encode("utf-8", "surrogatepass"))
    return features.place.region // 1_000 & 0xFFFFFFFF


def _prepared(features: Iterable[Features] | Iterable[Part], keyed: KeyedHash, workers: int) -> Iterator[Prepared]:
    told = iter(features)
    first = next(told, None)
    if isinstance(first, Features):
        plain: Iterator[Any] = chain((first,), told)
        while some := list(islice(plain, BLOCK)):
            yield prepare(some, keyed)
    elif first is not None:
        parts: Iterator[Any] = chain((first,), told)
        yield from _shared(parts, workers) if workers else chain.from_iterable(map(_work, parts))


def _shared(parts: Iterator[Part], workers: int) -> Iterator[Prepared]:
    """Parts in order, a few of them under way at a time; this process takes its turn with the ``workers``."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque[Future[list[Prepared]] | Part] = deque()
        for number, part in enumerate(parts):
            waiting.append(pool.submit(_work, part) if number % (workers + 1) else part)
            if len(waiting) > workers * 3 + 1:
                yield from _made(waiting.popleft())
        while waiting:
            yield from _made(waiting.popleft())


def _made(waiting: Future[list[Prepared]] | Part) -> list[Prepared]:
    return waiting.result() if isinstance(waiting, Future) else _work(waiting)


def _work(part: Part) -> list[Prepared]:
    looked = gc.isenabled()
    gc.disable()  # what is made of records holds no circles; looking for some is a fifth of the work
    try:
        return list(part())
    finally:
        if looked:
            gc.enable()


def _called(phone: Array) -> Array:
    """Phones (..., 11 signs) as numbers that tell them apart; 0 for none and for a masked one."""
    signs = np.ascontiguousarray(phone)
    last = np.ascontiguousarray(signs[..., 3:]).view("<u8")[..., 0]
    first = signs[..., 0].astype(np.uint64) << _HALF | np.ascontiguousarray(signs[..., 1:3]).view("<u2")[..., 0]
    told: Array = last ^ first * np.uint64(0x9E3779B97F4A7C15)
    told[(signs[..., 0] == 0) | (signs == ord("*")).any(axis=-1)] = 0
    return told


def _counted(values: Array, often: Array, counts: Array) -> Array:
    """How often each of ``values`` stands, as `_frequent` has counted."""
    at = np.searchsorted(often, values).clip(max=len(often) - 1)
    found: Array = np.where(often[at] == values, counts[at], 1)
    return found


def _told(values: Array) -> Array:
    flat: Array = values[values > 0]
    return flat


def _frequent(parts: list[Array], most: int) -> tuple[Array, Array]:
    """Values that stand more than ``most`` times, sorted, with their counts; never empty."""
    values, counts = np.unique(np.concatenate(parts or [np.empty(0, dtype=np.uint64)]), return_counts=True)
    often = counts > most
    if not often.any():
        return np.zeros(1, dtype=values.dtype), np.ones(1, dtype=np.int64)
    return values[often], counts[often]
