"""Every way an exchange can fail is exactly one error, whose text is safe to show."""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from hub.errors import (
    SourceDenied,
    SourceError,
    SourceReplyInvalid,
    SourceThrottled,
    SourceUnavailable,
    WatermarkRefused,
)
from hub.sources.failures import Spot, from_exception, from_status, retry_after

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SPOT = Spot("lake", "POST", "/a/b?sign=SECRET", None, 2)
LEAK = "https://user:SECRET@host/a?sign=SECRET"

INVALID = {
    *("RequestError", "TransportError", "HTTPError", "HTTPStatusError", "InvalidURL", "CookieConflict"),
    *("ProtocolError", "LocalProtocolError", "UnsupportedProtocol", "DecodingError", "TooManyRedirects"),
    *("StreamError", "StreamConsumed", "StreamClosed", "ResponseNotRead", "RequestNotRead"),
}
UNAVAILABLE = {
    *("TimeoutException", "ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout"),
    *("NetworkError", "ConnectError", "ReadError", "WriteError", "CloseError", "RemoteProtocolError", "ProxyError"),
}


def httpx_errors() -> Iterator[type[Exception]]:
    for name in dir(httpx):
        found = getattr(httpx, name)
        if isinstance(found, type) and issubclass(found, Exception):
            yield found


def made(kind: type[Exception]) -> Exception:
    """An exception of that class, whatever its constructor wants, with a text that must not be told."""
    error = kind.__new__(kind)
    Exception.__init__(error, LEAK)
    return error


@pytest.mark.parametrize("kind", list(httpx_errors()), ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx(kind: type[Exception]) -> None:
    error = from_exception(made(kind), SPOT)
    assert (kind.__name__ in INVALID) != (kind.__name__ in UNAVAILABLE), "a class of httpx this table does not know"
    assert type(error) is (SourceUnavailable if kind.__name__ in UNAVAILABLE else SourceReplyInvalid)
    assert (error.adapter, error.method, error.path, error.attempt) == ("lake", "POST", "/a/b", 2)
    assert "SECRET" not in str(error)


def test_a_certificate_that_does_not_fit_is_not_retried() -> None:
    outer = httpx.ConnectError(LEAK)
    outer.__cause__ = ssl.SSLCertVerificationError("expired")
    error = from_exception(outer, SPOT)
    assert type(error) is SourceReplyInvalid and "certificate" in str(error)


def test_a_request_that_cannot_be_written() -> None:
    assert "cannot be written" in str(from_exception(UnicodeEncodeError("ascii", LEAK, 0, 1, "no"), SPOT))


EXPECTED = {
    **dict.fromkeys(range(300, 500), SourceReplyInvalid),
    **dict.fromkeys(range(500, 600), SourceUnavailable),
    **dict.fromkeys((401, 403, 407), SourceDenied),
    **dict.fromkeys((408, 425), SourceUnavailable),
    410: WatermarkRefused,
    429: SourceThrottled,
}


@pytest.mark.parametrize("hundred", [3, 4, 5])
def test_every_status(hundred: int) -> None:
    for status in range(hundred * 100, hundred * 100 + 100):
        error = from_status({}, Spot("lake", "GET", "/a", status, 1), NOW)
        assert type(error) is EXPECTED[status], status
        assert error is not None and error.status == status
        assert re.search(rf"lake GET /a {status} \(attempt 1\)", str(error))


def test_success_is_no_error() -> None:
    assert {from_status({}, Spot(status=status), NOW) for status in range(200, 300)} == {None}


@pytest.mark.parametrize("status", [0, 199, 600, 999])
def test_what_is_no_status(status: int) -> None:
    assert type(from_status({}, Spot(status=status), NOW)) is SourceReplyInvalid


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("/sso/login?service=x", SourceDenied),
        ("https://passport.example.com/cas", SourceDenied),
        ("/auth.do", SourceDenied),
        ("http://login.example.com/", SourceDenied),
        ("https://[/login", SourceDenied),
        ("https://host/rows?from=/login", SourceReplyInvalid),
        ("https://host/a/", SourceReplyInvalid),
        ("/author/cases", SourceReplyInvalid),
        ("", SourceReplyInvalid),
    ],
)
def test_redirects(location: str, kind: type[SourceError]) -> None:
    error = from_status({"location": location} if location else {}, Spot(status=302), NOW)
    assert type(error) is kind
    assert not location or location not in str(error)


class TestRetryAfter:
    @pytest.mark.parametrize(("text", "seconds"), [("120", 120), ("0", 0), (" 7 ", 7)])
    def test_seconds(self, text: str, seconds: float) -> None:
        assert retry_after({"retry-after": text}, NOW) == seconds

    def test_a_date(self) -> None:
        due = format_datetime(NOW + timedelta(minutes=2), usegmt=True)
        assert retry_after({"retry-after": due}, NOW) == 120

    def test_a_date_counts_from_the_sources_own_clock(self) -> None:
        there = NOW - timedelta(days=1)
        headers = {"retry-after": format_datetime(there + timedelta(seconds=30), usegmt=True)}
        assert retry_after(headers, NOW) == 0
        assert retry_after(headers | {"date": format_datetime(there, usegmt=True)}, NOW) == 30

    def test_a_date_that_has_passed(self) -> None:
        assert retry_after({"retry-after": format_datetime(NOW - timedelta(hours=1), usegmt=True)}, NOW) == 0

    @pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "Mon, 99 Foo 2026 00:00:00 GMT", "9" * 400])
    def test_what_cannot_be_read(self, text: str) -> None:
        assert retry_after({"retry-after": text}, NOW) is None

    def test_both_throttling_statuses_tell_it(self) -> None:
        for status in (429, 503):
            error = from_status({"retry-after": "9"}, Spot(status=status), NOW)
            assert isinstance(error, SourceThrottled) and error.retry_after == 9
