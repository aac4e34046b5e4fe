"""What the linking of all history puts away on disk, so that memory stays flat: rows sealed, the rest by parts."""

from collections.abc import Sequence
from secrets import token_bytes
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from hub.casework.linking.rows import ROW, Rows

Array = NDArray[Any]


class Shelf:
    """Rows in blocks, each sealed (AES-256-GCM) under a key that dies with the process; the file has no name."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed with the shelf
        self._seal = AESGCM(token_bytes(32))
        self._spots: list[tuple[int, int]] = []
        self.starts = [0]

    def put(self, rows: Rows) -> None:
        """Append a block."""
        number = len(self._spots)
        sealed = self._seal.encrypt(number.to_bytes(12, "big"), rows.tobytes(), None)
        self._spots.append((self._file.seek(0, 2), len(sealed)))
        self._file.write(sealed)
        self.starts.append(self.starts[-1] + len(rows))

    def take(self, first: int, last: int) -> Rows:
        """The rows of blocks ``first`` to before ``last``."""
        parts = []
        for number in range(first, last):
            spot, size = self._spots[number]
            self._file.seek(spot)
            opened = self._seal.decrypt(number.to_bytes(12, "big"), self._file.read(size), None)
            parts.append(np.frombuffer(opened, dtype=ROW))
        return np.concatenate(parts) if parts else np.empty(0, dtype=ROW)

    def pick(self, wanted: Array) -> Rows:
        """The rows with these numbers, which are sorted."""
        parts = [np.empty(0, dtype=ROW)]
        block = np.searchsorted(self.starts, wanted, side="right") - 1
        numbers, counts = np.unique(block, return_counts=True)
        lasts = np.cumsum(counts)
        for number, first, last in zip(numbers.tolist(), lasts - counts, lasts, strict=True):
            parts.append(self.take(number, number + 1)[wanted[first:last] - self.starts[number]])
        return np.concatenate(parts)

    def __len__(self) -> int:
        return len(self._spots)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class Parts:
    """Arrays of one dtype in files by part, each written in any order and read once."""

    def __init__(self, count: int, dtype: np.dtype[Any]) -> None:
        self.count, self.dtype = count, dtype
        self._files: dict[int, Any] = {}

    def put(self, part: Array, values: Array) -> None:
        """Append each value to the part named beside it."""
        if len(values) == 0:
            return
        order = np.argsort(part, kind="stable")
        part, values = part[order], values[order]
        numbers, starts = np.unique(part, return_index=True)
        for number, values_of in zip(numbers.tolist(), np.split(values, starts[1:]), strict=True):
            if number not in self._files:
                self._files[number] = TemporaryFile(buffering=0)  # noqa: SIM115 - closed when read
            self._files[number].write(np.ascontiguousarray(values_of).data)

    def take(self, number: int) -> Array:
        """All values of a part; its file is gone after that."""
        file = self._files.pop(number, None)
        if file is None:
            return np.empty(0, dtype=self.dtype)
        with file:
            file.seek(0)
            return np.frombuffer(file.read(), dtype=self.dtype)

    def close(self) -> None:
        """Let go of the files that were not read."""
        for file in self._files.values():
            file.close()


class Spilled:
    """A shelf and parts that are closed together."""

    def __init__(self, *open_: Shelf | Parts) -> None:
        self._open: Sequence[Shelf | Parts] = open_

    def __enter__(self) -> "Spilled":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for each in self._open:
            each.close()
