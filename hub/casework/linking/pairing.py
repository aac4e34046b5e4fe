"""Pairs of records to compare, out of their keys.

A key that few records bear makes pairs of all of them; of one that many bear each is compared with the next few in an
order that brings likely ones together.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from hub.casework.linking.features import Features

Array = NDArray[Any]

COMMON_NUMBER = 20
"""A reference number that more records bear is none of one matter: a batch, a form."""

# By the kind of a key: with how many of the next each of its bearers is compared, and how many may bear it. A name that
# many bear brings nobody together by itself; the names of both sides, the county or the text do. `reach` says the same
# of a record that comes by itself.
_KINDS = b"rncpibwhtm"
_KIND_OF = np.zeros(256, dtype=np.uint8)
_KIND_OF[list(_KINDS)] = np.arange(len(_KINDS))
_WINDOW = np.array([COMMON_NUMBER, 3, 3, 6, 8, 12, 8, 8, 4, 4])
_BEARERS = np.array([COMMON_NUMBER, 12, 24, 24, *[2**31] * 6])
_CROWDED = 48  # bearers: of a text that more have, only those with the same `_order` are compared

KEY = np.dtype([("key", "<u8"), ("order", "<u4"), ("kind", "u1"), ("record", "<u4")])
"""A key of a record: half of its hash, where the record stands among its bearers, its kind."""

HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def reach(key: bytes, bearers: int) -> int:
    """With how many others of a key's ``bearers`` one of them is compared at the most, the newest first."""
    kind = _KIND_OF[key[0]]
    return 0 if bearers > _BEARERS[kind] else int(2 * _WINDOW[kind])  # as many before it as after it


def ends(codes: Array) -> tuple[Array, Array]:
    """The records of pairs written as ``lesser << 32 | greater``."""
    return (codes >> HALF).astype(np.int64), (codes & LOW).astype(np.int64)


def coded(one: Array, other: Array) -> Array:
    """Pairs as ``lesser << 32 | greater``; ``one`` is the lesser."""
    codes: Array = one.astype(np.uint64) << HALF | other.astype(np.uint64)
    return codes


def keys_of(features: Sequence[Features], found: Sequence[Sequence[bytes]]) -> Array:
    """The keys (`KEY`) of records by `hub.casework.linking.keys.block_keys_of`; ``record`` counts from 0."""
    records = np.repeat(np.arange(len(found), dtype=np.uint32), list(map(len, found)))
    keys = np.empty(len(records), dtype=KEY)
    flat = np.frombuffer(b"".join(chain.from_iterable(found)), dtype=np.uint8).reshape(len(records), -1)
    keys["key"] = np.ascontiguousarray(flat[:, 1:9]).view("<u8")[:, 0]
    keys["kind"] = _KIND_OF[flat[:, 0]]
    order = np.fromiter(map(_order, features), dtype=np.uint32, count=len(features))
    keys["order"] = order[records]
    keys["record"] = records
    return keys


def _order(features: Features) -> int:
    """What brings records together that share a common key: who is complained of, else the town."""
    if features.respondents and features.respondents[0].name:
        return crc32(features.respondents[0].name.encode("utf-8", "surrogatepass"))
    return features.place.region // 1_000 & 0xFFFFFFFF


def pairs_of(keys: Array) -> Array:
    """Pairs of records that share one of ``keys``: each with the next few, as far as the window of its kind goes.

    A pair that shares several keys stands there several times.
    """
    keys = keys[np.lexsort((keys["record"], keys["order"], keys["key"]))]
    key, record, window = keys["key"], keys["record"].astype(np.uint64), _WINDOW[keys["kind"]]
    starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(keys) else np.empty(0, dtype=np.int64)
    size = np.diff(np.append(starts, len(keys)))
    bearers = np.repeat(size, size)
    crowded = (bearers > _CROWDED) & (keys["kind"] == _KINDS.index(b"t"))
    alive = np.flatnonzero(bearers <= _BEARERS[keys["kind"]])
    return np.concatenate([*_steps(key, keys["order"], record, window, crowded, alive), np.empty(0, dtype=np.uint64)])


def _steps(key: Array, order: Array, record: Array, window: Array, crowded: Array, alive: Array) -> Iterator[Array]:
    for step in range(1, int(_WINDOW.max()) + 1):
        alive = alive[alive + step < len(key)]
        alive = alive[(key[alive] == key[alive + step]) & (window[alive] >= step)]
        alive = alive[~crowded[alive] | (order[alive] == order[alive + step])]
        a, b = record[alive], record[alive + step]
        yield coded(np.minimum(a, b)[a != b], np.maximum(a, b)[a != b])
