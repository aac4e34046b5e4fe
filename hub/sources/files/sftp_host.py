"""The way to one host by SFTP: who it must be, what lets us in, how long it may take, and which error a failure is.

What it is known by and lets us in with are settings of the source alone: no agent, keys, configuration or known hosts
of this machine. A connection that breaks is made anew for what only looks; a change is tried once, for nobody knows
whether one was done whose answer is lost.
"""

import asyncio
import errno
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import unquote, urlsplit

import asyncssh
import httpx
from asyncssh import SFTPClient, SSHClientConnection, SSHKey

from hub.contract import FolderConfig
from hub.errors import ConfigError, SourceDenied, SourceError, SourceReplyInvalid, SourceUnavailable
from hub.sources.exchange import HttpLimits
from hub.sources.failures import Spot
from hub.sources.origin import Gate, Origin
from hub.sources.retries import Retries

_GOODBYE_S: Final = 2.0

_FAILURES: Final[tuple[tuple[type[Exception], type[SourceError], str, str], ...]] = (
    (
        asyncssh.HostKeyNotVerifiable, SourceReplyInvalid, "the host's key is not the one it is known by",
        "if its keeper changed it, set host_key to the new one",
    ),
    (asyncssh.PermissionDenied, SourceDenied, "the host does not let us in", "check user, password and private_key"),
    (asyncssh.KeyExchangeFailed, SourceReplyInvalid, "no cipher, or no kind of host key, in common", "see host_key"),
    (TimeoutError, SourceUnavailable, "no answer in time", ""),
    (asyncssh.DisconnectError, SourceUnavailable, "the connection broke", ""),
    (asyncssh.ChannelOpenError, SourceReplyInvalid, "the host speaks no SFTP", "ask its keeper for the subsystem"),
    (asyncssh.SFTPConnectionLost, SourceUnavailable, "the connection broke", ""),
    (asyncssh.SFTPNoConnection, SourceUnavailable, "the connection broke", ""),
    (asyncssh.SFTPBadMessage, SourceReplyInvalid, "an answer that is no SFTP", ""),
)  # fmt: skip
"""First match counts. Other errors of SFTP are those of a file system; any other one is a broken connection."""

_FILES: Final[tuple[tuple[type[Exception], int], ...]] = (
    (asyncssh.SFTPNoSuchFile, errno.ENOENT),
    (asyncssh.SFTPNoSuchPath, errno.ENOENT),
    (asyncssh.SFTPPermissionDenied, errno.EACCES),
    (asyncssh.SFTPWriteProtect, errno.EROFS),
    (asyncssh.SFTPNoSpaceOnFilesystem, errno.ENOSPC),
    (asyncssh.SFTPQuotaExceeded, errno.EDQUOT),
    (asyncssh.SFTPFileAlreadyExists, errno.EEXIST),
)

T = TypeVar("T")
Work = Callable[[SFTPClient], Awaitable[T]]


class SftpHost:
    """One host; it is connected to when it is first asked. One thread at a time.

    ``name`` is the source instance. ``allow`` lists the host names and networks it may stand in beside public
    addresses. Of ``limits``, ``connect_s`` bounds the way in and ``read_s`` an answer. Raises ConfigError.
    """

    def __init__(
        self,
        config: FolderConfig,
        *,
        name: str,
        adapter: str,
        allow: Sequence[str],
        limits: HttpLimits,
        retries: Retries,
    ) -> None:
        self._user, host, self._port = _address(config.sftp, name)
        self._gate = Gate(Origin(f"https://{f'[{host}]' if ':' in host else host}:{self._port}"), allow)
        self._host_key, self._private_key = _host_key(config, name), _private_key(config, name)
        self._password = config.password.get_secret_value() if config.password is not None else None
        if self._password is None and self._private_key is None:
            raise ConfigError("neither password nor private_key is set", where=name, hint="one of them lets us in")
        self._adapter, self._limits, self._retries = adapter, limits, retries
        self._runner: asyncio.Runner | None = None
        self._connection: SSHClientConnection | None = None
        self._client: SFTPClient | None = None
        logging.getLogger("asyncssh").setLevel(logging.WARNING)  # at INFO it tells users, hosts and paths

    def close(self) -> None:
        """Close the connection."""
        if self._runner is None:
            return
        self._hang_up()
        self._runner.close()
        self._runner = None

    def look(self, work: Work[T], limit_s: float | None) -> T:
        """Ask for what changes nothing, again while the host is out of reach.

        ``limit_s`` None: the work keeps its own times by `in_time`. Raises OSError as a file system does, SourceError.
        """
        return self._retries.run(lambda attempt: self._try(work, limit_s, attempt))

    def do(self, work: Work[object]) -> None:
        """Change something, once. Raises as `look` does; SourceUnavailable: nobody knows whether it was done."""
        self._try(work, self._limits.read_s, 1)

    def _try(self, work: Work[T], limit_s: float | None, attempt: int) -> T:
        spot = Spot(self._adapter, "sftp", attempt=attempt)

        async def bounded() -> T:
            client = self._client or await self._connected(spot)
            return await self.in_time(work(client), limit_s)

        if self._runner is None:
            self._runner = asyncio.Runner()
        try:
            return self._runner.run(bounded())
        except (asyncssh.Error, asyncssh.ChannelOpenError, OSError) as error:
            found = _named(error, spot)
            if isinstance(found, SourceError):
                self._hang_up()
            raise found from None  # the host's own text may hold paths and users
        except SourceUnavailable:
            self._hang_up()
            raise

    async def in_time(self, work: Awaitable[T], limit_s: float | None) -> T:
        """What it comes to. After ``limit_s`` the connection is cut, which ends whatever waits for an answer."""
        task = asyncio.ensure_future(work)
        await asyncio.wait({task}, timeout=limit_s)
        if not task.done():
            if self._connection is not None:
                self._connection.abort()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise TimeoutError
        return task.result()

    async def _connected(self, spot: Spot) -> SFTPClient:
        try:
            address = self._gate.addresses(spot)[0]
        except httpx.ConnectError:
            raise spot.error(SourceUnavailable, "the host's name has no address") from None
        options = asyncssh.SSHClientConnectionOptions(
            config=None,
            known_hosts=([self._host_key], [], []),
            username=self._user,
            password=self._password,
            client_keys=[self._private_key] if self._private_key is not None else None,
            agent_path=None,
            gss_auth=False,
            gss_kex=False,
            connect_timeout=self._limits.connect_s,
            login_timeout=self._limits.read_s,
        )
        self._connection = await asyncssh.connect(address, self._port, options=options)
        opening = self._connection.start_sftp_client(path_encoding="utf-8", path_errors="surrogateescape")
        self._client = await asyncio.wait_for(opening, self._limits.read_s)
        return self._client

    def _hang_up(self) -> None:
        connection, self._connection, self._client = self._connection, None, None
        if connection is None or self._runner is None:
            return

        async def end() -> None:
            connection.abort()
            with suppress(TimeoutError):
                await asyncio.wait_for(connection.wait_closed(), _GOODBYE_S)

        self._runner.run(end())


def _named(error: Exception, spot: Spot) -> Exception:
    """The error of ours that this one is, or that of a file system."""
    for kind, ours, what, hint in _FAILURES:
        if isinstance(error, kind):
            return spot.error(ours, what, hint=hint)
    for kind, number in _FILES:
        if isinstance(error, kind):
            return OSError(number, os.strerror(number))
    if isinstance(error, asyncssh.SFTPError):
        return OSError(errno.EIO, "the host refuses")
    return spot.error(SourceUnavailable, "no connection")


def _address(url: str, name: str) -> tuple[str, str, int]:
    """User, host and port of an address. Raises ConfigError."""
    try:
        parts = urlsplit(url)
        port = parts.port or 22
    except ValueError:
        parts, port = urlsplit(""), 22
    more = parts.password is not None or parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme != "sftp" or not parts.username or not parts.hostname or more:
        hint = "write it as sftp://user@host[:port]; folder and password have settings of their own"
        raise ConfigError("sftp is no address of a host", where=name, hint=hint)
    return unquote(parts.username), parts.hostname, port


def _host_key(config: FolderConfig, name: str) -> SSHKey:
    hint = "ask the host's keeper for its public key: ssh-ed25519 AAAA..."
    if not config.host_key:
        raise ConfigError("host_key is not set", where=name, hint=hint)
    try:
        return asyncssh.import_public_key(config.host_key)
    except (asyncssh.KeyImportError, ValueError):
        raise ConfigError("host_key is no public key", where=name, hint=hint) from None


def _private_key(config: FolderConfig, name: str) -> SSHKey | None:
    if not config.private_key:
        return None
    if not Path(config.private_key).is_absolute():
        raise ConfigError("private_key is no absolute path", where=name, hint="begin it with a slash")
    try:
        return asyncssh.read_private_key(Path(config.private_key))
    except OSError as why:
        raise ConfigError(f"private_key cannot be read: {why.strerror}", where=name) from None
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
        hint = "an OpenSSH or PEM file without a passphrase"
        raise ConfigError("private_key is no private key", where=name, hint=hint) from None
