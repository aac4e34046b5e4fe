"""Signatures over requests, as `hub.wire.Signing` declares them. Pure."""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

from cryptography.hazmat.primitives import hashes, hmac

from hub.wire import Signing

_OUTPUTS: Final[dict[str, Callable[[bytes], str]]] = {
    "hex": bytes.hex,
    "HEX": lambda digest: digest.hex().upper(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
}


def timestamp_of(spec: Signing, at: datetime, zone: tzinfo) -> str:
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
    """Names and values to send along: key, timestamp, nonce, signature; without those whose name is left empty.

    ``path`` is the URL's path, ``query`` its query string, ``body`` the body, each as sent but without the signature.
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
    message = spec.joiner.encode().join(part.encode() if isinstance(part, str) else part for part in parts)
    digest = _digest(spec.algorithm, app_secret.encode(), message)
    companions = {
        spec.key_name: app_key,
        spec.timestamp_name: timestamp,
        spec.nonce_name: nonce,
        spec.sign_name: _OUTPUTS[spec.output](digest),
    }
    return {name: value for name, value in companions.items() if name}


def _digest(algorithm: str, secret: bytes, message: bytes) -> bytes:
    """SM3 (GB/T 32905-2016) is cryptography's: hashlib has it only where its OpenSSL was built with it."""
    match algorithm:
        case "sm3":
            plain = hashes.Hash(hashes.SM3())
            plain.update(message)
            return plain.finalize()
        case "hmac-sm3" | "hmac-sha256":
            keyed = hmac.HMAC(secret, hashes.SM3() if algorithm == "hmac-sm3" else hashes.SHA256())
            keyed.update(message)
            return keyed.finalize()
        case _:  # md5 and sha1 are what the sources ask for, weak or not
            return hashlib.new(algorithm, message, usedforsecurity=False).digest()
