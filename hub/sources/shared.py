"""Lent secrets between processes: one small sealed file for each ``app_key`` at each gateway, locked while it is used.

The file is sealed with a key made of the very secret that gets its content from the gateway: who can open it could ask
for it, and a worker process needs no key of the vault. What does not open (torn by a kill, or of another ``app_secret``
by now) is no secret at all: it is got anew.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.errors import ConfigError

_NONCE: Final = 12  # bytes, random
_LARGEST: Final = 64 * 1024  # bytes; a file of ours has some hundred


@dataclass(frozen=True, slots=True)
class Secret:
    """A lent secret. ``until`` is when it is no longer used, aware, by the hub's clock."""

    value: str = field(repr=False)
    until: datetime


class SharedSecrets:
    """The lent secrets of one ``app_key`` at one gateway (``origin``), by name.

    ``folder`` None shares them with nobody: they live as long as this object.
    """

    def __init__(self, folder: Path | None, *, origin: str, app_key: str, app_secret: str) -> None:
        self._folder, place = folder, f"{origin}\n{app_key}".encode()
        self._name = blake2b(place, digest_size=16).hexdigest()
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"yiwang lent secrets 1\n" + place)
        self._cipher = AESGCM(kdf.derive(app_secret.encode()))
        self._memory: dict[str, Secret] = {}
        self._file = -1

    @contextmanager
    def turn(self, wait: Callable[[], None]) -> Iterator[dict[str, Secret]]:
        """What is known, while nobody else may renew it. ``wait`` is called as long as somebody does, and may raise.

        A process that dies ends its turn. Raises ConfigError for a folder that cannot be used.
        """
        if self._folder is None:
            yield dict(self._memory)
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self._folder / self._name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            where = f"{self._folder}: {error.strerror}"
            raise ConfigError("lent secrets cannot be shared", where=where, hint="it belongs to the hub") from None
        try:
            while not _locked(self._file):
                wait()
            yield self._opened(os.pread(self._file, _LARGEST, 0))
        finally:
            os.close(self._file)

    def keep(self, secrets: Mapping[str, Secret]) -> None:
        """Keep these, and no others; inside `turn` only."""
        if self._folder is None:
            self._memory = dict(secrets)
            return
        plain = orjson.dumps({name: (secret.value, secret.until.isoformat()) for name, secret in secrets.items()})
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, plain, self._name.encode())
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, sealed, 0)

    def _opened(self, sealed: bytes) -> dict[str, Secret]:
        with suppress(InvalidTag, ValueError):
            plain = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._name.encode())
            told = orjson.loads(plain)
            return {name: Secret(value, datetime.fromisoformat(until)) for name, (value, until) in told.items()}
        return {}


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
