"""ZIP archives, opened with care: what is too large, leads out of the archive or hides another one is refused whole.

Nothing is ever unpacked to disk. Rules: at most 10,000 members, 2 GiB unpacked, a hundred times its packed size; no
password, link, path that leads elsewhere, name met twice or archive inside.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO, Final, cast

from hub.sources.decode import MalformedError
from hub.sources.files.content import CHUNK, Content

MEMBERS_MAX: Final = 10_000
UNPACKED_MAX: Final = 2 * 2**30
RATIO_MAX: Final = 100
RATIO_FROM: Final = 2**20
"""Unpacked bytes below which no ratio is held against an archive: short tables of one value pack that well."""

_ENCRYPTED: Final = 0x1
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@contextmanager
def members(content: Content, *, unpacked_max: int = UNPACKED_MAX) -> Iterator[list[Content]]:
    """The files of an archive in the order of their names, to be read inside ``with``. Raises MalformedError.

    Folders, and what macOS and Windows put beside the files (``__MACOSX``, names that begin with a dot), are left out.
    """
    with content.open() as file:
        try:
            archive = zipfile.ZipFile(file)
        except _BROKEN:
            raise MalformedError("no ZIP archive, or one that is cut off") from None
        with archive:
            found = archive.infolist()
            _guard(found, unpacked_max)
            yield sorted((_member(archive, info) for info in found if _wanted(info)), key=lambda each: each.name)


def prove(content: Content) -> None:
    """Unpack a member to its end, its check sum compared. Raises MalformedError."""
    try:
        with content.open() as file:
            while file.read(CHUNK):
                pass
    except _BROKEN:
        raise MalformedError("a member of the archive that cannot be unpacked whole") from None


def _guard(found: list[zipfile.ZipInfo], unpacked_max: int) -> None:
    if len(found) > MEMBERS_MAX:
        raise MalformedError(f"an archive of more than {MEMBERS_MAX} members")
    if len({info.filename for info in found}) < len(found):
        raise MalformedError("an archive with two members of one name")
    unpacked = sum(info.file_size for info in found)  # zipfile reads no member further than it says here
    if unpacked > unpacked_max:
        raise MalformedError(f"an archive of more than {unpacked_max} bytes unpacked")
    if unpacked > RATIO_FROM and unpacked > RATIO_MAX * sum(info.compress_size for info in found):
        raise MalformedError(f"an archive of more than {RATIO_MAX} times its size unpacked")
    for info in found:
        if info.flag_bits & _ENCRYPTED:
            raise MalformedError("an archive with a password")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise MalformedError("an archive with a link")
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or info.filename[1:2] == ":":
            raise MalformedError("an archive with a path that leads out of it")


def _wanted(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    return not info.is_dir() and parts[0] != "__MACOSX" and not parts[-1].startswith(".")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Content:
    return Content(info.filename, info.file_size, lambda: cast(BinaryIO, archive.open(info)))
