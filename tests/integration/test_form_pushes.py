"""Pushes as forms: verified over the form, kept as they came, opened by the same line."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_plus

import orjson
import pytest
from pushing import SECRET, House, Sent, Street, hub_toml, install
from world import rows

from hub.api import Envelope, Signing, Webhook
from hub.engine.history import remap
from hub.settings import Settings, load
from hub.sources.asking import encode
from hub.sources.signing import sign, timestamp_of
from hub.store.store import Store
from hub.testing import records

FORM = "application/x-www-form-urlencoded"
SIGNED = Signing(
    fields=("{app_secret}", "{params}", "{timestamp}"), algorithm="md5", place="body", timestamp="ms",
    key_name="appKey", timestamp_name="timestamp", nonce_name="", sign_name="sign",
)  # fmt: skip


class Window(Street):
    """The same petitions, each as JSON in a field of a form."""

    manifest = replace(
        Street.manifest,
        name="window",
        webhook=Webhook(
            signing=SIGNED, content_types=(FORM,), envelope=Envelope(format="form", items="bizContent", single=True)
        ),
    )


PLUGIN = """
from hub.api import hookimpl
from test_form_pushes import Window

@hookimpl
def hub_adapters():
    return [Window]
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    packages = install(tmp_path, PLUGIN, "window")
    (packages / "test_form_pushes.py").write_bytes(Path(__file__).read_bytes())
    monkeypatch.syspath_prepend(str(packages))
    path = hub_toml(tmp_path, f"sqlite:///{tmp_path}/yiwang.db")
    path.write_text(path.read_text().replace('adapter = "street"', 'adapter = "window"'))
    return load(path)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings.store.url, settings.store.keys) as opened:
        yield opened


@pytest.fixture
def house(settings: Settings, store: Store) -> Iterator[House]:
    opened = House(settings, store)
    yield opened
    opened.keeper.close()


def pushed(number: int, *, kind: str = FORM, tail: bytes = b"", **more: str) -> Sent:
    told = orjson.dumps({"storeid": f"S{number}", "gk": f"第{number}件，欠薪", **more}).decode()
    form = f"bizContent={quote_plus(told)}&areaCode=330110".encode()
    stamp = timestamp_of(SIGNED, datetime.now(UTC), UTC)
    added = sign(
        SIGNED, app_key="street-key", app_secret=SECRET, method="POST", path="/in/street", query="", body=form,
        timestamp=stamp, nonce="",
    )  # fmt: skip
    return Sent(form + b"&" + encode(added).encode() + tail, {"Content-Type": kind})


def test_a_form_is_verified_kept_and_read(house: House, store: Store, settings: Settings) -> None:
    (taken,) = house.push(pushed(1, kind=f"{FORM}; charset=UTF-8"))
    assert taken[0] == 200
    house.drain()
    (record,) = records(store)
    assert (record.key, record.body["title"]) == ("S1", "第1件，欠薪")
    report = remap(settings, store, house.registry, "street")
    assert report.counts.unchanged == 1


def test_what_is_not_as_it_was_signed_is_refused(house: House, store: Store) -> None:
    good = pushed(1)
    answers = house.push(
        replace(good, body=good.body.replace(b"330110", b"330000")),
        pushed(2, tail=b"&areaCode=330000"),
        pushed(3, kind="application/json"),
        replace(good, body=good.body + b"&sign=1"),
    )
    assert [status for status, _ in answers] == [401, 401, 415, 401]
    assert rows(store, "SELECT * FROM inbox") == []


def test_the_same_form_told_twice_counts_once(house: House, store: Store) -> None:
    good = pushed(1)
    assert [status for status, _ in house.push(good, good)] == [200, 200]
    house.drain()
    assert len(records(store)) == 1
