"""One origin and no other: which addresses a source may be reached at, and which links may be followed.

Refused unless listed: private, loopback, link-local, reserved and metadata addresses, however they are written.
Government nets are private, so a source lists its own network (``10.20.0.0/16``); no switch opens them all.
"""

import ipaddress
import socket
from collections.abc import Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from hub.errors import ConfigError, SourceDenied, SourceReplyInvalid
from hub.sources.failures import Spot

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS: Final = {"http": 80, "https": 443}
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class Origin:
    """Scheme, host and port of a ``base_url``, with its path. Raises ConfigError for one that is no plain address."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        place = _place(base_url)
        if place is None:
            raise ConfigError("base_url is no web address", hint="write it as https://host[:port][/path]")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ConfigError("base_url holds more than an address", hint="credentials have settings of their own")
        self.scheme, self.host, self.port = place
        self._base = base_url.rstrip("/")

    def url(self, path: str) -> str:
        """The address of a path below the base."""
        return f"{self._base}/{path.lstrip('/')}"

    def follow(self, page: str, link: str, spot: Spot) -> str:
        """The address a link on a page leads to. Raises SourceReplyInvalid for one of another origin."""
        try:
            target = urljoin(page, link)
            ours = _place(target) == (self.scheme, self.host, self.port) and "@" not in urlsplit(target).netloc
        except ValueError:  # no address at all
            ours = False
        if not ours:
            raise spot.error(SourceReplyInvalid, "the next link leads to another origin", hint="the hub follows none")
        return target


class Gate:
    """The allow-list of one source: host names and networks in CIDR form.

    Public addresses of the source's host are admitted without being listed. A listed name admits private ones too;
    loopback, link-local (where clouds keep their metadata) and the like are admitted by network only, since whoever
    answers for the name could point it there.
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
                    raise ConfigError("allow holds a network that is none", hint="write it as 10.20.0.0/16") from None
                self._named = self._named or entry.lower() == origin.host

    def admits(self, address: Address) -> bool:
        """Whether the source may be reached there."""
        if any(address in network for network in self._networks):
            return True
        inner = embedded(address)
        if inner.is_multicast or inner.is_loopback or inner.is_link_local or inner.is_reserved or inner.is_unspecified:
            return False
        return inner.is_global or self._named

    def addresses(self, spot: Spot) -> list[str]:
        """The admitted addresses of the host, in the resolver's order. Raises SourceDenied, and httpx.ConnectError."""
        try:
            found = socket.getaddrinfo(self._origin.host, self._origin.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the host's name has no address") from error
        known = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        admitted = [text for text in known if self.admits(ipaddress.ip_address(text))]
        if not admitted:
            raise spot.error(
                SourceDenied,
                f"the hub may not connect to this source's address ({', '.join(known)})",
                hint="list its network under allow of this source, if it is the right one",
            )
        return admitted


def embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return inner
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _place(url: str) -> tuple[str, str, int] | None:
    """Scheme, host in lower case and port of a web address; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
