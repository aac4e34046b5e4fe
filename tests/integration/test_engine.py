"""The local engine: a source that hangs, dies, leaves or eats memory is its own trouble (law L6).

A stop leaves nothing half done.
"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from world import NewUrl, rows, value, write

from conformance.lab import Lab
from hub.api import Adapter, AdapterConfig, Capability, Draft, Item, Manifest, Page, Source
from hub.engine.control import pause, resume, rewind
from hub.engine.history import remap, replay
from hub.engine.local import LocalEngine, SourceReport
from hub.engine.worker import Job
from hub.errors import ConfigError
from hub.registry import Registry
from hub.settings import Settings, load
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.testing import contents

WIRES = ("mobile_court", "dispute_code")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(WIRES) as lab:
        yield lab


@pytest.fixture
def settings(lab: Lab, tmp_path: Path) -> Settings:
    Keyring.create(tmp_path / "keyring.json")
    return load(write(lab, tmp_path, head="[run]\nstop_s = 2\n[http]\ntotal_s = 3\nread_s = 2\nattempts = 1\n"))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings.store.url, settings.store.keys) as store:
        yield store


def run(settings: Settings, store: Store) -> dict[str, SourceReport]:
    engine = LocalEngine(settings, store)
    return {report.source: report for report in engine.run_once(list(settings.sources))}


def test_sources_run_in_processes_of_their_own_and_all_is_stored(lab: Lab, settings: Settings, store: Store) -> None:
    reports = run(settings, store)
    for wire in WIRES:
        (report,) = reports[wire].runs
        assert report.outcome == "complete"
        assert report.counts.stored == len(lab.rows(wire)) - report.counts.superseded - report.counts.unchanged


def test_one_source_down_or_hanging_leaves_the_other_whole(lab: Lab, settings: Settings, store: Store) -> None:
    lab.fault("mobile_court", "hang", times=None)
    reports = run(settings, store)
    assert reports["mobile_court"].failed
    assert "source.unavailable" in str(reports["mobile_court"].runs[0].error)
    assert reports["dispute_code"].runs[0].outcome == "complete"
    lab.clear_faults("mobile_court")
    lab.stop("mobile_court")
    assert run(settings, store)["mobile_court"].failed
    lab.start("mobile_court")
    assert not run(settings, store)["mobile_court"].failed


class Unruly(Adapter[AdapterConfig]):
    """Gives one good page, then misbehaves as its settings say (in ``username``)."""

    manifest: ClassVar[Manifest] = Manifest(
        name="unruly", version="1.0.0", kind="grid", capabilities=frozenset({Capability.INCREMENTAL})
    )

    def pages(self, source: Source, since: Any) -> Iterator[Page]:
        yield Page(content=b'[{"id": "1"}]', rows=[{"id": "1"}], fetched=source.now())
        match self.config.username:
            case "exit":
                sys.exit(3)
            case "die":
                time.sleep(0.5)  # what it has given is on its way
                os.kill(os.getpid(), 9)
            case "loop":
                while True:
                    time.sleep(0.05)
            case "memory":
                hoard = [bytes(50_000_000) for _ in range(100)]
                del hoard
            case "raise":
                raise KeyError("a secret value")

    def draft(self, item: Item) -> Draft:
        return Draft(key=item["id"])


PLUGIN = """
from hub.api import hookimpl
from integration.test_engine import Unruly

@hookimpl
def hub_adapters():
    return [Unruly]
"""
TABLE = """
[source.unruly]
adapter = "unruly"
base_url = "http://127.0.0.1:9"
allow = ["127.0.0.1/32"]
username = "{way}"
"""


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("exit", "SystemExit"),
        ("die", "exit code -9"),
        ("loop", "no sign of life"),
        ("memory", "MemoryError"),
        ("raise", "KeyError"),
    ],
)
def test_an_unruly_adapter_ends_its_own_run_only(
    way: str, said: str, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker loads the adapter by name, so it comes as an installed package would: by an entry point."""
    packages = tmp_path / "packages"
    info = packages / "unruly_adapter-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: unruly-adapter\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[yiwang.adapters]\nunruly = unruly_adapter\n")
    (packages / "unruly_adapter.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(packages))
    Keyring.create(tmp_path / "keyring.json")
    config = write(lab, tmp_path, head="[run]\nstop_s = 2\nmemory_mb = 1024\n")
    with config.open("a") as file:
        file.write(TABLE.format(way=way))
    settings = load(config)
    with Store.open(settings.store.url, settings.store.keys) as store:
        engine = LocalEngine(settings, store)
        if way == "loop":
            engine.stall_s = 5
        reports = {report.source: report for report in engine.run_once(list(settings.sources))}
        (mine,) = reports["unruly"].runs
        assert mine.outcome == "incomplete"
        assert said in str(mine.error)
        assert "secret" not in str(mine.error)
        assert mine.counts.stored == 1
        assert all(reports[wire].runs[0].outcome == "complete" for wire in WIRES)


def test_a_stop_in_the_middle_is_told_and_the_next_run_goes_on(lab: Lab, settings: Settings, store: Store) -> None:
    lab.fault("dispute_code", "slow", times=None, seconds=1.5)
    engine = LocalEngine(settings, store)
    engine.start("dispute_code")
    engine.step(0.3)
    begun = time.monotonic()
    (report,) = engine.stop()
    assert time.monotonic() - begun < settings.run.stop_s + 3
    assert [each.outcome for each in report.runs] in ([], ["incomplete"])
    assert value(store, "SELECT count(*) FROM run WHERE outcome = 'running'") == 0
    lab.clear_faults("dispute_code")
    assert run(settings, store)["dispute_code"].runs[0].outcome == "complete"


def test_secrets_of_neighbours_are_not_in_a_worker(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """A job holds one source; the environment it inherits has no variable of ours (they may hold others' secrets)."""
    job = Job(settings.source("dispute_code"), settings.http, None, 4, 512)
    held = str([getattr(job, name) for name in job.__slots__]) + str(job.source.options)
    secret = lab.settings()["mobile_court"]
    values = [str(secret[name]) for name in ("token", "app_secret", "password") if name in secret]
    assert values
    assert not [each for each in values if each in held]


def test_replay_keeps_what_still_fails_and_remap_dry_run_writes_nothing(
    lab: Lab, settings: Settings, store: Store
) -> None:
    row = next(iter(lab.rows("dispute_code")))
    lab.rows("dispute_code").add(row | {"id": "9" * 201})
    run(settings, store)
    registry = Registry.load()
    assert value(store, "SELECT count(*) FROM rejection WHERE state = 'open'") == 1
    done = replay(settings, store, registry, "dispute_code")
    assert done.counts.rejected == 1
    assert value(store, "SELECT count(*) FROM rejection WHERE state = 'open'") == 1
    with store.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE record SET item = 'D2103', content = x'00' WHERE source = 'dispute_code'")
    before = contents(store)
    dry = remap(settings, store, registry, "dispute_code", dry=True)
    assert dry.counts.stored > 100
    assert dry.moves
    assert contents(store) == before
    wet = remap(settings, store, registry, "dispute_code")
    assert (wet.counts.stored, wet.moves) == (dry.counts.stored, dry.moves)
    assert value(store, "SELECT count(*) FROM record WHERE item = 'D2103'") < 5
    assert remap(settings, store, registry, "dispute_code").counts.stored == 0
    outcomes = {row.why: row.outcome for row in rows(store, "SELECT why, outcome FROM run ORDER BY id")}
    assert outcomes == {"pull": "complete", "replay": "complete", "remap": "complete"}


def test_pause_resume_and_rewind_are_kept_and_audited(lab: Lab, settings: Settings, store: Store) -> None:
    run(settings, store)
    source = settings.source("dispute_code")
    pause(store, source, "maintenance")
    assert value(store, "SELECT paused FROM source_state WHERE source = 'dispute_code'") == 1
    resume(store, source)
    assert value(store, "SELECT paused FROM source_state WHERE source = 'dispute_code'") == 0
    with pytest.raises(ConfigError):
        rewind(store, source, "records", datetime.now(UTC) + timedelta(days=1))
    assert not rewind(store, source, "records", datetime.now(UTC))
    assert rewind(store, source, "records", datetime(2025, 11, 1, tzinfo=UTC))
    assert run(settings, store)["dispute_code"].runs[0].counts.fetched > 100
    actions = {row.action for row in rows(store, "SELECT action FROM audit")}
    assert {"source.paused", "source.resumed", "source.rewound"} <= actions


def test_the_engine_fills_either_database_alike(lab: Lab, new_url: NewUrl, tmp_path: Path) -> None:
    Keyring.create(tmp_path / "keyring.json")
    config = write(lab, tmp_path)
    config.write_text(config.read_text().replace(f"sqlite:///{tmp_path}/yiwang.db", new_url()))
    settings = load(config)
    with Store.open(settings.store.url, settings.store.keys) as store:
        assert not [report for report in run(settings, store).values() if report.failed]
        held = contents(store)
        assert run(settings, store)["dispute_code"].runs[0].counts.stored == 0
        assert contents(store).records == held.records
    assert len(held.records) > 300
