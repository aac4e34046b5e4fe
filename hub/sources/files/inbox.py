"""A folder into which files are dropped: which are whole, taking one so that nobody else does, putting it away.

    <folder>/a.csv                   as it came
    <folder>/.claimed/a.csv          being read; the hub that reads it holds its lock
    <folder>/done/202603/a.csv       its rows are committed
    <folder>/refused/202603/a.csv    it cannot be opened

A file is locked (``flock``), then renamed. What stands claimed without a lock was left by a crash, and is taken again.
A companion (marker or manifest) goes with its file. Nothing is deleted, nothing overwritten, no link followed.
"""

import fcntl
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from hub.sources.decode import MalformedError
from hub.sources.files.content import Content

CLAIMED: Final = ".claimed"
DONE: Final = "done"
REFUSED: Final = "refused"


class LinkError(OSError):
    """A link where a folder of our own is expected."""


@dataclass(slots=True)
class Claim:
    """A file that is ours until it is put away."""

    name: str
    place: Path
    companion: Path | None
    size: int
    descriptor: int

    @property
    def content(self) -> Content:
        """Its bytes."""
        return Content(self.name, self.size, lambda: _file(self.place))

    def said(self, limit: int) -> bytes:
        """What its companion says, its first ``limit`` bytes; nothing without one."""
        if self.companion is None:
            return b""
        with _file(self.companion) as file:
            return file.read(limit)


class Inbox:
    """One folder. Every method raises OSError as the file system does, and `LinkError`."""

    def __init__(self, folder: Path, companion: str = "") -> None:
        """``companion`` is what the name of a marker or manifest has beyond that of its file; empty: there is none."""
        self.folder, self.companion = folder, companion

    def names(self) -> dict[str, tuple[int, int]]:
        """Files in the inbox with size in bytes and time of change in ns; no hidden ones, companions or folders.

        Links are among them: `claim` refuses them.
        """
        return self._files(self.folder)

    def left(self) -> list[str]:
        """Files that stand claimed, whether somebody still reads them or not, by name."""
        try:
            return sorted(self._files(self._own(CLAIMED)))
        except FileNotFoundError:
            return []

    def accompanied(self, name: str) -> bool:
        """Whether the companion of that file is there, and not empty: one that is being written says nothing yet."""
        path = self.folder / (name + self.companion)
        return path.is_file() and path.stat().st_size > 0

    def claim(self, name: str, *, left: bool = False) -> Claim | None:
        """Take a file of the inbox, or one that is ``left`` claimed; None when somebody else has it.

        A file whose name is claimed already waits until the other one is put away. Raises MalformedError for a link.
        """
        claimed = self._own(CLAIMED)
        claimed.mkdir(exist_ok=True)
        here, there = (claimed if left else self.folder) / name, claimed / name
        try:
            descriptor = _opened(here)
        except FileNotFoundError:
            return None
        try:
            if not _locked(descriptor) or not _same(descriptor, here) or (not left and there.exists()):
                os.close(descriptor)
                return None
            if not left:
                here.rename(there)
            return Claim(name, there, self._bring(name, left=left), os.fstat(descriptor).st_size, descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    def put_away(self, claim: Claim, room: str, month: str) -> None:
        """Move a claimed file with its companion to ``done`` or ``refused``, and let go of it."""
        shelf = self._own(room)
        shelf.mkdir(exist_ok=True)
        shelf = self._own(f"{room}/{month}")
        shelf.mkdir(exist_ok=True)
        target = _reserved(shelf, claim.name)
        claim.place.replace(target)
        if claim.companion is not None:
            claim.companion.replace(_reserved(shelf, target.name + self.companion))
        self.release(claim)

    def put_link_away(self, name: str, month: str) -> None:
        """Move a link, not what it leads to, to ``refused``."""
        for part in (REFUSED, f"{REFUSED}/{month}"):
            self._own(part).mkdir(exist_ok=True)
        (self.folder / name).replace(_reserved(self._own(f"{REFUSED}/{month}"), name))

    def release(self, claim: Claim) -> None:
        """Let go of a file where it stands: it is the first to be read again."""
        os.close(claim.descriptor)

    def _files(self, folder: Path) -> dict[str, tuple[int, int]]:
        found = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or (self.companion and entry.name.endswith(self.companion)):
                    continue
                told = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(told.st_mode) or stat.S_ISLNK(told.st_mode):
                    found[entry.name] = (told.st_size, told.st_mtime_ns)
        return found

    def _bring(self, name: str, *, left: bool) -> Path | None:
        """The companion of a claimed file, brought to it; a crash may have left it in the inbox.

        What stands beside a file newly claimed is of one put away before.
        """
        if not self.companion:
            return None
        here, there = self.folder / (name + self.companion), self._own(CLAIMED) / (name + self.companion)
        if here.exists() and not (left and there.exists()):
            here.replace(there)
        return there if there.exists() else None

    def _own(self, name: str) -> Path:
        """A folder of ours inside this one; it need not be there. Raises LinkError."""
        path = self.folder / name
        if path.is_symlink():
            raise LinkError(f"{name} is a link")
        return path


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        if path.is_symlink():
            raise MalformedError("a link, which the hub does not follow") from None
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


def _reserved(shelf: Path, name: str) -> Path:
    """A free name on a shelf, taken by an empty file: ``a.csv``, ``a.2.csv``, ``a.3.csv``."""
    number = 1
    while True:
        path = shelf / name if number == 1 else (shelf / name).with_stem(f"{Path(name).stem}.{number}")
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            number += 1
        else:
            return path
