"""Narratives by the pairs of characters in them: a sketch of each text, from which likeness is read off.

One-permutation MinHash (Li, Owen, Zhang 2012): each pair of neighbouring characters falls into one of `BINS` by its
hash; a bin keeps its least value. The share of equal bins estimates the Jaccard likeness of two texts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 128
BANDS, WIDTH = 4, 3
"""Keys a text is found by, and how many independent least values one is made of."""

SHORTEST = 12  # pairs: less text tells nothing
_EMPTY = np.uint32(0xFFFFFFFF)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_LETTERS = np.zeros(0x110000, dtype=bool)  # signs that count; blanks, punctuation and symbols do not
_LETTERS[0x3400:0xA000] = True
_LETTERS[0x20000:0x32000] = True
for _first, _last in ("09", "AZ", "az"):
    _LETTERS[ord(_first) : ord(_last) + 1] = True

Array = NDArray[Any]


def sketches(texts: Sequence[str]) -> tuple[Array, Array]:
    """Least values (n, `BINS`, uint32) and numbers of pairs (n, uint32) of texts; an empty bin holds the largest value.

    All texts are worked on at once: a text by itself costs as much as dozens together.
    """
    count = len(texts)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=count)
    signs = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(count, dtype=np.int64), lengths)
    kept = _LETTERS[signs]
    signs, owner = signs[kept].astype(np.uint64), owner[kept]
    inside = owner[:-1] == owner[1:]
    pairs = (signs[:-1] << np.uint64(21) | signs[1:])[inside]
    owner = owner[:-1][inside]
    mixed = pairs * _SPREAD
    mixed ^= mixed >> np.uint64(29)
    mixed *= _SPREAD
    mixed >>= np.uint64(20)
    least = np.full(count * BINS, _EMPTY, dtype=np.uint32)
    place = owner * BINS + (mixed & np.uint64(BINS - 1)).astype(np.int64)
    np.minimum.at(least, place, ((mixed >> np.uint64(7)) & np.uint64(0x7FFFFFFF)).astype(np.uint32))
    return least.reshape(count, BINS), np.bincount(owner, minlength=count).astype(np.uint32)


def short(least: Array) -> Array:
    """Sketches in a byte a bin (0: empty), for `likeness`."""
    small = (least % np.uint32(255) + np.uint32(1)).astype(np.uint8)
    small[least == _EMPTY] = 0
    return small


def likeness(one: Array, other: Array) -> Array:
    """The estimated Jaccard likeness of texts, row by row of two short sketches; 0 to 1, within 0.09 mostly."""
    told = np.count_nonzero(one | other, axis=1)
    equal = np.count_nonzero((one == other) & (one != 0), axis=1)
    share: Array = (equal / np.maximum(told, 1)).astype(np.float32)
    return share


def bands(least: Array, pairs: Array) -> list[list[bytes]]:
    """Values that near-equal texts (from 0.8 on) share nearly always and others hardly ever; none of a short text."""
    each = BINS // (BANDS * WIDTH)
    values = least[:, : each * BANDS * WIDTH].reshape(len(least), BANDS * WIDTH, each).min(axis=2)
    packed = np.ascontiguousarray(values).view(np.uint8).reshape(len(least), BANDS, WIDTH * 4)
    return [
        [bytes((number,)) + band.tobytes() for number, band in enumerate(rows)] if enough else []
        for rows, enough in zip(packed, pairs >= SHORTEST * 2, strict=True)
    ]
