"""The vault: data keys that seal personal data, and keyed hashes that let sealed things be compared.

A keyring is one small JSON file beside the store, readable by its owner only::

    {"format": 1, "hash": "BLAKE2b", "hash_key": b64, "keys": [{"id", "created", "algorithm", "secret"}, ...]}

The last key seals; all others stay for reading. The hash key never rotates: a hash must meet its like of ten years ago.
Lose the file and the sealed data is gone, so `Keyring.export` gives a copy under a passphrase for a safe place. Secrets
appear in no repr, no error and no pickle.
"""

import base64
import binascii
import fcntl
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Literal, Protocol, Self, get_args

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from hub.errors import ConfigError, StoreError
from schemas.identity import HashAlgorithm, KeyedHash, keyed_hash

Algorithm = Literal["AES-256-GCM", "SM4-GCM"]

FORMAT = 1
NONCE = 12  # bytes, random: a key is good for 2**32 seals (NIST SP 800-38D, 8.3), then rotate
TAG = 16
PASSPHRASE = 12  # characters at the least
ESCROW = "yiwang-keyring-escrow-1"
_KEY_BYTES: Mapping[str, int] = {"AES-256-GCM": 32, "SM4-GCM": 16}


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...


class _Sm4Gcm:
    """SM4 (GB/T 32907) in GCM mode (GB/T 17964), shaped as `AESGCM` is: ciphertext‖tag."""

    def __init__(self, secret: bytes) -> None:
        self._algorithm = algorithms.SM4(secret)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, data[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(data[:-TAG]) + decryptor.finalize()


@dataclass(frozen=True, slots=True)
class DataKey:
    """One key that seals. ``created`` is UTC text; the secret stays out of the repr."""

    id: str
    created: str
    algorithm: Algorithm
    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls, number: int, algorithm: Algorithm) -> Self:
        """A random key; ``number`` counts the keys of a keyring from 1. Raises ConfigError for an unknown algorithm."""
        if algorithm not in _KEY_BYTES:
            raise ConfigError(f"no algorithm {algorithm!r}", where="keyring", hint=f"one of {', '.join(_KEY_BYTES)}")
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return cls(f"k{number}-{secrets.token_hex(4)}", created, algorithm, secrets.token_bytes(_KEY_BYTES[algorithm]))

    def cipher(self) -> _Aead:
        """What encrypts and decrypts with this key; costs more to make than to use, so it is kept."""
        return AESGCM(self.secret) if self.algorithm == "AES-256-GCM" else _Sm4Gcm(self.secret)


class Keyring:
    """The keys of one store. Made by `create`, `load` or `restore`; ``current`` is the id of the key that seals."""

    def __init__(self, path: Path, hashed: HashAlgorithm, hash_key: bytes, keys: tuple[DataKey, ...]) -> None:
        self.path = path
        self._hashed, self._hash_key = hashed, hash_key
        self.hash: KeyedHash = keyed_hash(hash_key, hashed)
        """From kind and normal form of a value to 12 bytes, for equality only."""
        self._digest_key = blake2b(b"yiwang digest", key=hash_key, digest_size=32).digest()
        self._take(keys)

    def _take(self, keys: tuple[DataKey, ...]) -> None:
        self.keys = keys
        self.current = keys[-1].id
        self._ciphers = {key.id: key.cipher() for key in keys}
        self._encrypt = self._ciphers[self.current].encrypt

    @classmethod
    def create(cls, path: Path, *, algorithm: Algorithm = "AES-256-GCM") -> Self:
        """A new keyring in a new file, mode 0600. Raises ConfigError when the file is there already.

        The hash goes with the suite: HMAC-SM3 beside SM4, BLAKE2b beside AES.
        """
        keyring = cls(
            path,
            "HMAC-SM3" if algorithm == "SM4-GCM" else "BLAKE2b",
            secrets.token_bytes(32),
            (DataKey.fresh(1, algorithm),),
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.parent):
            _write(path, keyring._text(), replace=False)
        return keyring

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a keyring. Raises ConfigError when it is missing, readable by others, or broken."""
        try:
            mode = path.stat().st_mode
            text = path.read_bytes()
        except FileNotFoundError:
            hint = "`hub key create` makes one; for an existing store bring back its own"
            raise ConfigError("no keyring", where=str(path), hint=hint) from None
        except OSError as error:
            raise ConfigError(f"the keyring cannot be read: {error.strerror}", where=str(path)) from error
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError("the keyring is open to other users", where=str(path), hint=f"chmod 600 {path}")
        return cls(path, *_parse(text, str(path)))

    @classmethod
    def restore(cls, text: str, passphrase: str, path: Path) -> Self:
        """Bring a keyring back from `export`.

        Raises ConfigError for a wrong passphrase, a damaged text, or a file that is there already.
        """
        head, _, rest = text.strip().partition("\n")
        if head.strip() != ESCROW:
            raise ConfigError("not an escrow text", where="keyring escrow", hint=f"it begins with {ESCROW}")
        try:
            sealed = base64.b64decode("".join(rest.split()), validate=True)
            salt, nonce, body = sealed[:16], sealed[16 : 16 + NONCE], sealed[16 + NONCE :]
            plain = AESGCM(_stretch(passphrase, salt)).decrypt(nonce, body, ESCROW.encode())
        except (InvalidTag, ValueError):
            raise ConfigError("the passphrase is wrong or the escrow text is damaged", where="keyring escrow") from None
        keyring = cls(path, *_parse(plain, "keyring escrow"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.parent):
            _write(path, plain, replace=False)
        return keyring

    def export(self, passphrase: str) -> str:
        """The whole keyring under a passphrase (scrypt n=2**17, r=8, p=1; AES-256-GCM), as text that survives paper.

        Raises ConfigError for a passphrase under 12 characters.
        """
        if len(passphrase) < PASSPHRASE:
            raise ConfigError(
                "the passphrase is too short", where="keyring escrow", hint=f"{PASSPHRASE} characters or more"
            )
        salt, nonce = os.urandom(16), os.urandom(NONCE)
        body = AESGCM(_stretch(passphrase, salt)).encrypt(nonce, self._text(), ESCROW.encode())
        encoded = base64.b64encode(salt + nonce + body).decode()
        return "\n".join([ESCROW, *(encoded[at : at + 64] for at in range(0, len(encoded), 64)), ""])

    def rotate(self, *, algorithm: Algorithm | None = None) -> str:
        """Add a key, by default of the current algorithm, make it the current one and return its id.

        The file is read again under a lock and replaced whole: two who rotate at once both keep their key.
        """
        with _locked(self.path.parent):
            keys = type(self).load(self.path).keys
            self._take((*keys, DataKey.fresh(len(keys) + 1, algorithm or keys[-1].algorithm)))
            _write(self.path, self._text(), replace=True)
        return self.current

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """Encrypt with the current key: nonce‖ciphertext‖tag. ``aad`` names its place: it opens only there."""
        nonce = os.urandom(NONCE)
        return nonce + self._encrypt(nonce, plain, aad)

    def seal_all(self, plains: Sequence[bytes], aads: Iterable[bytes]) -> list[bytes]:
        """As `seal`, for many: one question to the system for all their nonces."""
        nonces, encrypt = os.urandom(NONCE * len(plains)), self._encrypt
        starts = range(0, len(nonces), NONCE)
        drawn = [nonces[at : at + NONCE] for at in starts]
        return [nonce + encrypt(nonce, *each) for nonce, *each in zip(drawn, plains, aads, strict=True)]

    def open(self, key_id: str, sealed: bytes, aad: bytes) -> bytes:
        """Decrypt. Raises StoreError, naming the key id, when the key is not here or anything was changed."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            hint = "bring back the keyring that has it (escrow, backup); a rotated one needs a restart"
            raise StoreError(f"the keyring has no key {key_id}", where="vault", hint=hint)
        try:
            return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], aad)
        except (InvalidTag, ValueError):
            hint = "the bytes or their place were changed: `hub db check`"
            raise StoreError(f"sealed data does not open with key {key_id}", where="vault", hint=hint) from None

    def digest(self, data: bytes) -> bytes:
        """16 bytes that identify ``data`` within this store; keyed BLAKE2b: nobody can test a guess against it."""
        return blake2b(data, key=self._digest_key, digest_size=16).digest()

    def fingerprint(self) -> str:
        """A name that tells nothing of the keys: 16 hex digits from the hash key, the same after a rotation."""
        return blake2b(b"yiwang fingerprint", key=self._hash_key, digest_size=8).hexdigest()

    def __repr__(self) -> str:
        return f"Keyring({self.fingerprint()}, {len(self.keys)} keys, current {self.current})"

    def __reduce__(self) -> str:
        raise TypeError("a keyring is not pickled: give the other process its path")

    def _text(self) -> bytes:
        keys = [
            {"id": key.id, "created": key.created, "algorithm": key.algorithm, "secret": _b64(key.secret)}
            for key in self.keys
        ]
        return orjson.dumps(
            {"format": FORMAT, "hash": self._hashed, "hash_key": _b64(self._hash_key), "keys": keys},
            option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
        )


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(passphrase.encode())


def _parse(text: bytes, where: str) -> tuple[HashAlgorithm, bytes, tuple[DataKey, ...]]:
    """Errors are raised ``from None``: a decoder's own error quotes what it read, and that is secret here."""
    hint = "bring back a good copy: from escrow, or from where the backups lie"
    try:
        told = orjson.loads(text)
        version = told["format"]
        hashed = told.get("hash", "HMAC-SM3")  # the first release knew no other
        hash_key = base64.b64decode(told["hash_key"], validate=True)
        keys = tuple(
            DataKey(key["id"], key["created"], key["algorithm"], base64.b64decode(key["secret"], validate=True))
            for key in told["keys"]
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise ConfigError("the keyring is broken", where=where, hint=hint) from None
    if version != FORMAT:
        raise ConfigError(f"keyring format {version} is not known here", where=where, hint="it needs a newer Yiwang")
    sound = (
        len(hash_key) == 32
        and hashed in get_args(HashAlgorithm)
        and keys
        and len({key.id for key in keys}) == len(keys)
    )
    if not sound or any(_KEY_BYTES.get(key.algorithm) != len(key.secret) for key in keys):
        raise ConfigError("the keyring is broken", where=where, hint=hint)
    return hashed, hash_key, keys


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One at a time: the folder is locked, not the file, which is replaced."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(path: Path, text: bytes, *, replace: bool) -> None:
    """All or nothing, on the disk when it returns (the folder is synced by `_locked`)."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        if replace:
            draft.replace(path)
        else:
            path.hardlink_to(draft)  # unlike a rename it refuses an existing file
    except FileExistsError:
        hint = "it may hold the keys of a store; choose another place"
        raise ConfigError("a keyring is there already", where=str(path), hint=hint) from None
    except OSError as error:
        raise ConfigError(f"the keyring cannot be written: {error.strerror}", where=str(path)) from error
    finally:
        draft.unlink(missing_ok=True)
