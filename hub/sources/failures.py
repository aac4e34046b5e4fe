"""Which error a failed exchange is: one table for exceptions, one for statuses. Pure.

Texts name adapter, method, path, status and attempt. Never a query string (sources put their secrets there), never a payload.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from hub.errors import (
    SourceDenied,
    SourceError,
    SourceReplyInvalid,
    SourceThrottled,
    SourceUnavailable,
    WatermarkRefused,
)

E = TypeVar("E", bound=SourceError)

_EXCEPTIONS: tuple[tuple[type[Exception], type[SourceError], str], ...] = (
    (httpx.ConnectTimeout, SourceUnavailable, "no connection in time"),
    (httpx.PoolTimeout, SourceUnavailable, "no free connection in time"),
    (httpx.WriteTimeout, SourceUnavailable, "the request was not taken in time"),
    (httpx.TimeoutException, SourceUnavailable, "no whole reply in time"),
    (httpx.ConnectError, SourceUnavailable, "no connection"),
    (httpx.NetworkError, SourceUnavailable, "the connection broke"),
    (httpx.RemoteProtocolError, SourceUnavailable, "the reply was cut short or is not HTTP"),
    (httpx.ProxyError, SourceUnavailable, "a proxy failed"),
    (httpx.LocalProtocolError, SourceReplyInvalid, "the request cannot be written as HTTP"),
    (httpx.DecodingError, SourceReplyInvalid, "the reply's content encoding is broken"),
)
"""First match counts. What is not listed (links that are no URL, misuse of the client) is `SourceReplyInvalid`."""

_STATUSES: tuple[tuple[range, type[SourceError], str, str], ...] = (
    (range(401, 402), SourceDenied, "the source asks for a login", "check the credentials of this source"),
    (range(403, 404), SourceDenied, "the source denies access", "check the rights of this account at the source"),
    (range(404, 405), SourceReplyInvalid, "nothing is there", "check base_url and the path"),
    (range(407, 408), SourceDenied, "a proxy asks for a login", "no proxy is used by the hub: look at the network"),
    (range(408, 409), SourceUnavailable, "the source gave up waiting", ""),
    (range(410, 411), WatermarkRefused, "the position is gone at the source", "go back with: hub source rewind"),
    (range(425, 426), SourceUnavailable, "too early for the source", ""),
    (range(429, 430), SourceThrottled, "the source asks to come back later", ""),
    (range(400, 500), SourceReplyInvalid, "the source refuses the request", "compare it with the source's documents"),
    (range(500, 600), SourceUnavailable, "the source failed", ""),
)
"""First match counts; statuses outside of 200-599 are `SourceReplyInvalid`, 3xx are told apart by where they lead."""

_LOGIN_PATH = re.compile(r"(?:^|[/._-])(?:login|logon|signin|sign-in|sso|cas|passport|oauth2?|auth)(?:$|[/._-])", re.I)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an exchange stands. ``path`` without its query string; ``attempt`` counts from 1."""

    adapter: str = ""
    method: str = ""
    path: str = ""
    status: int | None = None
    attempt: int = 1

    def error(self, kind: type[E], what: str, *, hint: str = "", **more: Any) -> E:
        """An error of that class at this spot."""
        return kind(
            what,
            adapter=self.adapter,
            method=self.method,
            path=self.path.partition("?")[0],
            status=self.status,
            attempt=self.attempt,
            hint=hint,
            **more,
        )


def from_exception(error: Exception, spot: Spot) -> SourceError:
    """The one error an httpx exception is. Its text is dropped: it may hold the URL."""
    if _untrusted(error):
        return spot.error(
            SourceReplyInvalid,
            "the certificate does not prove the source's name",
            hint="check its dates, its host name, and that its authority is trusted here",
        )
    for kind, ours, what in _EXCEPTIONS:
        if isinstance(error, kind):
            return spot.error(ours, what)
    return spot.error(SourceReplyInvalid, f"the exchange broke ({type(error).__name__})")


def from_status(status: int, headers: Mapping[str, str], spot: Spot, now: datetime) -> SourceError | None:
    """The one error a status is, None for 2xx.

    A redirect is never followed: one that leads to a login is a denial, any other an invalid reply. 503 with ``Retry-After``
    is a throttle.
    """
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        if _LOGIN_PATH.search(urlsplit(headers.get("location", "")).path):
            return spot.error(SourceDenied, "the source sends us to its login", hint="check the credentials")
        return spot.error(SourceReplyInvalid, "redirects are not followed", hint="set base_url to the final address")
    for statuses, kind, what, hint in _STATUSES:
        if status in statuses:
            if kind is SourceThrottled or (status == 503 and "retry-after" in headers):
                return spot.error(SourceThrottled, what, hint=hint, retry_after=retry_after(headers, now))
            return spot.error(kind, what, hint=hint)
    return spot.error(SourceReplyInvalid, "a status HTTP does not know")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by ``Retry-After`` (RFC 9110 10.2.3: seconds or an HTTP date); None when absent or unreadable.

    A date is taken relative to the reply's own ``Date`` where there is one, so that a source with a wrong clock is waited for
    as long as it means. A date that has passed is 0.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    due = http_date(text)
    if due is None:
        return None
    return max(0.0, (due - (http_date(headers.get("date", "")) or now)).total_seconds())


def http_date(text: str) -> datetime | None:
    """An HTTP date as an aware time in UTC, None when there is none to read."""
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
