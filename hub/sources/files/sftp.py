"""An inbox that lies on another host, spoken to by SFTP.

There are no locks over SFTP, so one source reads a remote folder, and takes what it finds claimed there for its own. A
claimed file is fetched whole before its first row. A move whose answer is lost is left as it is: the next read finds
the file where it stands.
"""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Final, Literal, cast

import asyncssh
from asyncssh import SFTPClient

from hub.errors import SourceUnavailable
from hub.sources.decode import MalformedError
from hub.sources.exchange import HttpLimits
from hub.sources.failures import Spot
from hub.sources.files.content import CHUNK
from hub.sources.files.disk import LINK, Entry, Hold
from hub.sources.files.sftp_host import SftpHost
from hub.sources.files.spool import Spool

FILE_MAX: Final = 2 * 2**30
"""Bytes of a file that is fetched."""


class SftpDisk:
    """`hub.sources.files.disk.Disk` over the folder of a host. ``spot`` is where its own errors stand.

    Of ``limits``, ``read_s`` bounds each answer and each piece of a file, ``total_s`` a listing.
    """

    def __init__(
        self, host: SftpHost, folder: str, *, limits: HttpLimits, spot: Spot, should_stop: Callable[[], bool]
    ) -> None:
        self._host, self._folder, self._limits = host, folder.rstrip("/"), limits
        self._spot, self._should_stop = spot, should_stop

    def entries(self, folder: str) -> dict[str, Entry]:
        """As `Disk` says."""

        async def listed(sftp: SFTPClient) -> dict[str, Entry]:
            found = await sftp.readdir(self._at(folder))
            return {str(each.filename): _entry(each.attrs) for each in found if each.filename not in (".", "..")}

        return self._host.look(listed, self._limits.total_s)

    def entry(self, path: str) -> Entry | None:
        """As `Disk` says."""

        async def told(sftp: SFTPClient) -> Entry:
            return _entry(await sftp.lstat(self._at(path)))

        try:
            return self._host.look(told, self._limits.read_s)
        except FileNotFoundError:
            return None

    def make_folder(self, path: str) -> None:
        """As `Disk` says."""
        if self.entry(path) is not None:
            return
        try:
            self._host.do(lambda sftp: sftp.mkdir(self._at(path)))
        except OSError:  # before version 6 nothing tells that somebody else was first
            if self.entry(path) is None:
                raise

    def reserve(self, path: str) -> bool:
        """As `Disk` says."""
        if self.entry(path) is not None:
            return False

        async def made(sftp: SFTPClient) -> None:
            async with sftp.open(self._at(path), "xb"):
                pass

        try:
            self._host.do(made)
        except OSError:
            if self.entry(path) is None:
                raise
            return False
        return True

    def move(self, path: str, target: str) -> None:
        """As `Disk` says. A host that cannot replace has the target removed first."""

        async def moved(sftp: SFTPClient) -> None:
            try:
                await sftp.posix_rename(self._at(path), self._at(target))
            except asyncssh.SFTPOpUnsupported:
                with suppress(asyncssh.SFTPNoSuchFile):
                    await sftp.remove(self._at(target))
                await sftp.rename(self._at(path), self._at(target))

        self._host.do(moved)

    def take(self, path: str, target: str) -> Hold | None:
        """As `Disk` says; what is held is fetched when it is first opened."""
        found = self.entry(path)
        if found is None:
            return None
        if found.kind == "link":
            raise MalformedError(LINK)
        if path != target:
            if self.entry(target) is not None:
                return None
            try:
                self._host.do(lambda sftp: sftp.rename(self._at(path), self._at(target)))
            except OSError:
                if self.entry(path) is None or self.entry(target) is not None:  # somebody else was first
                    return None
                raise
            found = self.entry(target)
            if found is None or found.kind != "file":
                return None
        spool = Spool(lambda: self._fetched(target))
        return Hold(found.size, spool.open, spool.close)

    def head(self, path: str, size: int) -> bytes:
        """As `Disk` says."""
        found = self.entry(path)
        if found is not None and found.kind == "link":
            raise MalformedError(LINK)

        async def read(sftp: SFTPClient) -> bytes:
            async with sftp.open(self._at(path), "rb", encoding=None) as file:
                return cast(bytes, await file.read(size, 0))

        return self._host.look(read, self._limits.read_s)

    def close(self) -> None:
        """Close the connection."""
        self._host.close()

    def _fetched(self, path: str) -> BinaryIO:
        """A file's bytes, whole, in a file without a name. Raises MalformedError for one that is too large."""
        spool = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the hold closes it
        host, spot, limit_s = self._host, self._spot, self._limits.read_s

        async def fetch(sftp: SFTPClient) -> None:
            spool.seek(0)
            spool.truncate()
            # not closed when it fails: the answer to that would be waited for as well
            file = await host.in_time(sftp.open(self._at(path), "rb", encoding=None), limit_s)
            told, size = (await host.in_time(file.stat(), limit_s)).size or 0, 0
            if told > FILE_MAX:
                raise MalformedError(f"a file of more than {FILE_MAX} bytes")
            while size <= told and (data := await host.in_time(file.read(CHUNK, size), limit_s)):
                size += _kept(spool, cast(bytes, data), spot)
                if self._should_stop():
                    raise spot.error(SourceUnavailable, "asked to stop")
            if size != told:
                raise spot.error(SourceUnavailable, "the file changes while it is read")
            await host.in_time(file.close(), limit_s)

        try:
            host.look(fetch, None)
            spool.flush()
        except BaseException:
            spool.close()
            raise
        return spool

    def _at(self, path: str) -> str:
        return f"{self._folder}/{path}" if path else self._folder or "/"


def _kept(spool: BinaryIO, data: bytes, spot: Spot) -> int:
    try:
        return spool.write(data)
    except OSError as why:
        raise spot.error(SourceUnavailable, f"no room here to fetch a file to: {why.strerror}") from None


def _entry(told: asyncssh.SFTPAttrs) -> Entry:
    kind: Literal["file", "link", "other"] = "other"
    if told.type == asyncssh.FILEXFER_TYPE_REGULAR:
        kind = "file"
    elif told.type == asyncssh.FILEXFER_TYPE_SYMLINK:
        kind = "link"
    return Entry(kind, told.size or 0, (told.mtime or 0) * 10**9)
