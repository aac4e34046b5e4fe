"""A source over HTTP: one origin, limits, retries, login, signatures, and one named error for whatever goes wrong.

A source is used by one thread at a time. It holds one client for its life, so that connections are kept.
"""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx
import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from hub import events
from hub.contract import AdapterConfig, Manifest, Page
from hub.errors import (
    ConfigError,
    PagingLoop,
    PluginError,
    SourceDenied,
    SourceError,
    SourceReplyInvalid,
    SourceThrottled,
    SourceUnavailable,
)
from hub.sources.asking import Ask, Settings, encode, lay, lay_login
from hub.sources.envelope import ABSENT, open_answer, open_reply, walk
from hub.sources.failures import Spot, from_exception, from_status, http_date
from hub.sources.origin import Gate, Origin, PinnedTransport
from hub.sources.paging import Params, Reply, read_pages
from hub.sources.signing import sign, timestamp
from hub.wire import Envelope, Request, Scalar, Signing

OnRetry = Callable[[SourceError, int, float], None]
"""Told before each wait: the error, the attempt that failed (from 1), seconds to wait."""

_STOP_LOOK_S: Final = 0.2
_TOKEN_MARGIN_S: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpLimits:
    """What one source may take. Seconds and bytes; ``total_s`` bounds a whole reply, ``attempts`` counts the first one too."""

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


def utc_now() -> datetime:
    """The machine's clock, aware, UTC."""
    return datetime.now(UTC)


def never() -> bool:
    """A stop that does not come."""
    return False


class HttpSource:
    """`hub.contract.Source` over HTTP. Use it as a context manager, and call `start_read` before each read.

    ``name`` is the source instance, ``home`` its region. ``allow`` lists host names and networks (`hub.sources.origin.Gate`).
    ``on_retry`` is told of each wait; by default it logs ``retry.scheduled``. While ``should_stop`` says True no wait is begun
    or finished: the last error is raised instead. ``retries`` counts the waits since `start_read`.
    """

    def __init__(
        self,
        *,
        name: str,
        home: str,
        manifest: Manifest,
        config: AdapterConfig,
        allow: Sequence[str] = (),
        limits: HttpLimits = DEFAULT_LIMITS,
        clock: Callable[[], datetime] = utc_now,
        on_retry: OnRetry | None = None,
        should_stop: Callable[[], bool] = never,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name, self.home, self.stream = name, home, manifest.streams[0].name
        self.retries = 0
        self._manifest, self._config, self._limits, self._clock = manifest, config, limits, clock
        self._on_retry, self._should_stop, self._nap = on_retry or self._log_retry, should_stop, sleep
        self._settings = Settings(config)
        self._origin = Origin(config.base_url)
        self._transport = PinnedTransport(self._origin, Gate(self._origin, allow))
        for noisy in ("httpx", "httpcore"):  # at INFO they print whole URLs, secrets included
            logging.getLogger(noisy).setLevel(logging.WARNING)
        self._client = httpx.Client(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
            headers={"User-Agent": "yiwang"},
        )
        self._asked: set[bytes] = set()
        self._token: str | None = None
        self._token_dies: datetime | None = None
        self._failed: SourceError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def start_read(self, stream: str) -> None:
        """Begin a read of that stream: forget which requests were made, and look the host up anew."""
        self._manifest.stream(stream)
        self.stream = stream
        self.retries = 0
        self._asked.clear()
        self._transport.look_up_again()

    def now(self) -> datetime:
        """The hub's clock, aware, UTC."""
        return self._clock()

    def get(self, path: str, /, *, window: str = "", **params: Scalar) -> Page:
        """GET with query parameters; None leaves a parameter out. Raises as `hub.contract.Source` says."""
        return self._fetch(Ask("GET", path, query=params), window).page

    def post(
        self,
        path: str,
        /,
        *,
        window: str = "",
        params: Mapping[str, Scalar] | None = None,
        json: Any = None,
        form: Mapping[str, Scalar] | None = None,
    ) -> Page:
        """POST of a JSON or form body. Raises as `hub.contract.Source` says."""
        return self._fetch(Ask("POST", path, query=params or {}, form=form, json=json), window).page

    def read(self, request: Request, since: datetime | None) -> Iterator[Page]:
        """Read declaratively: page by page, window by window. Raises as `hub.contract.Source` says."""

        def fetch(params: Params, window: str, /, *, link: str = "") -> Reply:
            return self._fetch(lay(request, params, self._settings, link), window)

        try:
            yield from read_pages(
                request,
                since,
                fetch=fetch,
                now=self.now(),
                zone=self._manifest.zone,
                history_from=self._config.history_from,
                size=self._config.page_size,
                fixed=self._settings.all(request.params),
                pages_max=self._limits.max_pages,
            )
        except SourceError as error:
            if error.adapter:
                raise
            # Paging knows rows, not places.
            raise self._spot(Ask(request.method, request.path)).error(
                type(error), error.what, hint=error.hint
            ) from error

    def _fetch(self, ask: Ask, window: str) -> Reply:
        mark = hashlib.blake2b(ask.key(), digest_size=16).digest()
        if mark in self._asked:
            raise self._spot(ask).error(
                PagingLoop, "the same request again within one read", hint="look at how this source pages"
            )
        self._asked.add(mark)
        numbers = count(1)
        retrying = Retrying(
            reraise=True,
            retry=retry_if_exception_type(SourceUnavailable),
            stop=stop_after_attempt(self._limits.attempts),
            wait=self._wait,
            before_sleep=self._tell,
            sleep=self._sleep,
        )
        return retrying(lambda: self._attempt(ask, window, next(numbers)))

    def _attempt(self, ask: Ask, window: str, attempt: int) -> Reply:
        try:
            return self._page(ask, window, attempt)
        except SourceDenied:
            if self._manifest.login is None or self._token is None:
                raise
            self._token = None  # it may have died before its time: once more with a new one
        return self._page(ask, window, attempt)

    def _page(self, ask: Ask, window: str, attempt: int) -> Reply:
        manifest, spot = self._manifest, self._spot(ask, attempt)
        response, content, url = self._exchange(ask, spot, self._credentials(attempt))
        stream = manifest.stream(self.stream)
        opened = open_reply(
            content,
            stream.envelope or manifest.envelope,
            encoding=manifest.encoding,
            zone=manifest.zone,
            adapter=spot.adapter,
            method=spot.method,
            path=spot.path,
            status=response.status_code,
            attempt=attempt,
        )
        page = Page(
            content,
            stream=self.stream,
            window=window,
            fetched=self.now(),
            clock=opened.clock or http_date(response.headers.get("date", "")),
            body=opened.body,
            rows=opened.rows,
            total=opened.total,
        )
        return Reply(page, _next_link(response, url))

    def _exchange(self, ask: Ask, spot: Spot, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes, str]:
        url = (
            self._origin.follow(self._origin.url(ask.path), ask.link, spot) if ask.link else self._origin.url(ask.path)
        )
        url, body, sent = self._written(ask, url, dict(headers))
        self._transport.limit(self._limits.total_s)
        try:
            request = self._client.build_request(ask.method, url, content=body, headers=sent)
            response = self._client.send(request, stream=True)
            try:
                failed = from_status(
                    response.status_code, response.headers, replace(spot, status=response.status_code), self.now()
                )
                if failed is not None:
                    raise failed
                content = self._taken(response, spot)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise from_exception(error, spot) from None
        return response, content, url

    def _taken(self, response: httpx.Response, spot: Spot) -> bytes:
        most, size, parts = self._limits.max_reply_bytes, 0, []
        for part in response.iter_bytes():
            size += len(part)
            if size > most:
                raise spot.error(
                    SourceReplyInvalid, f"a reply of more than {most} bytes", hint="ask for smaller pages (page_size)"
                )
            parts.append(part)
        return b"".join(parts)

    def _written(self, ask: Ask, url: str, headers: dict[str, str]) -> tuple[str, bytes | None, dict[str, str]]:
        """The request as it goes out: address, body, headers; signed when the source wants that."""
        query, form, json = dict(ask.query), ask.form, ask.json
        spec = self._manifest.signing
        if spec is not None:
            signature = self._signature(spec, ask, url)
            if spec.place == "header":
                headers.update(signature)
            elif spec.place == "query":
                query.update(signature)
            elif isinstance(json, Mapping):
                json = {**json, **signature}
            else:
                form = {**(form or {}), **signature}
        body, kind = _body(form, json)
        if kind:
            headers["Content-Type"] = kind
        tail = encode(query)
        return (f"{url}{'&' if '?' in url else '?'}{tail}" if tail else url), body, headers

    def _signature(self, spec: Signing, ask: Ask, url: str) -> dict[str, str]:
        if self._config.app_secret is None:
            raise ConfigError("app_secret is not set", where=self.name, hint="set app_secret for this source")
        parts = urlsplit(url)
        return sign(
            spec,
            app_key=self._config.app_key,
            app_secret=self._config.app_secret.get_secret_value(),
            method=ask.method,
            path=parts.path,
            query="&".join(filter(None, (parts.query, encode(ask.query)))),
            body=_body(ask.form, ask.json)[0] or b"",
            timestamp=timestamp(spec, self.now(), self._manifest.zone),
            nonce=secrets.token_hex(16),
        )

    def _credentials(self, attempt: int) -> dict[str, str]:
        login, token = self._manifest.login, self._config.token
        if login is not None:
            return {login.header: login.prefix + self._logged_in(attempt)}
        if token is not None and self._manifest.signing is None:
            return {"Authorization": f"Bearer {token.get_secret_value()}"}
        return {}

    def _logged_in(self, attempt: int) -> str:
        """The token of this source, got when there is none or its life is over."""
        if self._token is not None and (self._token_dies is None or self.now() < self._token_dies):
            return self._token
        login = self._manifest.login
        assert login is not None
        ask = lay_login(login, self._settings)
        spot = self._spot(ask, attempt)
        _, content, _ = self._exchange(ask, spot, {})
        body = open_answer(content, login.envelope, encoding=self._manifest.encoding, spot=spot)
        token = walk(body, login.token)
        if token is ABSENT or not token:
            raise spot.error(SourceReplyInvalid, f"no token at {login.token} in the login's answer")
        life = walk(body, login.life) if login.life else None
        self._token, self._token_dies = str(token), self._dies(life, spot)
        return self._token

    def _dies(self, life: Any, spot: Spot) -> datetime | None:
        if life is None or life is ABSENT or life == "":
            return None
        try:
            return self.now() + timedelta(seconds=max(float(life) - _TOKEN_MARGIN_S, float(life) / 2))
        except (TypeError, ValueError, OverflowError):
            raise spot.error(SourceReplyInvalid, "the token's life is no number of seconds") from None

    def _spot(self, ask: Ask, attempt: int = 1) -> Spot:
        return Spot(self._manifest.name, ask.method, urlsplit(ask.path).path, None, attempt)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, SourceThrottled) and error.retry_after is not None:
            return min(error.retry_after, self._limits.retry_after_max_s)
        most = self._limits.backoff_max_s
        return wait_exponential_jitter(self._limits.backoff_s, most, jitter=self._limits.backoff_s)(state)

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        assert isinstance(error, SourceError)
        self._failed = error
        self.retries += 1
        self._on_retry(error, state.attempt_number, state.upcoming_sleep)

    def _sleep(self, seconds: float) -> None:
        """Wait in naps, so that a stop does not have to wait out a backoff."""
        while True:
            if self._should_stop() and self._failed is not None:
                raise self._failed
            if seconds <= 0:
                return
            self._nap(min(seconds, _STOP_LOOK_S))
            seconds -= _STOP_LOOK_S

    def _log_retry(self, error: SourceError, attempt: int, wait_s: float) -> None:
        events.log(events.RETRY_SCHEDULED, source=self.name, error=error.code, attempt=attempt, wait_s=round(wait_s, 3))


def _body(form: Mapping[str, Scalar] | None, json: Any) -> tuple[bytes | None, str]:
    if form is not None:
        return encode(form).encode(), "application/x-www-form-urlencoded"
    if json is not None:
        return orjson.dumps(json), "application/json"
    return None, ""


def _next_link(response: httpx.Response, url: str) -> str:
    return response.links.get("next", {}).get("url", "") if "link" in response.headers else ""
