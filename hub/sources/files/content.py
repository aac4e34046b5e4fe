"""One file's bytes, wherever they lie, and what stands at their beginning."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

CHUNK: Final = 2**18
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file in a folder or in an archive. ``open`` begins at its first byte, as often as wanted; ``size`` in bytes."""

    name: str
    size: int
    open: Callable[[], BinaryIO]

    @property
    def suffix(self) -> str:
        """The end of its name from the last dot on, lower case; empty without one."""
        head, dot, tail = self.name.rpartition(".")
        return f".{tail.lower()}" if head and dot else ""

    def chunks(self) -> Iterator[bytes]:
        """All of it, a piece at a time."""
        with self.open() as file:
            while data := file.read(CHUNK):
                yield data

    def head(self, size: int) -> bytes:
        """Its first bytes."""
        with self.open() as file:
            return file.read(size)
