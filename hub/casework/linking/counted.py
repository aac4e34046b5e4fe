"""How often names, phones and numbers stand in all history, written into the rows once: what is common tells little."""

from collections.abc import Iterable

import numpy as np

from hub.casework.linking.pairing import COMMON_NUMBER, HALF, Array
from hub.casework.linking.rows import Rows
from hub.casework.linking.spill import Shelf

SIDES = ("applicants", "respondents")


class Counts:
    """What stands in the rows it is told of, counted in numbers of a few bytes."""

    def __init__(self) -> None:
        self._names: list[Array] = []
        self._phones: list[Array] = []
        self._numbers: list[Array] = []

    def tell(self, rows: Rows) -> None:
        """Count these too."""
        self._names += [_told(rows[side]["whole"]) for side in SIDES]
        self._phones += [_told(_called(rows[side]["phone"])) for side in SIDES]
        self._numbers.append(_told(rows["numbers"]))

    def written(self, shelf: Shelf) -> Shelf:
        """Another shelf with the same rows, their parties counted and common numbers taken out; closes the first."""
        names, phones = _frequent(self._names, 2), _frequent(self._phones, 2)
        common, _ = _frequent(self._numbers, COMMON_NUMBER)
        counted = Shelf()
        for block in range(len(shelf)):
            rows = shelf.take(block, block + 1)
            for side in SIDES:
                who = rows[side]
                who["seen"] = np.where(who["hidden"], 0, _counted(who["whole"], *names))
                who["called"] = _counted(_called(who["phone"]), *phones)
            rows["numbers"][np.isin(rows["numbers"], common)] = 0
            counted.put(rows)
        shelf.close()
        return counted


def _called(phone: Array) -> Array:
    """Phones (..., 11 signs) as numbers that tell them apart; 0 for none and for a masked one."""
    signs = np.ascontiguousarray(phone)
    last = np.ascontiguousarray(signs[..., 3:]).view("<u8")[..., 0]
    first = signs[..., 0].astype(np.uint64) << HALF | np.ascontiguousarray(signs[..., 1:3]).view("<u2")[..., 0]
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


def _frequent(parts: Iterable[Array], most: int) -> tuple[Array, Array]:
    """Values that stand more than ``most`` times, sorted, with their counts; never empty."""
    values, counts = np.unique(np.concatenate([*parts, np.empty(0, dtype=np.uint64)]), return_counts=True)
    often = counts > most
    if not often.any():
        return np.zeros(1, dtype=values.dtype), np.ones(1, dtype=np.int64)
    return values[often], counts[often]
