"""The file system an inbox lies on, and the one of this machine.

Paths are texts below the inbox, parts joined by a slash, the empty one being the inbox itself. Names that are no UTF-8
bear surrogates, as `os.fsdecode` gives them.
"""

import fcntl
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, Protocol

from hub.sources.decode import MalformedError

LINK = "a link, which the hub does not follow"


class Entry(NamedTuple):
    """What stands at a path itself, links not followed. ``changed`` only tells one state from another."""

    kind: Literal["file", "link", "other"]
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A file that is ours. ``open`` begins at its first byte, as often as wanted; ``release`` lets go of it."""

    size: int
    open: Callable[[], BinaryIO]
    release: Callable[[], None]


class Disk(Protocol):
    """What an inbox asks of a file system. Raises OSError as those do, and SourceError where it is out of reach."""

    def entries(self, folder: str) -> dict[str, Entry]:
        """What stands in a folder, by name. Raises FileNotFoundError."""
        ...

    def entry(self, path: str) -> Entry | None:
        """What stands at a path; None when nothing does."""
        ...

    def make_folder(self, path: str) -> None:
        """Make a folder unless it is there."""
        ...

    def reserve(self, path: str) -> bool:
        """Make an empty file; False when something is there."""
        ...

    def move(self, path: str, target: str) -> None:
        """Move a file or link to where at the most a reservation or an older companion stands."""
        ...

    def take(self, path: str, target: str) -> Hold | None:
        """Move a file to a name that is free, and hold it there; None when somebody else has it, or that name.

        Both may be the same. Raises MalformedError for a link.
        """
        ...

    def head(self, path: str, size: int) -> bytes:
        """The first bytes of a file. Raises MalformedError for a link."""
        ...

    def close(self) -> None:
        """Give back what it keeps open, but for files held."""
        ...


class LocalDisk:
    """A folder of this machine. What is held is locked (``flock``): one process holds a file, and a dead one none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entries(self, folder: str) -> dict[str, Entry]:
        """As `Disk` says."""
        with os.scandir(self._folder / folder) as found:
            return {each.name: _entry(each.stat(follow_symlinks=False)) for each in found}

    def entry(self, path: str) -> Entry | None:
        """As `Disk` says."""
        try:
            return _entry((self._folder / path).stat(follow_symlinks=False))
        except FileNotFoundError:
            return None

    def make_folder(self, path: str) -> None:
        """As `Disk` says."""
        (self._folder / path).mkdir(exist_ok=True)

    def reserve(self, path: str) -> bool:
        """As `Disk` says."""
        try:
            (self._folder / path).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def move(self, path: str, target: str) -> None:
        """As `Disk` says."""
        (self._folder / path).replace(self._folder / target)

    def take(self, path: str, target: str) -> Hold | None:
        """As `Disk` says."""
        here, there = self._folder / path, self._folder / target
        try:
            descriptor = _opened(here)
        except FileNotFoundError:
            return None
        try:
            if not _locked(descriptor) or not _same(descriptor, here) or (path != target and there.exists()):
                os.close(descriptor)
                return None
            if path != target:
                here.rename(there)
            return Hold(os.fstat(descriptor).st_size, lambda: _file(there), lambda: os.close(descriptor))
        except BaseException:
            os.close(descriptor)
            raise

    def head(self, path: str, size: int) -> bytes:
        """As `Disk` says."""
        with _file(self._folder / path) as file:
            return file.read(size)

    def close(self) -> None:
        """Nothing is kept open."""


def _entry(told: os.stat_result) -> Entry:
    kind: Literal["file", "link", "other"] = "other"
    if stat.S_ISREG(told.st_mode):
        kind = "file"
    elif stat.S_ISLNK(told.st_mode):
        kind = "link"
    return Entry(kind, told.st_size, told.st_mtime_ns)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        if path.is_symlink():
            raise MalformedError(LINK) from None
        raise


def _file(path: Path) -> BinaryIO:
    return os.fdopen(_opened(path), "rb")


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same(descriptor: int, path: Path) -> bool:
    """Whether the open file still stands at that path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False
