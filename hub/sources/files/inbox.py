"""A folder into which files are dropped: which are whole, taking one so that nobody else does, putting it away.

    <folder>/a.csv                   as it came
    <folder>/.claimed/a.csv          being read
    <folder>/done/202603/a.csv       its rows are committed
    <folder>/refused/202603/a.csv    it cannot be opened

A file is claimed by renaming it. What stands claimed and is held by nobody was left by a crash, and is taken again. A
companion (marker or manifest) goes with its file. Nothing is deleted, nothing overwritten, no link followed.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from hub.sources.files.content import Content
from hub.sources.files.disk import Disk, Hold

CLAIMED: Final = ".claimed"
DONE: Final = "done"
REFUSED: Final = "refused"


class LinkError(OSError):
    """A link where a folder of our own is expected."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that is ours until it is put away; ``companion`` is where its own stands, empty without one."""

    name: str
    companion: str
    hold: Hold

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{CLAIMED}/{self.name}"

    @property
    def content(self) -> Content:
        """Its bytes."""
        return Content(self.name, self.hold.size, self.hold.open)


class Inbox:
    """One folder. Every method raises what its disk raises, and `LinkError`."""

    def __init__(self, disk: Disk, companion: str = "") -> None:
        """``companion`` is what the name of a marker or manifest has beyond that of its file; empty: there is none."""
        self.disk, self.companion = disk, companion

    def names(self) -> dict[str, tuple[int, int]]:
        """Files in the inbox with size in bytes and mark of change; no hidden ones, companions or folders.

        Links are among them: `claim` refuses them.
        """
        return self._files("")

    def left(self) -> list[str]:
        """Files that stand claimed, whether somebody still reads them or not, by name."""
        self._refuse_link(CLAIMED)
        try:
            return sorted(self._files(CLAIMED))
        except FileNotFoundError:
            return []

    def accompanied(self, name: str) -> bool:
        """Whether the companion of that file is there, and not empty: one that is being written says nothing yet."""
        entry = self.disk.entry(name + self.companion)
        return entry is not None and entry.kind != "other" and entry.size > 0

    def claim(self, name: str, *, left: bool = False) -> Claim | None:
        """Take a file of the inbox, or one that is ``left`` claimed; None when somebody else has it.

        A file whose name is claimed already waits until the other one is put away. Raises MalformedError for a link.
        """
        self._room(CLAIMED)
        there = f"{CLAIMED}/{name}"
        hold = self.disk.take(there if left else name, there)
        if hold is None:
            return None
        try:
            return Claim(name, self._bring(name, left=left), hold)
        except BaseException:
            hold.release()
            raise

    def said(self, claim: Claim, limit: int) -> bytes:
        """What the companion of a claimed file says, its first ``limit`` bytes; nothing without one."""
        return self.disk.head(claim.companion, limit) if claim.companion else b""

    def put_away(self, claim: Claim, room: str, month: str) -> None:
        """Move a claimed file with its companion to ``done`` or ``refused``, and let go of it."""
        shelf = self._shelf(room, month)
        target = self._reserved(shelf, claim.name)
        self.disk.move(claim.place, target)
        if claim.companion:
            self.disk.move(claim.companion, self._reserved(shelf, PurePosixPath(target).name + self.companion))
        claim.hold.release()

    def put_link_away(self, name: str, month: str) -> None:
        """Move a link, not what it leads to, to ``refused``."""
        self.disk.move(name, self._reserved(self._shelf(REFUSED, month), name))

    def _files(self, folder: str) -> dict[str, tuple[int, int]]:
        return {
            name: (entry.size, entry.changed)
            for name, entry in self.disk.entries(folder).items()
            if entry.kind != "other"
            and not name.startswith(".")
            and not (self.companion and name.endswith(self.companion))
        }

    def _bring(self, name: str, *, left: bool) -> str:
        """The companion of a claimed file, brought to it; a crash may have left it in the inbox.

        What stands beside a file newly claimed is of one put away before.
        """
        if not self.companion:
            return ""
        here, there = name + self.companion, f"{CLAIMED}/{name}{self.companion}"
        beside = self.disk.entry(there) is not None
        if not (left and beside) and self.disk.entry(here) is not None:
            self.disk.move(here, there)
            beside = True
        return there if beside else ""

    def _shelf(self, room: str, month: str) -> str:
        self._room(room)
        shelf = f"{room}/{month}"
        self._room(shelf)
        return shelf

    def _room(self, path: str) -> None:
        """A folder of ours, made when it is not there. Raises LinkError."""
        self._refuse_link(path)
        self.disk.make_folder(path)

    def _refuse_link(self, path: str) -> None:
        entry = self.disk.entry(path)
        if entry is not None and entry.kind == "link":
            raise LinkError(f"{path} is a link")

    def _reserved(self, shelf: str, name: str) -> str:
        """A free name on a shelf, taken by an empty file: ``a.csv``, ``a.2.csv``, ``a.3.csv``."""
        number, path = 1, PurePosixPath(shelf) / name
        while not self.disk.reserve(str(path)):
            number += 1
            path = path.with_stem(f"{PurePosixPath(name).stem}.{number}")
        return str(path)
