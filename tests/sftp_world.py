"""A host that is spoken to by SFTP, on loopback: a real server over a folder, which can break as they break."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import asyncssh

from hub import api

USER, PASSWORD = "hub", "canary-9d1f-password"
HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
USER_KEY = asyncssh.generate_private_key("ssh-ed25519")


@dataclass
class Host:
    """What the server does: ``log`` tells its renames, ``connections`` counts passwords tried.

    ``cuts`` are the connections that break at the third read of a file; ``silent`` answers no read; ``old`` cannot
    replace a file; ``refuses`` are paths it denies; with ``grows`` a file grows when its end is read.
    """

    folder: Path
    port: int = 0
    connections: int = 0
    cuts: int = 0
    silent: bool = False
    old: bool = False
    refuses: set[str] = field(default_factory=set)
    grows: bool = False
    log: list[str] = field(default_factory=list)

    def config(self, **told: Any) -> dict[str, Any]:
        """Settings that are right."""
        right = {
            "folder": "/inbox",
            "sftp": f"sftp://{USER}@127.0.0.1:{self.port}",
            "host_key": HOST_KEY.export_public_key().decode(),
            "password": PASSWORD,
        }
        return right | told

    def folder_config(self, **told: Any) -> api.FolderConfig:
        return api.FolderConfig(**self.config(**told))


@contextmanager
def sftp_host(folder: Path) -> Iterator[Host]:
    """Serve ``folder`` as ``/inbox`` until the block ends."""
    host, ready, done = Host(folder), Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        server = await asyncssh.listen(
            "127.0.0.1", 0, server_factory=lambda: _Login(host), server_host_keys=[HOST_KEY], sftp_version=3,
            sftp_factory=lambda channel: _Files(channel, host), agent_forwarding=False,
        )  # fmt: skip
        host.port = server.get_port()
        ready.set()
        await done.wait()
        server.close()
        await server.wait_closed()

    def run() -> None:
        asyncio.set_event_loop(loop)
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield host
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)


class _Login(asyncssh.SSHServer):
    def __init__(self, host: Host) -> None:
        self._host = host

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._host.connections += 1
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key.public_data == USER_KEY.public_data


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: Any, host: Host) -> None:
        super().__init__(channel, chroot=os.fsencode(host.folder.parent))
        self._host, self._channel, self._reads = host, channel, 0

    def _deny(self, path: bytes) -> None:
        if os.fsdecode(path) in self._host.refuses:
            raise asyncssh.SFTPPermissionDenied("/secret/path/of/theirs")

    def scandir(self, path: bytes) -> Any:
        self._deny(path)
        return super().scandir(path)

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        self._deny(oldpath)
        self._host.log.append(f"rename {os.fsdecode(oldpath)} {os.fsdecode(newpath)}")
        return super().rename(oldpath, newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> Any:
        if self._host.old:
            raise asyncssh.SFTPOpUnsupported("no such extension")
        return super().posix_rename(oldpath, newpath)

    async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        self._reads += 1
        if self._host.silent:
            file_obj.close()
            await asyncio.sleep(30)
        if self._host.cuts and self._reads > 2:
            self._host.cuts -= 1
            self._channel.get_connection().abort()
        data = bytes(super().read(file_obj, offset, size))  # type: ignore[arg-type]
        if self._host.grows and not data:
            with (self._host.folder / ".claimed/a.csv").open("a") as file:
                file.write("one more line")
        return data
