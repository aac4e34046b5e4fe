"""The real third-party texts, where their folder stands beside the project: every one is accounted for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import pull, source_settings, value

from conformance.lab import Lab
from conformance.lab.real import SETTINGS, real_rows
from hub.store.database import Database
from hub.store.maintain import check
from hub.store.read import coverage
from hub.store.store import Store
from hub.store.vault import Keyring

FOLDER = Path(os.environ.get("YIWANG_DATA", Path(__file__).parents[3] / "shared" / "data"))

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the third-party texts are not beside the project (YIWANG_DATA)"),
]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    rows = real_rows(FOLDER)
    with Lab(tuple(rows), rows=rows, settings=SETTINGS) as lab:
        yield lab


def test_over_three_thousand_real_records_are_all_accounted_for(
    lab: Lab, database: Database, keyring: Keyring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(database, keyring)
    fetched = 0
    for wire in lab.wires:
        served = len(lab.rows(wire))
        report = pull(store, source_settings(lab, wire, tmp_path))
        counts = report.counts
        assert (report.outcome, report.error) == ("complete", None)
        assert counts.fetched == served
        assert counts.adds_up
        kept = value(store, "SELECT count(*) FROM record WHERE source = :wire", wire=wire)
        assert kept + counts.rejected >= len({str(row[lab.wires[wire].key]) for row in lab.rows(wire)})
        fetched += counts.fetched
    assert fetched > 3_000
    assert check(store.database, store.keyring) == []
    with store.database.reading() as connection, capsys.disabled():
        for each in coverage(connection):
            without = (each.mapped - each.rest) / each.records
            print(
                f"\n  {each.source}: {each.records} records, {each.mapped / each.records:.1%} with an item "
                f"({without:.1%} without D21), {(each.records - each.mapped) / each.records:.1%} without one",
                end="",
            )


def test_a_second_pull_of_the_real_texts_stores_nothing(lab: Lab, tmp_path: Path, keyring: Keyring) -> None:
    with Store.open(f"sqlite:///{tmp_path}/real.db", keyring.path) as store:
        for wire in lab.wires:
            source = source_settings(lab, wire, tmp_path)
            pull(store, source)
            again = pull(store, source)
            assert again.counts.stored == again.counts.rejected == 0
            assert not again.failed
