"""A source over HTTP: one origin, limits, retries, login, signatures, and one named error for whatever goes wrong."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Never, Self

from hub import events
from hub.clock import utc_now
from hub.contract import AdapterConfig, Manifest, Page
from hub.errors import ConfigError, PagingLoop, PluginError, SourceDenied, SourceError
from hub.sources.asking import Ask, Fill, lay
from hub.sources.envelope import open_answer, open_reply
from hub.sources.exchange import DEFAULT_LIMITS, Exchange, HttpLimits
from hub.sources.failures import Spot, http_date
from hub.sources.lending import Lender
from hub.sources.paging import Params, Reply, read_pages
from hub.sources.quota import OnQuota, Quota
from hub.sources.retries import OnRetry, Retries
from hub.sources.session import Session
from hub.sources.shared import SharedSecrets
from hub.sources.signing import sign_ask
from hub.wire import Delivering, Lending, Login, Reading, Request, Scalar

__all__ = ["HttpLimits", "HttpSource", "OnRetry"]

_DENIALS = 3  # of the credentials at hand, of those another process has got meanwhile, of those got here


class HttpSource:
    """`hub.contract.Source` over HTTP. A context manager; `start_read` begins each read. One thread at a time.

    ``name`` is the source instance, ``home`` its region. ``allow`` lists the host names and networks it may be reached
    at beside public ones (`hub.sources.origin.Gate`). ``on_retry`` is told before each wait; by default it logs
    ``retry.scheduled``. ``should_stop`` is asked during waits: True ends them by raising the last error. ``retries``
    counts the waits since `start_read`. ``lent`` is the folder where secrets that a gateway lends, and counts of calls,
    are shared with other processes; None: with none. ``on_quota`` is told before the calls of a day are spent; by
    default it logs ``quota.low``.
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
        on_quota: OnQuota | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
        lent: Path | None = None,
    ) -> None:
        self.name, self.home, self.stream = name, home, _first(manifest)
        self.retries = 0
        self._manifest, self._config, self._limits, self._clock = manifest, config, limits, clock
        self._on_retry = on_retry or self._log_retry
        self._fill = Fill(config)
        self._exchange = Exchange(config.base_url, allow=allow, limits=limits, clock=clock)
        self._retries = Retries(limits, on_retry=self._tell, should_stop=should_stop, sleep=sleep)
        self._quota = Quota.of(lent, config, manifest.zone, on_low=on_quota or self._log_quota)
        self._session: Session | None = None
        self._lender: Lender | None = None
        about = {"adapter": manifest.name, "encoding": manifest.encoding}
        match manifest.login:
            case Login() as login:
                self._session = Session(login, self._exchange, self._fill, clock=clock, **about)
            case Lending() as lending:
                secret = config.app_secret.get_secret_value() if config.app_secret else ""
                origin = self._exchange.origin.url("")
                shared = SharedSecrets(lent, origin=origin, app_key=config.app_key, app_secret=secret)
                self._lender = Lender(
                    lending, self._exchange, self._fill, shared, zone=manifest.zone, clock=clock, sleep=sleep,
                    should_stop=should_stop, patience_s=limits.total_s * len(lending.renewals), **about,
                )  # fmt: skip
        self._asked: set[bytes] = set()
        self._delivering: Delivering | None = None
        self._borne: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._exchange.close()

    def start_read(self, stream: str) -> None:
        """Begin a read of that stream: forget what was asked, and look the host up anew. Raises KeyError."""
        if all(stream != declared.name for declared in self._manifest.streams):
            raise KeyError(stream)
        self._begin(stream)

    def start_delivery(self, delivering: Delivering, key: str, *, handed: bool = False) -> None:
        """Begin a delivery: its requests bear ``key``, are tried once, and are answered without rows.

        They are not tried again here: whoever keeps the delivery knows whether it may be. ``handed`` in before or not,
        the source knows the key.
        """
        self._begin(_first(self._manifest))
        self._delivering = delivering
        self._borne = {name: self._fill(value) for name, value in delivering.headers.items()}
        if delivering.key_header:
            self._borne[delivering.key_header] = key

    def now(self) -> datetime:
        """The hub's clock, aware, UTC."""
        return self._clock()

    def get(self, path: str, /, *, window: str = "", **params: Scalar) -> Page:
        """GET with query parameters; None leaves one out. Raises as `hub.contract.Source` says."""
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
        xml: str | None = None,
    ) -> Page:
        """POST of a JSON or form body, or an XML document. Raises as `hub.contract.Source` says."""
        return self._fetch(Ask("POST", path, query=params or {}, form=form, json=json, xml=xml), window).page

    def put(self, table: str, row: Mapping[str, Scalar], /, *, key: str) -> Never:
        """HTTP knows no tables. Raises PluginError."""
        raise PluginError("a source over HTTP has no put(): it takes what is posted", where=self.name)

    def settled(self, receipt: Any) -> None:
        """Nothing is told to a source over HTTP when its rows are kept."""

    def read(self, request: Reading, since: datetime | None) -> Iterator[Page]:
        """Read declaratively: page by page, window by window. Raises as `hub.contract.Source` says."""
        if not isinstance(request, Request):
            raise PluginError(f"a source over HTTP cannot read a {type(request).__name__}")

        def fetch(params: Params, window: str, /, *, link: str = "") -> Reply:
            return self._fetch(lay(request, params, self._fill, link=link), window)

        pages = read_pages(
            request,
            since,
            fetch=fetch,
            now=self.now(),
            zone=self._manifest.zone,
            history_from=self._config.history_from,
            size=self._config.page_size,
            fixed=self._fill.all(request.params),
            pages_max=self._limits.max_pages,
        )
        try:
            yield from pages
        except SourceError as error:
            if error.adapter:
                raise
            spot = Spot(self._manifest.name, request.method, request.path)  # paging knows rows, not places
            raise spot.error(type(error), error.what, hint=error.hint) from None

    def _begin(self, stream: str) -> None:
        self.stream = stream
        self.retries = 0
        self._delivering, self._borne = None, {}
        self._asked.clear()
        self._exchange.look_up_again()

    def _fetch(self, ask: Ask, window: str) -> Reply:
        mark = hashlib.blake2b(ask.key(), digest_size=16).digest()
        if mark in self._asked:
            raise self._spot(ask).error(
                PagingLoop, "the same request again within one read", hint="look at how this source pages"
            )
        self._asked.add(mark)
        if self._delivering is not None:
            return self._attempt(ask, window, 1)
        return self._retries.run(lambda attempt: self._attempt(ask, window, attempt))

    def _attempt(self, ask: Ask, window: str, attempt: int) -> Reply:
        credentials = self._session or self._lender
        for left in reversed(range(_DENIALS)):
            try:
                page = self._page(ask, window, attempt)
            except SourceDenied:
                if not left or credentials is None or not credentials.another():
                    raise
            else:
                if credentials is not None:
                    credentials.accepted()
                return page
        raise AssertionError("the last denial is raised")

    def _page(self, ask: Ask, window: str, attempt: int) -> Reply:
        manifest, spot = self._manifest, self._spot(ask, attempt)
        self._quota.spend(ask.path, spot, self.now())
        ask = ask.with_headers({**self._credentials(attempt), **self._borne})
        answer = self._exchange.send(self._signed(ask, spot), spot)
        if self._delivering is not None:
            spot = replace(spot, status=answer.status)
            body = open_answer(answer.content, self._delivering.envelope, encoding=manifest.encoding, spot=spot)
            return Reply(Page(answer.content, stream=self.stream, fetched=self.now(), body=body), answer.link)
        opened = open_reply(
            answer.content,
            manifest.envelope_of(self.stream),
            encoding=manifest.encoding,
            zone=manifest.zone,
            adapter=spot.adapter,
            method=spot.method,
            path=spot.path,
            status=answer.status,
            attempt=attempt,
        )
        page = Page(
            answer.content,
            stream=self.stream,
            window=window,
            fetched=self.now(),
            clock=opened.clock or http_date(answer.date),
            body=opened.body,
            rows=opened.rows,
            total=opened.total,
        )
        return Reply(page, answer.link)

    def _credentials(self, attempt: int) -> dict[str, str]:
        if self._session is not None:
            return self._session.header(attempt)
        if self._config.token is not None and self._manifest.signing is None:
            return {"Authorization": f"Bearer {self._config.token.get_secret_value()}"}
        return {}

    def _signed(self, ask: Ask, spot: Spot) -> Ask:
        spec = self._manifest.signing
        if spec is None:
            return ask
        if self._config.app_secret is None:
            raise ConfigError("app_secret is not set", where=self.name, hint="set app_secret for this source")
        own = self._config.app_secret.get_secret_value()
        secret = own if self._lender is None else self._lender.secret(spot.attempt)
        url, zone = self._exchange.url(ask, spot), self._manifest.zone
        return sign_ask(ask, spec, url=url, app_key=self._config.app_key, app_secret=secret, at=self.now(), zone=zone)

    def _spot(self, ask: Ask, attempt: int = 1) -> Spot:
        return Spot(self._manifest.name, ask.method, ask.told(), attempt=attempt)

    def _tell(self, error: SourceError, attempt: int, wait_s: float) -> None:
        self.retries += 1
        self._on_retry(error, attempt, wait_s)

    def _log_quota(self, calls: int, per_day: int) -> None:
        about = {"adapter": self._manifest.name, "source": self.name, "stream": self.stream}
        events.log(events.QUOTA_LOW, calls=calls, per_day=per_day, **about)

    def _log_retry(self, error: SourceError, attempt: int, wait_s: float) -> None:
        told = {"adapter": error.adapter, "source": self.name, "stream": self.stream, "status": error.status}
        events.log(events.RETRY_SCHEDULED, error=error.code, attempt=attempt, wait_s=round(wait_s, 3), **told)


def _first(manifest: Manifest) -> str:
    """The first stream; empty for an adapter that only delivers."""
    return manifest.streams[0].name if manifest.streams else ""
