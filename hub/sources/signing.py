"""Signatures over requests, as `hub.wire.Signing` declares them."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes, hmac

from hub.sources.asking import Ask, encode
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


def nonce_of(spec: Signing, at: datetime) -> str:
    """A fresh nonce as the source wants it. The one thing here that is not pure."""
    if spec.nonce == "digits":
        return f"{int(at.timestamp() * 1000)}{secrets.randbelow(10_000):04}"
    return secrets.token_hex(16)


def sign_ask(ask: Ask, spec: Signing, *, url: str, app_key: str, app_secret: str, at: datetime, zone: tzinfo) -> Ask:
    """The request, which goes to ``url``, with its signature where the source wants it. Raises PluginError."""
    parts = urlsplit(url)
    signature = sign(
        spec,
        app_key=app_key,
        app_secret=app_secret,
        method=ask.method,
        path=parts.path,
        query="&".join(filter(None, (parts.query, encode(ask.query)))),
        body=ask.body()[0] or b"",
        timestamp=timestamp_of(spec, at, zone),
        nonce=nonce_of(spec, at),
    )
    return ask.signed(spec.place, signature)


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
    if "{params}" in spec.fields:
        values["{params}"] = _params(query, body)
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


def _params(query: str, form: str | bytes) -> str:
    text = form if isinstance(form, str) else form.decode("utf-8", "replace")
    pairs = parse_qsl(query, keep_blank_values=True) + parse_qsl(text, keep_blank_values=True)
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


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
