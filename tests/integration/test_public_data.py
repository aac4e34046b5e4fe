"""Datasets behind the data-sharing gateway, in the real engine: worker processes share what it lends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import rows, value

from conformance.canaries import Canaries
from conformance.replay import SimSource
from conformance.scenarios import Recording
from conformance.subject import Subject
from hub.engine.local import LocalEngine, SourceReport
from hub.settings import Settings, load
from hub.store.store import Store
from hub.store.vault import Keyring

SETTINGS = """
home = "330110"
[store]
url = "sqlite:///{folder}/yiwang.db"
keys = "{folder}/keyring.json"
[http]
attempts = 1
"""
INSTANCE = """
[source.{name}]
adapter = "public_data"
base_url = "{url}"
allow = ["127.0.0.0/8"]
app_key = "yiwang"
app_secret = "S-OWN"
organisation = "001003990015001"
interface_id = "wYts33d000000001"
method = "{method}"
key = "TSBH"
time = "GXSJ"
since = "gxsjStart"
page_size = 4
deleted = "SCBS"
code_system = "property_complaints"
crosswalk_file = "{crosswalk}"
stages = {{ "01" = "received", "05" = "closed" }}
extra = ["XQMC"]
[source.{name}.inner]
rows = "list"
total = "count"
[source.{name}.columns]
title = "TSBT"
detail = "TSNR"
code = "TSLXDM"
status = "ZTDM"
opened = "TSSJ"
[[source.{name}.parties]]
name = "TSRXM"
id_number = "TSRZJH"
phone = "TSRDH"
"""
ITEMS = {
    "0001": "D0401", "0002": "D0401", "0003": "D0403", "0004": "D0404", "0005": "D0402",
    "0006": "D0201",  # a neighbour's leak, filed as property services
    "0007": "D0401", "0008": "D0401",
}  # fmt: skip
"""Of the recording's rows, by the end of their key."""


@pytest.fixture
def method() -> str:
    return "POST"


@pytest.fixture
def gateway(method: str) -> Iterator[SimSource]:
    """One gateway; it lets only the secrets live that it lent last."""
    subject = Subject.load("public_data")
    place = "query" if method == "GET" else "form"
    wire = subject.wire.model_copy(update={"method": method, "place": place})
    recording = Recording.read(subject.recordings, wire)
    with SimSource(wire, recording, Canaries.fresh().plant(list(recording.rows), wire.person)) as sim:
        yield sim


@pytest.fixture
def settings(gateway: SimSource, method: str, tmp_path: Path) -> Settings:
    """Two instances with one key."""
    Keyring.create(tmp_path / "keyring.json")
    crosswalk = Subject.load("public_data").folder / "crosswalk.sssom.tsv"
    about = {"url": gateway.url, "crosswalk": crosswalk, "method": method}
    told = [INSTANCE.format(name=name, **about) for name in ("one", "two")]
    (tmp_path / "hub.toml").write_text(SETTINGS.format(folder=tmp_path) + "".join(told), encoding="utf-8")
    return load(tmp_path / "hub.toml")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings.store.url, settings.store.keys) as store:
        yield store


def run(settings: Settings, store: Store) -> dict[str, SourceReport]:
    engine = LocalEngine(settings, store)
    return {report.source: report for report in engine.run_once(list(settings.sources))}


def outcomes(reports: dict[str, SourceReport]) -> set[str]:
    return {run.outcome for report in reports.values() for run in report.runs}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_two_workers_and_the_next_run_renew_once(gateway: SimSource, settings: Settings, store: Store) -> None:
    assert outcomes(run(settings, store)) == {"complete"}
    assert outcomes(run(settings, store)) == {"complete"}
    assert gateway.logins == 1
    assert value(store, "SELECT count(*) FROM record") == 16
    found = {row.key[-4:]: row.item for row in rows(store, "SELECT key, item FROM record WHERE source = 'one'")}
    assert found == ITEMS
    assert value(store, "SELECT count(*) FROM record WHERE stage = 'closed'") == 4
    (file,) = (settings.store.keys.parent / "lent").iterdir()
    assert b"S-OWN" not in file.read_bytes()


def test_a_secret_that_dies_between_two_pages_is_renewed_once(
    gateway: SimSource, settings: Settings, store: Store
) -> None:
    gateway.fault("token_dies", after=1)
    assert outcomes(run(settings, store)) == {"complete"}
    assert gateway.logins == 2
    assert value(store, "SELECT count(*) FROM record") == 16


def test_a_refused_key_is_denied_and_nothing_is_asked_for(
    gateway: SimSource, settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.wire, "login", gateway.wire.refusal)
    assert outcomes(run(settings, store)) == {"denied"}
    assert gateway.calls == []
