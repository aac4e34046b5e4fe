"""A push is judged as its webhook says, wherever its signature stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from hub.sources.asking import encode
from hub.sources.inbox import Pushed, Verdict, verify
from hub.sources.signing import sign, timestamp_of
from hub.wire import Signing, Webhook

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SIGNED = Signing(fields=("{method}", "{path}", "{query}", "{timestamp}", "{nonce}"), joiner="&")


def judged(webhook: Webhook, pushed: Pushed, **told: Any) -> Verdict:
    return verify(webhook, pushed, **{"key": "street", "secret": "s3cret", "now": NOW, "zone": ZONE} | told)


def signature(spec: Signing, *, at: datetime = NOW, query: str = "", body: bytes = b"") -> dict[str, str]:
    stamp = timestamp_of(spec, at, ZONE)
    return sign(
        spec, app_key="street", app_secret="s3cret", method="POST", path="/in/street", query=query, body=body,
        timestamp=stamp, nonce="n1",
    )  # fmt: skip


def in_header(spec: Signing, body: bytes = b"{}", **told: Any) -> Pushed:
    found = signature(spec, body=body, **told)
    return Pushed("POST", "/in/street", "", [(name.lower(), value) for name, value in found.items()], body)


@pytest.mark.parametrize("timestamp", ["s", "ms", "iso"])
@pytest.mark.parametrize("algorithm", ["md5", "sm3", "hmac-sha256", "hmac-sm3"])
@pytest.mark.parametrize("output", ["hex", "HEX", "base64"])
def test_every_way_of_signing(timestamp: Any, algorithm: Any, output: Any) -> None:
    fields = ("{app_key}", "{app_secret}", "{timestamp}", "{nonce}", "{body}")
    spec = Signing(fields=fields, timestamp=timestamp, algorithm=algorithm, output=output)
    webhook = Webhook(signing=spec)
    assert judged(webhook, in_header(spec)) == Verdict(nonce="n1")
    assert judged(webhook, in_header(spec), secret="other").refused == "signature"
    assert judged(webhook, replace(in_header(spec), body=b"[]")).refused == "signature"


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_within_the_window(seconds: int) -> None:
    assert not judged(Webhook(signing=SIGNED), in_header(SIGNED, at=NOW + timedelta(seconds=seconds))).refused


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
def test_beyond_the_window(seconds: int) -> None:
    assert judged(Webhook(signing=SIGNED), in_header(SIGNED, at=NOW + timedelta(seconds=seconds))).refused == "clock"


@pytest.mark.parametrize("stamp", ["", "yesterday", "9" * 14, "1e9", "-1", "NaN", "１７７２４２４０００"])
def test_what_is_no_time(stamp: str) -> None:
    """The time is not signed here: it is not believed either."""
    bare = replace(SIGNED, fields=("{nonce}",))
    pushed = in_header(bare)
    headers = [(name, stamp if name == "x-timestamp" else value) for name, value in pushed.headers]
    refused = "clock" if stamp else "parts"
    assert judged(Webhook(signing=bare), replace(pushed, headers=headers)).refused == refused


def test_a_signature_in_the_query_is_over_the_rest_of_it() -> None:
    spec = replace(SIGNED, place="query", sign_name="sign", key_name="appKey", timestamp_name="t", nonce_name="n")
    webhook = Webhook(signing=spec)
    found = signature(spec, query="kind=new")
    added = "&".join(f"{name}={value}" for name, value in found.items())
    pushed = Pushed("POST", "/in/street", f"kind=new&{added}", [], b"{}")
    assert not judged(webhook, pushed).refused
    assert judged(webhook, replace(pushed, query=f"kind=old&{added}")).refused == "signature"
    assert judged(webhook, replace(pushed, query=f"{pushed.query}&sign={found['sign']}")).refused == "parts"


@pytest.mark.parametrize("form", [False, True])
def test_a_signature_in_the_body(form: bool) -> None:
    spec = replace(SIGNED, place="body", fields=("{app_key}", "{timestamp}", "{nonce}"), timestamp="s")
    body: dict[str, Any] = {**signature(spec), "gk": "text"}
    written = "&".join(f"{name}={value}" for name, value in body.items()).encode() if form else orjson.dumps(body)
    pushed = Pushed("POST", "/in/street", "", [], written)
    webhook = Webhook(signing=spec)
    assert not judged(webhook, pushed).refused
    assert judged(webhook, pushed, key="other").refused == "key"
    assert judged(webhook, replace(pushed, body=b"[]")).refused == "parts"
    assert judged(webhook, replace(pushed, body=b"\xff\xfe")).refused == "parts"


def test_a_number_in_the_body_counts_as_its_text() -> None:
    spec = replace(SIGNED, place="body", fields=("{timestamp}",), timestamp="s", nonce_name="", key_name="")
    found = signature(spec)
    pushed = Pushed("POST", "/", "", [], orjson.dumps({**found, "X-Timestamp": int(found["X-Timestamp"])}))
    assert not judged(Webhook(signing=spec), pushed).refused


def test_what_tells_one_push_from_the_next() -> None:
    timed = replace(SIGNED, nonce_name="")
    spec = replace(timed, fields=("{timestamp}", "{body}"))
    assert judged(Webhook(signing=spec), in_header(spec)).nonce == signature(spec, body=b"{}")["X-Sign"]
    plain = replace(timed, timestamp_name="", fields=("{body}",))
    assert judged(Webhook(signing=plain), in_header(plain)) == Verdict()


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ([("authorization", "Bearer s3cret")], ""),
        ([("authorization", "s3cret")], "token"),
        ([("authorization", "Bearer s3cre")], "token"),
        ([], "token"),
        ([("authorization", "Bearer s3cret")] * 2, "token"),
        ([("authorization", "Bearer s3crét")], "token"),
    ],
)
def test_a_bare_token(headers: list[tuple[str, str]], refused: str) -> None:
    assert judged(Webhook(), Pushed("POST", "/", "", headers, b"")).refused == refused


def test_an_empty_secret_proves_nothing() -> None:
    assert judged(Webhook(), Pushed("POST", "/", "", [("authorization", "Bearer ")], b""), secret="").refused == "token"
    found = sign(
        SIGNED, app_key="street", app_secret="", method="POST", path="/", query="", body=b"",
        timestamp=timestamp_of(SIGNED, NOW, ZONE), nonce="n",
    )  # fmt: skip
    pushed = Pushed("POST", "/", "", [(name.lower(), value) for name, value in found.items()], b"")
    assert judged(Webhook(signing=SIGNED), pushed, secret="").refused == "signature"


@pytest.mark.parametrize("field", ["{body}", "{params}"])
@pytest.mark.parametrize("algorithm", ["md5", "hmac-sha256"])
def test_a_signature_in_a_form_is_over_the_rest_of_it(field: str, algorithm: Any) -> None:
    spec = replace(
        SIGNED, place="body", fields=("{app_secret}", field, "{timestamp}"), timestamp="s", algorithm=algorithm,
        key_name="app key", nonce_name="",
    )  # fmt: skip
    form = b"b=%E6%AC%A0+%E8%96%AA&a=%7B%22x%22%3A1%7D"
    added = encode(signature(spec, body=form)).encode()
    pushed = Pushed("POST", "/in/street", "", [], form + b"&" + added)
    webhook = Webhook(signing=spec)
    assert not judged(webhook, pushed).refused
    assert not judged(webhook, replace(pushed, body=added + b"&" + form)).refused
    assert judged(webhook, replace(pushed, body=form.replace(b"1", b"2") + b"&" + added)).refused == "signature"
    assert judged(webhook, replace(pushed, body=pushed.body + b"&c=3")).refused == "signature"
    assert judged(webhook, replace(pushed, body=pushed.body + b"&X-Sign=1")).refused == "parts"
