"""Where a source may be reached, and which links it may hand out."""

import ipaddress
import socket
from typing import Any

import httpx
import pytest

from hub.errors import ConfigError, SourceDenied, SourceReplyInvalid
from hub.sources.failures import Spot
from hub.sources.origin import Gate, Origin

SPOT = Spot("lake", "GET", "/rows")
HOST = "court.example"
PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
PRIVATE = ["10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "fd00::1", "::ffff:10.1.2.3", "64:ff9b::a01:203"]
NEVER_BY_NAME = [
    *("127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::"),
    *("169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"),
    *("224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255"),
]


def gate(*allow: str) -> Gate:
    return Gate(Origin(f"https://{HOST}/api"), allow)


def admitted(where: Gate, *addresses: str) -> list[bool]:
    return [where.admits(ipaddress.ip_address(address)) for address in addresses]


class TestGate:
    def test_public_addresses_need_no_listing(self) -> None:
        assert all(admitted(gate(), *PUBLIC))

    def test_nothing_else_is_open_by_default(self) -> None:
        assert not any(admitted(gate(), *PRIVATE, *NEVER_BY_NAME))

    def test_a_listed_name_opens_private_addresses_only(self) -> None:
        assert all(admitted(gate("Court.Example"), *PUBLIC, *PRIVATE))
        assert not any(admitted(gate(HOST), *NEVER_BY_NAME))

    def test_another_name_opens_nothing(self) -> None:
        assert not any(admitted(gate("other.example"), *PRIVATE))

    def test_a_network_opens_itself_only(self) -> None:
        assert admitted(gate("10.1.0.0/16"), "10.1.2.3", "10.2.2.3", "127.0.0.1") == [True, False, False]
        assert admitted(gate("127.0.0.1"), "127.0.0.1", "127.0.0.2") == [True, False]
        assert admitted(gate("fd00::/8", "10.0.0.0/8"), "fd00::1", "10.0.0.1") == [True, True]

    def test_a_network_that_is_none(self) -> None:
        with pytest.raises(ConfigError, match="allow"):
            gate("10.0.0.1/8")

    @pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:7f00:1]", "localhost"])
    def test_loopback_however_it_is_written(self, host: str) -> None:
        with pytest.raises(SourceDenied, match="allow") as caught:
            Gate(Origin(f"http://{host}:8080"), [host]).addresses(SPOT)
        assert caught.value.adapter == "lake"

    def test_only_admitted_addresses_are_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def found(*asked: Any, **how: Any) -> list[Any]:
            return [(0, 0, 0, "", (address, 443)) for address in ("127.0.0.1", "8.8.8.8", "8.8.8.8", "1.1.1.1")]

        monkeypatch.setattr(socket, "getaddrinfo", found)
        assert gate().addresses(SPOT) == ["8.8.8.8", "1.1.1.1"]

    @pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 70 + ".example"])
    def test_a_name_without_address(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def lost(name: str, *asked: Any, **how: Any) -> list[Any]:
            name.encode("idna")  # as the real one does, which raises UnicodeError
            raise socket.gaierror("no such name")

        monkeypatch.setattr(socket, "getaddrinfo", lost)
        with pytest.raises(httpx.ConnectError):
            Gate(Origin(f"http://{host}"), ()).addresses(SPOT)


class TestOrigin:
    @pytest.mark.parametrize(
        ("base", "path", "url"),
        [
            ("https://h", "rows", "https://h/rows"),
            ("https://h/", "/rows", "https://h/rows"),
            ("https://h:8443/gw/api/", "/rows", "https://h:8443/gw/api/rows"),
            ("https://h", "//evil.example/rows", "https://h/evil.example/rows"),
            ("https://h", "@evil.example", "https://h/@evil.example"),
            ("https://h", "https://evil.example", "https://h/https://evil.example"),
        ],
    )
    def test_paths_stay_below_the_base(self, base: str, path: str, url: str) -> None:
        assert Origin(base).url(path) == url

    @pytest.mark.parametrize(
        "base", ["ftp://h", "h/x", "https://", "https://h:0x50", "https://h:99999", "file:///etc", ""]
    )
    def test_what_is_no_address(self, base: str) -> None:
        with pytest.raises(ConfigError, match="no web address"):
            Origin(base)

    @pytest.mark.parametrize("base", ["https://u:SECRET@h", "https://h?key=SECRET", "https://h#SECRET"])
    def test_secrets_have_no_business_there(self, base: str) -> None:
        with pytest.raises(ConfigError) as caught:
            Origin(base)
        assert "SECRET" not in str(caught.value)

    @pytest.mark.parametrize(
        ("link", "target"),
        [
            ("?page=2", "https://h/gw/rows?page=2"),
            ("more", "https://h/gw/more"),
            ("/other?x=1", "https://h/other?x=1"),
            ("https://H:443/x", "https://H:443/x"),
        ],
    )
    def test_links_of_the_same_origin(self, link: str, target: str) -> None:
        assert Origin("https://h/gw").follow("https://h/gw/rows", link, SPOT) == target

    @pytest.mark.parametrize(
        "link",
        [
            "https://evil.example/rows",
            "//evil.example/rows",
            "http://h/rows",
            "https://h:444/rows",
            "https://h@evil.example/",
            "https://u:p@h/",
            "https://h.evil.example/",
            "https://h:x/",
            "https://[/",
            "file:///etc/hostname",
            "javascript:1",
        ],
    )
    def test_foreign_links_are_refused(self, link: str) -> None:
        with pytest.raises(SourceReplyInvalid, match="another origin") as caught:
            Origin("https://h").follow("https://h/rows", link, SPOT)
        assert "evil" not in str(caught.value)
