"""A file fetched once from elsewhere and then read as if it stood here; it has no name and is gone with the process."""

import errno
import io
import os
from collections.abc import Callable
from typing import BinaryIO, cast


class Spool:
    """A file fetched when it is first opened, and kept until it is closed."""

    def __init__(self, fetch: Callable[[], BinaryIO]) -> None:
        self._fetch, self._file = fetch, cast(BinaryIO | None, None)

    def open(self) -> BinaryIO:
        """From its first byte on, by a position of its own."""
        if self._file is None:
            self._file = self._fetch()
        return cast(BinaryIO, io.BufferedReader(_Reader(self._file.fileno())))

    def close(self) -> None:
        """Forget its bytes."""
        if self._file is not None:
            self._file.close()
            self._file = None


class _Reader(io.RawIOBase):
    """An open file read by a position of its own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._position = descriptor, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        begin = (0, self._position, os.fstat(self._descriptor).st_size)[whence]
        if begin + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._position = begin + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        count = os.preadv(self._descriptor, [buffer], self._position)
        self._position += count
        return count
