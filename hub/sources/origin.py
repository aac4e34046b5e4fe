"""One origin and no other: the address is looked up once, held against the allow-list, and connected to.

Refused unless listed: private, loopback, link-local, reserved and metadata addresses, however they are written. Government nets
are private, so a source lists its network (``10.20.0.0/16``), and there is no switch that opens them all.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from hub.errors import ConfigError, SourceDenied, SourceReplyInvalid
from hub.sources.failures import Spot

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_PORTS: Final = {"http": 80, "https": 443}


class Origin:
    """Scheme, host and port of a source, with the base path of its ``base_url``."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in _PORTS or not parts.hostname or port == 0:
            raise ConfigError("base_url is no http or https address", hint="write it as https://host[:port][/path]")
        if parts.username is not None or parts.query or parts.fragment:
            raise ConfigError("base_url holds more than an address", hint="credentials have settings of their own")
        self.scheme, self.host, self.port = parts.scheme, parts.hostname, port or _PORTS[parts.scheme]
        self._base = base_url.rstrip("/")

    def url(self, path: str) -> str:
        """The address of a path below the base."""
        return f"{self._base}/{path.lstrip('/')}"

    def follow(self, page: str, link: str, spot: Spot) -> str:
        """The address a link on a page of ours leads to. A foreign origin is refused."""
        try:
            target = urljoin(page, link)
            parts = urlsplit(target)
            same = (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)) == (
                self.scheme,
                self.host,
                self.port,
            )
        except ValueError:
            same = False
        if not same or parts.username is not None:
            raise spot.error(SourceReplyInvalid, "the next link leads to another origin", hint="the hub follows none")
        return target


class Gate:
    """The allow-list of one source: host names and CIDR networks.

    A listed name admits its private addresses; loopback, link-local (the metadata services of clouds) and the like are
    admitted by network only, since whoever answers for a name could point it there.
    """

    def __init__(self, origin: Origin, allow: Sequence[str]) -> None:
        self._origin = origin
        self._networks: list[Network] = []
        self._named = False
        for entry in allow:
            try:
                self._networks.append(ipaddress.ip_network(entry))
            except ValueError:
                if "/" in entry:
                    raise ConfigError(
                        "allow holds a network that cannot be read", hint="write it as 10.20.0.0/16"
                    ) from None
                self._named = self._named or entry.lower() == origin.host

    def admits(self, address: Address) -> bool:
        """Whether the source may be reached at that address."""
        if any(address in network for network in self._networks if network.version == address.version):
            return True
        inside = embedded(address)
        if inside.is_multicast or inside.is_loopback or inside.is_link_local or inside.is_unspecified:
            return False
        return inside.is_global or (self._named and inside.is_private and not inside.is_reserved)

    def addresses(self) -> list[str]:
        """The admitted addresses of the host, as the resolver orders them. Raises httpx.ConnectError, SourceDenied."""
        try:
            found = socket.getaddrinfo(self._origin.host, self._origin.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpx.ConnectError("the host name has no address") from error
        known = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        admitted = [text for text in known if self.admits(ipaddress.ip_address(text.partition("%")[0]))]
        if not admitted:
            raise SourceDenied(
                f"the hub refuses the address of this source ({', '.join(known)})",
                hint="list its network under allow in the source's settings",
            )
        return admitted


def embedded(address: Address) -> Address:
    """The IPv4 address an IPv6 one carries (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return inner
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


class PinnedTransport(httpx.BaseTransport):
    """HTTP/1.1 to one origin, at the address found first, under one deadline per reply.

    httpx bounds each read; a source that drips a byte a second passes that for ever. `limit` bounds the whole reply, headers
    and handshake included, by shortening each wait to what is left.
    """

    def __init__(self, origin: Origin, gate: Gate) -> None:
        self._wire = _PinnedNetwork(gate)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context() if origin.scheme == "https" else None,
            max_connections=2,
            keepalive_expiry=30.0,
            network_backend=self._wire,
        )

    def limit(self, seconds: float) -> None:
        """Give the next reply that long, from now."""
        self._wire.due = time.monotonic() + seconds

    def look_up_again(self) -> None:
        """Forget the address: the next connection looks the host up, and holds it against the allow-list, anew."""
        self._wire.addresses = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises httpx errors."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        assert isinstance(request.stream, httpx.SyncByteStream)
        with _as_httpx(request):
            answer = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    url,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream, request),
            extensions=answer.extensions,
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
    def __init__(self, gate: Gate) -> None:
        self._gate = gate
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
        self.addresses = self.addresses or self._gate.addresses()
        try:
            stream = self._sockets.connect_tcp(
                self.addresses[0], port, self.left(timeout), local_address, socket_options
            )
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            self.addresses.append(self.addresses.pop(0))  # the next attempt tries the host's next address
            raise
        return _TimedStream(stream, self)

    def left(self, timeout: float | None) -> float:
        """The shorter of a wait and what is left of the reply's time; never 0, which would mean not to wait at all."""
        left = self.due - time.monotonic()
        return max(0.001, left if timeout is None else min(timeout, left))


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, network: _PinnedNetwork) -> None:
        self._stream, self._network = stream, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._network.due <= time.monotonic():
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._network.left(timeout))
        return _TimedStream(secured, self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@contextmanager
def _as_httpx(request: httpx.Request) -> Iterator[None]:
    """The errors of the pool by the same names in httpx."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error), request=request) from error
