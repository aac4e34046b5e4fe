"""Signatures over requests, as `hub.wire.Signing` declares them. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

from cryptography.hazmat.primitives import hashes

from hub.wire import Signing


def timestamp(spec: Signing, at: datetime, zone: tzinfo) -> str:
    """The time of a request as the source wants it: epoch seconds, epoch milliseconds, or ISO in the source's zone."""
    if spec.timestamp == "iso":
        return at.astimezone(zone).isoformat(timespec="milliseconds")
    return str(int(at.timestamp() * (1000 if spec.timestamp == "ms" else 1)))


def sign(
    spec: Signing,
    *,
    app_key: str,
    app_secret: str,
    method: str,
    path: str,
    query: str,
    body: str | bytes,
    timestamp: str,
    nonce: str,
) -> dict[str, str]:
    """Names and values to send along: key, timestamp, nonce, signature; names left empty in ``spec`` are left out.

    ``path`` is the URL's path, ``query`` its query string and ``body`` the body, each as sent but without the signature.
    """
    values = {
        "{app_key}": app_key,
        "{app_secret}": app_secret,
        "{timestamp}": timestamp,
        "{nonce}": nonce,
        "{method}": method.upper(),
        "{path}": path,
        "{query}": query,
        "{body}": body,
    }
    parts = [values.get(field, field) for field in spec.fields]
    message = spec.joiner.encode().join(part if isinstance(part, bytes) else part.encode() for part in parts)
    digest = digest_of(spec.algorithm, app_secret.encode(), message)
    companions = {
        spec.key_name: app_key,
        spec.timestamp_name: timestamp,
        spec.nonce_name: nonce,
        spec.sign_name: _OUTPUTS[spec.output](digest),
    }
    return {name: value for name, value in companions.items() if name}


def digest_of(algorithm: str, secret: bytes, message: bytes) -> bytes:
    """The digest of a message; ``secret`` keys the hmac ones. SM3 is GB/T 32905-2016."""
    name = algorithm.removeprefix("hmac-")
    if name != algorithm:
        return hmac.digest(secret, message, name) if name != "sm3" else _hmac_sm3(secret, message)
    return _sm3(message) if name == "sm3" else hashlib.new(name, message).digest()


def _sm3(message: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())  # not in hashlib everywhere: it depends on the OpenSSL Python was built with
    digest.update(message)
    return digest.finalize()


def _hmac_sm3(secret: bytes, message: bytes) -> bytes:
    """HMAC over SM3 (RFC 2104, GB/T 15852.2), whose block is 64 bytes."""
    key = (_sm3(secret) if len(secret) > 64 else secret).ljust(64, b"\0")
    inner = _sm3(bytes(byte ^ 0x36 for byte in key) + message)
    return _sm3(bytes(byte ^ 0x5C for byte in key) + inner)


_OUTPUTS: Final[dict[str, Callable[[bytes], str]]] = {
    "hex": bytes.hex,
    "HEX": lambda digest: digest.hex().upper(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
}
