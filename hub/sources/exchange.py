"""One request out, one whole reply in, or one named error. Knows nothing of rows."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import httpx

from hub.errors import SourceReplyInvalid
from hub.sources.asking import Ask, encode
from hub.sources.failures import Spot, from_exception, from_status
from hub.sources.origin import Gate, Origin
from hub.sources.transport import PinnedTransport


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpLimits:
    """What one source may take of the hub. ``total_s`` bounds a whole reply, ``attempts`` include the first.

    ``max_reply_bytes`` are counted after decompression. ``backoff_s`` doubles with each attempt, to ``backoff_max_s``,
    plus a random part; ``Retry-After`` is followed up to ``retry_after_max_s``. ``max_pages`` bounds one read.
    """

    connect_s: float = 5.0
    read_s: float = 20.0
    total_s: float = 60.0
    max_reply_bytes: int = 64 * 2**20
    attempts: int = 5
    backoff_s: float = 0.5
    backoff_max_s: float = 30.0
    retry_after_max_s: float = 300.0
    max_pages: int = 100_000


DEFAULT_LIMITS: Final = HttpLimits()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole reply with a 2xx status: its bytes, decompressed; its ``Date`` header; its ``rel="next"`` link."""

    content: bytes
    status: int
    date: str
    link: str


class Exchange:
    """The connection to one origin, kept alive between requests. One request at a time."""

    def __init__(
        self, base_url: str, *, allow: Sequence[str], limits: HttpLimits, clock: Callable[[], datetime]
    ) -> None:
        self.origin = Origin(base_url)
        self._gate, self._limits, self._clock = Gate(self.origin, allow), limits, clock
        self._transport = PinnedTransport(secure=self.origin.scheme == "https")
        for noisy in ("httpx", "httpcore"):  # at INFO they log whole URLs, which hold secrets
            logging.getLogger(noisy).setLevel(logging.WARNING)
        self._client = httpx.Client(
            transport=self._transport,
            trust_env=False,  # no proxy and no .netrc of the machine
            follow_redirects=False,
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
            headers={"User-Agent": "yiwang"},
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def look_up_again(self) -> None:
        """Forget the host's address: it is looked up, and held against the allow-list, before the next request."""
        self._transport.aim([])

    def url(self, ask: Ask, spot: Spot) -> str:
        """The address a request goes to, without its query parameters. Raises SourceReplyInvalid for a foreign link."""
        url = self.origin.url(ask.path)
        return self.origin.follow(url, ask.link, spot) if ask.link else url

    def send(self, ask: Ask, spot: Spot) -> Answer:
        """Send it as it is, credentials and signature included. Raises SourceError."""
        url, query = self.url(ask, spot), encode(ask.query)
        if query:
            url += ("&" if "?" in url else "?") + query
        body, kind = ask.body()
        headers = {"Content-Type": kind, **ask.headers} if kind else dict(ask.headers)
        self._transport.limit(self._limits.total_s)
        try:
            if not self._transport.aimed:
                self._transport.aim(self._gate.addresses(spot))
            request = self._client.build_request(ask.method, url, content=body, headers=headers)
            response = self._client.send(request, stream=True)
            try:
                return self._taken(response, replace(spot, status=response.status_code))
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            raise from_exception(error, spot) from None  # the cause holds the URL

    def _taken(self, response: httpx.Response, spot: Spot) -> Answer:
        failed = from_status(response.headers, spot, self._clock())
        if failed is not None:
            raise failed
        most, size, parts = self._limits.max_reply_bytes, 0, []
        for part in response.iter_bytes():
            size += len(part)
            if size > most:
                raise spot.error(SourceReplyInvalid, f"a reply of more than {most} bytes", hint="lower page_size")
            parts.append(part)
        link = response.links.get("next", {}).get("url", "") if "link" in response.headers else ""
        return Answer(b"".join(parts), response.status_code, response.headers.get("date", ""), link)
