"""Which error a failed exchange is: one table for exceptions, one for statuses. Pure.

Texts name adapter, method, path, status and attempt; never a query string, where sources put their secrets, and never
a payload.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

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

_EXCEPTIONS: Final[tuple[tuple[type[Exception], type[SourceError], str], ...]] = (
    (httpx.ConnectTimeout, SourceUnavailable, "no connection in time"),
    (httpx.WriteTimeout, SourceUnavailable, "the request was not taken in time"),
    (httpx.TimeoutException, SourceUnavailable, "no whole reply in time"),
    (httpx.ConnectError, SourceUnavailable, "no connection"),
    (httpx.NetworkError, SourceUnavailable, "the connection broke"),
    (httpx.RemoteProtocolError, SourceUnavailable, "the reply was cut short or is not HTTP"),
    (httpx.ProxyError, SourceUnavailable, "a proxy failed"),
    (httpx.LocalProtocolError, SourceReplyInvalid, "the request cannot be written as HTTP"),
    (UnicodeError, SourceReplyInvalid, "the request cannot be written as HTTP"),
    (httpx.DecodingError, SourceReplyInvalid, "the reply's content encoding is broken"),
)
"""First match counts. What is not listed (a link that is no URL, misuse of the client) is `SourceReplyInvalid`."""

_STATUSES: Final[tuple[tuple[range, type[SourceError], str, str], ...]] = (
    (range(401, 402), SourceDenied, "the source asks for a login", "check the credentials of this source"),
    (range(403, 404), SourceDenied, "the source denies access", "check what this account may read at the source"),
    (range(404, 405), SourceReplyInvalid, "there is nothing at this path", "check base_url"),
    (range(407, 408), SourceDenied, "a proxy asks for a login", "the hub uses none: look at the network"),
    (range(408, 409), SourceUnavailable, "the source gave up waiting", ""),
    (range(410, 411), WatermarkRefused, "the position is gone at the source", "go back with: hub source rewind"),
    (range(425, 426), SourceUnavailable, "it is too early for the source", ""),
    (range(400, 500), SourceReplyInvalid, "the source refuses the request", "compare it with the source's documents"),
    (range(500, 600), SourceUnavailable, "the source failed", ""),
)
"""First match counts. 3xx are told apart by where they lead; anything else beyond 2xx is `SourceReplyInvalid`."""

_LOGIN: Final = re.compile(
    r"(?:^|[/._-])(?:login|logon|signin|sign-in|sso|cas|passport|oauth2?|auth)(?:$|[/._-])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an exchange stands. ``path`` is told without its query string; ``attempt`` counts from 1."""

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
    """The one error an exception of httpx is. Its own text is left out: it may hold the URL."""
    if _untrusted(error):
        return spot.error(
            SourceReplyInvalid,
            "the certificate does not prove that this is the source",
            hint="check its dates, its host name, and that its authority is trusted here",
        )
    for kind, ours, what in _EXCEPTIONS:
        if isinstance(error, kind):
            found = spot.error(ours, what)
            if isinstance(found, SourceUnavailable):
                found.unsent = kind in (httpx.ConnectTimeout, httpx.ConnectError)
            return found
    return spot.error(SourceReplyInvalid, f"the exchange broke ({type(error).__name__})")


def from_status(headers: Mapping[str, str], spot: Spot, now: datetime) -> SourceError | None:
    """The one error ``spot.status`` is, None for 2xx. Header names in lower case, or a mapping that does not mind.

    A redirect is never followed: one that leads to a login is a denial, any other an invalid reply. 503 with
    ``Retry-After`` is a throttle.
    """
    status = spot.status or 0
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        if _LOGIN.search(headers.get("location", "").partition("?")[0]):
            return spot.error(SourceDenied, "the source sends us to its login", hint="check the credentials")
        return spot.error(SourceReplyInvalid, "redirects are not followed", hint="set base_url to the final address")
    if status == 429 or (status == 503 and "retry-after" in headers):
        return spot.error(SourceThrottled, "the source asks to come back later", retry_after=retry_after(headers, now))
    for statuses, kind, what, hint in _STATUSES:
        if status in statuses:
            return spot.error(kind, what, hint=hint)
    return spot.error(SourceReplyInvalid, "a status HTTP does not know")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by ``Retry-After`` (RFC 9110, 10.2.3: seconds or an HTTP date); None when absent or unreadable.

    A date counts from the reply's own ``Date`` where there is one: a source with a wrong clock is waited for as long as
    it means. A date that has passed is 0.
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
