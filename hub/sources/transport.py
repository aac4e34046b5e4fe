"""HTTP/1.1 to one pinned address, under one deadline for a whole reply.

httpx bounds each wait, so a source that drips a byte a second holds it for ever, in the headers too. Here each wait is
shortened to what is left of the reply's time: connecting, TLS handshake, headers and body together.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpcore
import httpx

_LEAST_WAIT_S: Final = 0.001  # 0 would mean not to wait at all, and fail in another way


class PinnedTransport(httpx.BaseTransport):
    """Connects to the addresses it is aimed at and to no other; ``Host`` and the TLS server name stay the URL's."""

    def __init__(self, *, secure: bool, keep_s: float = 30.0) -> None:
        self._network = _PinnedNetwork()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context() if secure else None,
            max_connections=2,
            keepalive_expiry=keep_s,
            network_backend=self._network,
        )

    @property
    def aimed(self) -> bool:
        """Whether it knows where to connect to."""
        return bool(self._network.addresses)

    def aim(self, addresses: list[str]) -> None:
        """Connect to these from now on, to the next one after a connection has failed. None: aimed at nothing."""
        self._network.addresses = list(addresses)

    def limit(self, seconds: float) -> None:
        """Give the next reply that long, from now."""
        self._network.due = time.monotonic() + seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises the errors of httpx."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        sent = httpcore.Request(
            request.method,
            url,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx(request):
            answer = self._pool.handle_request(sent)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream, request), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any, request: httpx.Request) -> None:
        self._stream, self._request = stream, request

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx(self._request):
            yield from self._stream

    def close(self) -> None:
        self._stream.close()


class _PinnedNetwork(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()
        self.addresses: list[str] = []
        self.due = float("inf")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        address = self.addresses[0]
        try:
            stream = self._sockets.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            self.addresses.append(self.addresses.pop(0))
            raise
        return _TimedStream(stream, self)

    def left(self, timeout: float | None) -> float:
        """What is left of the reply's time, at most ``timeout``. Raises ReadTimeout when there is nothing left."""
        left = self.due - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return max(_LEAST_WAIT_S, left if timeout is None else min(timeout, left))


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, network: _PinnedNetwork) -> None:
        self._stream, self._network = stream, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._network.left(timeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@contextmanager
def _as_httpx(request: httpx.Request) -> Iterator[None]:
    """The pool's errors by their names in httpx."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error), request=request) from error
