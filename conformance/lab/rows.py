"""The rows of one simulated source: a small table that tests may change while the hub reads it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any

Row = dict[str, Any]
Rank = tuple[str, Any]


class RawRow(Row):
    """A row that leaves the lab as the very text it came in, duplicate keys and all. ``raw`` is JSON in UTF-8."""

    def __init__(self, raw: bytes, fields: Row) -> None:
        super().__init__(fields)
        self.raw = raw


@dataclass(frozen=True, slots=True)
class Entry:
    """One row ready to be served: ``moment`` is its update time, ``place`` its key, as the wire compares them."""

    moment: str
    place: Any
    row: Row
    encoded: bytes

    @property
    def rank(self) -> Rank:
        """Order of the table: update time, then key."""
        return (self.moment, self.place)


class Snapshot:
    """The table at one instant, never changed: entries by (moment, place).

    Selections are remembered, since the pages of one read ask for the same one again and again.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.rank)
        self._moments = [entry.moment for entry in self.entries]
        self._ranks = [entry.rank for entry in self.entries]
        self._by_place: dict[tuple[int, int], Sequence[Entry]] = {}

    def between(self, low: str = "", high: str | None = None) -> Sequence[Entry]:
        """Entries with ``low <= moment <= high``, by key: an order no update can change. None is no upper bound."""
        start = bisect_left(self._moments, low)
        stop = len(self.entries) if high is None else bisect_right(self._moments, high)
        found = self._by_place.get((start, stop))
        if found is None:
            if len(self._by_place) > 64:
                self._by_place.clear()
            found = self._by_place[start, stop] = sorted(self.entries[start:stop], key=lambda entry: entry.place)
        return found

    def after(self, low: str, rank: Rank | None) -> Sequence[Entry]:
        """Entries with ``moment >= low`` and beyond ``rank``, by (moment, place)."""
        return self.entries[self.position(low, rank) :]

    def position(self, low: str, rank: Rank | None) -> int:
        """Where `after` begins."""
        start = bisect_left(self._moments, low)
        return start if rank is None else max(start, bisect_right(self._ranks, rank))


class Rows:
    """A table under a lock. Keys need not be unique: real sources repeat themselves, and the hub accounts for it."""

    def __init__(
        self, rows: Iterable[Row], *, key: str, rank: Callable[[Row], Rank], encode: Callable[[Row], bytes]
    ) -> None:
        self._key, self._rank, self._encode = key, rank, encode
        self._lock = RLock()
        self._entries = [self._entry(row) for row in rows]
        self._snapshot: Snapshot | None = None

    def _entry(self, row: Row) -> Entry:
        moment, place = self._rank(row)
        return Entry(moment, place, row, self._encode(row))

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Row]:
        with self._lock:
            return iter([entry.row for entry in self._entries])

    def add(self, *rows: Row) -> None:
        """Add rows; a row older than what a reader has already seen is a late row."""
        with self._lock:
            self._entries += [self._entry(row) for row in rows]
            self._snapshot = None

    def update(self, key: object, **changes: Any) -> None:
        """Change every row of that key. Raises KeyError when there is none."""
        with self._lock:
            spots = [n for n, entry in enumerate(self._entries) if self._is(entry, key)]
            if not spots:
                raise KeyError(key)
            for spot in spots:
                self._entries[spot] = self._entry(self._entries[spot].row | changes)
            self._snapshot = None

    def delete(self, key: object) -> None:
        """Take every row of that key away, without a tombstone. Raises KeyError when there is none."""
        with self._lock:
            left = [entry for entry in self._entries if not self._is(entry, key)]
            if len(left) == len(self._entries):
                raise KeyError(key)
            self._entries, self._snapshot = left, None

    def _is(self, entry: Entry, key: object) -> bool:
        """Whether the entry bears the key, as text: a hub knows 17 as "17"; a row without one bears none."""
        return self._key in entry.row and str(entry.row[self._key]) == str(key)

    def snapshot(self) -> Snapshot:
        """The table as it stands; the same object until something changes."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = Snapshot(self._entries)
            return self._snapshot
