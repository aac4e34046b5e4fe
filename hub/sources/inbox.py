"""Whether a push is the source's own: its signature or token, its time, its nonce, by its declared `Webhook`. Pure."""

import hmac
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

import orjson

from hub.sources.signing import sign
from hub.wire import Signing, Webhook

_EPOCH: Final = re.compile(r"[0-9]{1,13}")
_LONGEST: Final = 512  # characters of a key, time, nonce or signature


@dataclass(frozen=True, slots=True)
class Pushed:
    """One push as it came: ``path`` without and ``query`` after the question mark; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """``refused`` is empty for a good push, else ``parts``, ``key``, ``signature``, ``token`` or ``clock``.

    ``nonce`` is what may come once only within the window; empty where nothing in the push tells it from a second one.
    """

    refused: str = ""
    nonce: str = ""


def verify(webhook: Webhook, pushed: Pushed, *, key: str, secret: str, now: datetime, zone: tzinfo) -> Verdict:
    """Judge a push by its webhook. ``key`` and ``secret`` are the source's; a naive time in it is of ``zone``.

    An empty secret proves nothing: every push is refused. Secrets are compared in constant time.
    """
    spec = webhook.signing
    if spec is None:
        told = _only(pushed.headers, webhook.token_header.lower())
        good = bool(secret) and told is not None and _same(told, webhook.token_prefix + secret)
        return Verdict("" if good else "token")
    parts = _parts(spec, pushed)
    if parts is None:
        return Verdict("parts")
    if spec.key_name and not _same(parts[spec.key_name], key):
        return Verdict("key")
    timestamp, nonce, signature = (
        parts.get(name, "") for name in (spec.timestamp_name, spec.nonce_name, spec.sign_name)
    )
    made = sign(
        spec,
        app_key=key,
        app_secret=secret,
        method=pushed.method,
        path=pushed.path,
        query=_unsigned(spec, pushed.query) if spec.place == "query" else pushed.query,
        body=_unsigned_body(spec, pushed.body) if spec.place == "body" else pushed.body,
        timestamp=timestamp,
        nonce=nonce,
    )[spec.sign_name]
    if not (_same(signature, made) and secret):
        return Verdict("signature")
    if spec.timestamp_name:
        at = _time(spec, timestamp, zone)
        if at is None or abs(now - at) > timedelta(seconds=webhook.window_s):
            return Verdict("clock")
    # a time in the signature tells one push from the next as well as a nonce does
    return Verdict(nonce=nonce or (signature if spec.timestamp_name else ""))


def _names(spec: Signing) -> list[str]:
    return [name for name in (spec.key_name, spec.timestamp_name, spec.nonce_name, spec.sign_name) if name]


def _parts(spec: Signing, pushed: Pushed) -> dict[str, str] | None:
    """Key, time, nonce and signature by name; None unless each stands there exactly once, as a short text."""
    found: dict[str, str] = {}
    for name in _names(spec):
        told = _only(_pairs(spec, pushed), name.lower() if spec.place == "header" else name)
        if not told or len(told) > _LONGEST:
            return None
        found[name] = told
    return found


def _pairs(spec: Signing, pushed: Pushed) -> Sequence[tuple[str, str]]:
    if spec.place == "header":
        return pushed.headers
    if spec.place == "query":
        return parse_qsl(pushed.query, keep_blank_values=True)
    try:
        body: Any = orjson.loads(pushed.body)
    except orjson.JSONDecodeError:
        return parse_qsl(pushed.body.decode("utf-8", "replace"), keep_blank_values=True)
    return list(_scalars(body)) if isinstance(body, dict) else ()


def _scalars(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield name, str(value)


def _only(pairs: Sequence[tuple[str, str]], name: str) -> str | None:
    """The value of a name that comes once: of two, one might be read here and the other behind us."""
    if Counter(each for each, _ in pairs)[name] != 1:
        return None
    return next(value for each, value in pairs if each == name)


def _unsigned(spec: Signing, pairs: str) -> str:
    """A query string or form without what the signature added to it."""
    added = set(_names(spec))
    return "&".join(pair for pair in pairs.split("&") if unquote_plus(pair.partition("=")[0]) not in added)


def _unsigned_body(spec: Signing, body: bytes) -> bytes:
    """A form without what the signature added to it; JSON as it came, for nobody can tell how it stood before."""
    if body.lstrip()[:1] in (b"{", b"["):
        return body
    return _unsigned(spec, body.decode("latin-1")).encode("latin-1")


def _time(spec: Signing, text: str, zone: tzinfo) -> datetime | None:
    try:
        if spec.timestamp == "iso":
            at = datetime.fromisoformat(text)
            return at if at.tzinfo else at.replace(tzinfo=zone)
        if not _EPOCH.fullmatch(text):
            return None
        return datetime.fromtimestamp(int(text) / (1000 if spec.timestamp == "ms" else 1), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
