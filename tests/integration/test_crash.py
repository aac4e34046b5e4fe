"""Kill -9 at every commit point of the line: the next run ends in the store an undisturbed one has (law L1)."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import NewUrl, pull, value, write

from conformance.lab import Lab
from hub.engine.history import remap
from hub.registry import Registry
from hub.settings import load
from hub.store.maintain import check
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.testing import POINTS, Contents, contents


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(("zhelifang", "dispute_code")) as lab:
        yield lab


def killed(config: Path, source: str, stop: str) -> bool:
    """Run the source in a process of its own that dies at ``stop``; answers whether it died there."""
    command = [sys.executable, "-m", "hub.testing", "--config", str(config), "--source", source, "--stop", stop]
    return subprocess.run(command, check=False, capture_output=True).returncode == -signal.SIGKILL


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    Keyring.create(tmp_path / "keyring.json")
    return tmp_path / "keyring.json"


def outcome(held: Contents) -> tuple[object, ...]:
    return held.records, held.rejections, held.watermarks


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(("wire", "times"), [("zhelifang", 1), ("dispute_code", 2)])
def test_a_kill_loses_nothing_and_doubles_nothing(
    wire: str, point: str, times: int, lab: Lab, new_url: NewUrl, tmp_path: Path, keys: Path
) -> None:
    url, oracle_url = new_url(), new_url()
    config = write(lab, tmp_path, **{wire: {"page_size": 40}})
    config.write_text(config.read_text().replace(f"sqlite:///{tmp_path}/yiwang.db", url))
    source = load(config).source(wire)
    with Store.open(oracle_url, keys) as oracle:
        pull(oracle, source)
        expected = contents(oracle)
    assert expected.records
    assert killed(config, wire, f"{point}:{times}")
    with Store.open(url, keys) as store:
        report = pull(store, source)
        assert report.outcome == "complete"
        assert outcome(contents(store)) == outcome(expected)
        assert value(store, "SELECT count(*) FROM run WHERE outcome = 'running'") == 0
        assert check(store.database, store.keyring) == []


def test_a_remap_of_unchanged_mapping_writes_nothing(lab: Lab, tmp_path: Path, keys: Path) -> None:
    settings = load(write(lab, tmp_path))
    with Store.open(settings.store.url, keys) as store:
        pull(store, settings.source("zhelifang"))
        before = contents(store)
        done = remap(settings, store, Registry.load(), "zhelifang")
        assert done.counts.unchanged == done.counts.fetched == len(before.records)
        assert contents(store) == before
