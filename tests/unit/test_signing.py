"""Signatures against published vectors, and against the forms the wire sheets tell."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.sources.signing import nonce_of, sign, timestamp_of
from hub.wire import Signing


def signed(spec: Signing, **changes: Any) -> dict[str, str]:
    given: dict[str, Any] = {
        "app_key": "key",
        "app_secret": "secret",
        "method": "post",
        "path": "/a/b",
        "query": "x=1",
        "body": b"{}",
        "timestamp": "1700000000000",
        "nonce": "n0nce",
    }
    return sign(spec, **(given | changes))


@pytest.mark.parametrize(
    ("algorithm", "secret", "message", "digest"),
    [
        ("md5", "", "abc", "900150983cd24fb0d6963f7d28e17f72"),  # RFC 1321 A.5
        ("sha1", "", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),  # FIPS 180-4
        ("sha256", "", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),  # FIPS 180-4
        ("sm3", "", "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),  # GB/T 32905 A.1
        ("sm3", "", "abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),  # A.2
        (
            "hmac-sha256",  # RFC 4231 case 2
            "Jefe",
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            "hmac-sm3",  # GM/T 0042
            "".join(map(chr, range(1, 33))),
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2,
            "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a",
        ),
    ],
)
def test_known_answers(algorithm: Any, secret: str, message: str, digest: str) -> None:
    spec = Signing(fields=(message,), algorithm=algorithm)
    assert signed(spec, app_secret=secret)["X-Sign"] == digest


def test_fields_in_their_order_with_a_joiner() -> None:
    fields = (
        "{method}",
        "{path}",
        "{query}",
        "{timestamp}",
        "{nonce}",
        "literal",
        "{app_key}",
        "{app_secret}",
        "{body}",
    )
    spec = Signing(fields=fields, joiner="\n", algorithm="sha256")
    message = b"POST\n/a/b\nx=1\n1700000000000\nn0nce\nliteral\nkey\nsecret\n\xe4\xbd\xa0"
    expected = hashlib.sha256(message).hexdigest()
    assert signed(spec, body="你".encode())["X-Sign"] == expected
    assert signed(spec, body="你")["X-Sign"] == expected


def test_the_gateways_form() -> None:
    spec = Signing(
        fields=("{app_key}", "{app_secret}", "{timestamp}"),
        algorithm="md5",
        place="query",
        key_name="appKey",
        timestamp_name="requestTime",
        nonce_name="",
        sign_name="sign",
    )
    assert signed(spec) == {
        "appKey": "key",
        "requestTime": "1700000000000",
        "sign": hashlib.md5(b"keysecret1700000000000").hexdigest(),
    }


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("hex", "900150983cd24fb0d6963f7d28e17f72"),
        ("HEX", "900150983CD24FB0D6963F7D28E17F72"),
        ("base64", "kAFQmDzST7DWlj99KOF/cg=="),
    ],
)
def test_outputs(output: Any, text: str) -> None:
    assert signed(Signing(fields=("abc",), algorithm="md5", output=output))["X-Sign"] == text


@pytest.mark.parametrize(
    ("style", "text"), [("s", "1772424000"), ("ms", "1772424000123"), ("iso", "2026-03-02T12:00:00.123+08:00")]
)
def test_times(style: Any, text: str) -> None:
    at = datetime(2026, 3, 2, 4, 0, 0, 123456, tzinfo=UTC)
    assert timestamp_of(Signing(fields=(), timestamp=style), at, ZoneInfo("Asia/Shanghai")) == text


@pytest.mark.parametrize(
    ("query", "body", "params"),
    [
        ("", b"", ""),
        ("", b"b=2&a=1", "a=1&b=2"),
        ("z=9&a=", b"", "a=&z=9"),
        ("c=3", b"msg=%E5%8A%9E%20%26%3D&a=1", "a=1&c=3&msg=办 &="),
        ("a=2&a=1", b"", "a=1&a=2"),
    ],
)
def test_parameters_by_name_as_they_are_before_they_are_encoded(query: str, body: bytes, params: str) -> None:
    spec = Signing(fields=("{path}", "{params}"), joiner="\n", algorithm="md5")
    wanted = hashlib.md5(f"/a/b\n{params}".encode()).hexdigest()
    assert signed(spec, query=query, body=body)["X-Sign"] == wanted


def test_nonces_are_fresh() -> None:
    at = datetime(2026, 3, 2, 4, 0, 0, 123456, tzinfo=UTC)
    digits = {nonce_of(Signing(fields=(), nonce="digits"), at) for _ in range(50)}
    assert len(digits) > 40
    assert {(nonce[:13], len(nonce), nonce.isdecimal()) for nonce in digits} == {("1772424000123", 17, True)}
    plain = {nonce_of(Signing(fields=()), at) for _ in range(50)}
    assert {len(nonce) for nonce in plain} == {32}
    assert len(plain) == 50
