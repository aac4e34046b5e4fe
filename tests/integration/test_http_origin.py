"""Where a source may connect to: its own origin, at the address found first, under the name it proves."""

import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from http_world import World
from web import Told, Web

from hub.errors import (
    SourceDenied,
    SourceReplyInvalid,
    SourceUnavailable,
)


class TestPinnedOrigin:
    def test_loopback_has_to_be_listed(self, world: World) -> None:
        for allow in ([], ["10.0.0.0/8"], ["localhost"]):
            with pytest.raises(SourceDenied, match="may not connect") as caught:
                world.source(allow=allow).get("/rows")
            assert (caught.value.adapter, caught.value.path) == ("lake", "/rows")
        assert (world.web.asked, world.retried) == ([], [])

    def test_proxies_of_the_machine_are_not_used(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        world.source().get("/rows")
        assert world.web.paths() == ["/rows"]

    def test_a_name_that_moves_is_held_fast_within_a_read(self, world: World, names: "Names") -> None:
        names.known["court.test"] = ["127.0.0.1"]
        source = world.source(config={"base_url": f"http://court.test:{world.web.port}"})
        source.get("/rows", n=1)
        names.known["court.test"] = ["127.0.0.9"]
        world.web.answer = lambda asked: Told(headers={"Connection": "close"})
        source.get("/rows", n=2)
        source.get("/rows", n=3)  # a new connection, to the address found first
        assert names.asked.count("court.test") == 1
        assert {asked.headers["host"] for asked in world.web.asked} == {f"court.test:{world.web.port}"}
        source.start_read("records")
        with pytest.raises(SourceDenied, match=r"127\.0\.0\.9"):
            source.get("/rows", n=1)

    def test_the_next_address_is_tried(self, world: World, names: "Names") -> None:
        names.known["court.test"] = ["127.0.0.2", "127.0.0.1"]
        source = world.source(config={"base_url": f"http://court.test:{world.web.port}"}, allow=["127.0.0.0/8"])
        source.get("/rows")
        assert [attempt for _, attempt, _ in world.retried] == [1]

    def test_a_name_without_address(self, world: World, names: "Names") -> None:
        with pytest.raises(SourceUnavailable, match="no connection"):
            world.source(config={"base_url": "http://nowhere.test"}).get("/rows")
        assert len(world.retried) == 2


class TestTls:
    def test_the_name_is_proven_although_the_address_is_pinned(self, tls: "Names") -> None:
        with tls.world.source(config={"base_url": f"https://court.test:{tls.world.web.port}"}) as source:
            assert source.get("/rows").rows == []
        assert tls.world.web.asked[0].headers["host"] == f"court.test:{tls.world.web.port}"

    def test_another_name_is_refused_and_not_retried(self, tls: "Names") -> None:
        source = tls.world.source(config={"base_url": f"https://other.test:{tls.world.web.port}"})
        with source, pytest.raises(SourceReplyInvalid, match="certificate"):
            source.get("/rows")
        assert (tls.world.web.asked, tls.world.retried) == ([], [])

    def test_an_authority_nobody_trusts(self, tls: "Names", monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        source = tls.world.source(config={"base_url": f"https://court.test:{tls.world.web.port}"})
        with source, pytest.raises(SourceReplyInvalid, match="certificate"):
            source.get("/rows")


@dataclass
class Names:
    """A name service of the test's own: ``known`` names to addresses; any other name has none."""

    known: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    world: World = field(init=False)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names, real = Names(), socket.getaddrinfo

    def found(host: Any, port: Any, *rest: Any, **how: Any) -> Any:
        names.asked.append(host)
        if host in names.known:
            return [entry for known in names.known[host] for entry in real(known, port, *rest, **how)]
        if str(host).endswith(".test"):
            raise socket.gaierror("no such name")
        return real(host, port, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return names


@pytest.fixture
def tls(idle_web: Web, names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Names:
    """The server with a certificate for ``court.test``, which is trusted; two names lead to it."""
    certificate, key = own_certificate(tmp_path, "court.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    idle_web.use_tls(context)
    idle_web.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    names.known |= {"court.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]}
    names.world = World(idle_web)
    return names


def own_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(title)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file
