"""The straight line over real loopback sources: laws L1 to L6 and L8, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from world import pull, rows, source_settings, value

from conformance.lab import Lab
from hub.ingest import RunReport
from hub.mapping.heads import subjects
from hub.store.database import Database
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.testing import contents
from schemas.party import Party
from schemas.record import DisputeRecord, Note, Reference

FOUR = ("mobile_court", "zhelifang", "dispute_code", "four_platforms")


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


def adds_up(report: RunReport) -> bool:
    counts = report.counts
    parts = counts.stored + counts.unchanged + counts.superseded + counts.deleted + counts.rejected
    return counts.fetched == parts


@pytest.mark.parametrize("wire", (*FOUR, "open311"))
def test_all_that_is_served_is_stored_and_a_second_pull_writes_nothing(
    wire: str, lab: Lab, store: Store, tmp_path: Path
) -> None:
    source = source_settings(lab, wire, tmp_path)
    first = pull(store, source)
    assert (first.outcome, first.error) == ("complete", None)
    assert first.counts.rejected == 0
    keys = {str(row[lab.wires[wire].key]) for row in lab.rows(wire)}
    assert value(store, "SELECT count(*) FROM record") == len(keys)
    before = contents(store)
    second = pull(store, source)
    assert second.outcome in {"complete", "empty"}
    assert second.counts.stored == second.counts.deleted == 0
    after = contents(store)
    assert after.records == before.records
    assert adds_up(first) and adds_up(second)


def test_every_record_says_which_bytes_mapping_and_version_it_came_from(lab: Lab, store: Store, tmp_path: Path) -> None:
    pull(store, source_settings(lab, "dispute_code", tmp_path))
    missing = """SELECT count(*) FROM record LEFT JOIN version ON version.home = record.home
        AND version.record = record.id AND version.version = record.version
        LEFT JOIN raw ON raw.home = version.home AND raw.id = version.raw WHERE raw.id IS NULL"""
    assert value(store, missing) == 0
    assert value(store, "SELECT count(DISTINCT mapping) FROM version") == 1


def test_an_update_leaves_a_version_and_a_late_old_row_loses(lab: Lab, store: Store, tmp_path: Path) -> None:
    source = source_settings(lab, "dispute_code", tmp_path)
    pull(store, source)
    row = next(iter(lab.rows("dispute_code")))
    lab.rows("dispute_code").update(row["id"], title="改过的标题", updateTime="2026-06-30 10:00:00")
    assert pull(store, source).counts.stored == 1
    lab.rows("dispute_code").update(row["id"], title="迟到的旧标题", updateTime="2026-06-29 10:00:00")
    late = pull(store, source_settings(lab, "dispute_code", tmp_path, overlap_s=10**8))
    assert late.counts.stored == 0
    assert late.counts.superseded == 1
    assert value(store, "SELECT version FROM record WHERE key = :key", key=str(row["id"])) == 2


def test_a_bad_item_is_one_rejection_and_its_neighbours_are_stored(lab: Lab, store: Store, tmp_path: Path) -> None:
    row = dict(next(iter(lab.rows("zhelifang"))))
    lab.rows("zhelifang").add(row | {"ID": "   "}, row | {"ID": "k" * 300})
    report = pull(store, source_settings(lab, "zhelifang", tmp_path))
    assert report.counts.rejected == 2
    assert report.outcome == "complete"
    assert adds_up(report)
    found = rows(store, "SELECT code, field, reason, state FROM rejection ORDER BY code")
    assert [each.code for each in found] == ["key.missing", "key.too_long"]
    assert row["XM"] not in str(found)


@pytest.mark.parametrize(
    ("fault", "options", "outcome"),
    [
        ("status", {"status": 403}, "denied"),
        ("html", {}, "incomplete"),
        ("cut", {}, "incomplete"),
        ("empty", {}, "incomplete"),
        ("envelope", {}, "incomplete"),
        ("reset", {}, "incomplete"),
        ("status", {"status": 503}, "incomplete"),
    ],
    ids=["denied", "login_page", "cut", "empty", "envelope", "reset", "503"],
)
def test_denied_and_broken_replies_are_told_and_never_pass_for_the_end(
    fault: str, options: dict[str, Any], outcome: str, lab: Lab, store: Store, tmp_path: Path
) -> None:
    source = source_settings(lab, "mobile_court", tmp_path)
    lab.fault("mobile_court", fault, times=None, **options)
    report = pull(store, source)
    assert report.outcome == outcome
    assert report.failed
    assert report.error
    assert "mobile_court" in report.error
    assert "attempt" in report.error
    assert value(store, "SELECT count(*) FROM watermark") == 0
    lab.clear_faults("mobile_court")
    assert pull(store, source).outcome == "complete"


def test_a_read_without_rows_is_empty_and_a_failure_unless_allowed(store: Store, tmp_path: Path) -> None:
    with Lab(("dispute_code",), rows={"dispute_code": []}) as lab:
        report = pull(store, source_settings(lab, "dispute_code", tmp_path))
        assert report.outcome == "empty"
        assert report.failed
        allowed = pull(store, source_settings(lab, "dispute_code", tmp_path, allow_empty=True))
    assert allowed.outcome == "empty"
    assert not allowed.failed


def test_a_far_future_row_moves_no_watermark(lab: Lab, store: Store, tmp_path: Path) -> None:
    row = dict(next(iter(lab.rows("dispute_code"))))
    lab.rows("dispute_code").add(row | {"id": 999_999_999, "updateTime": "9999-09-09 00:00:00"})
    report = pull(store, source_settings(lab, "dispute_code", tmp_path))
    assert report.watermark is not None
    assert report.watermark < datetime.now(UTC) + timedelta(seconds=1)
    assert value(store, "SELECT count(*) FROM record WHERE key = '999999999'") == 1


def test_nothing_personal_is_in_the_open_columns(lab: Lab, store: Store, tmp_path: Path) -> None:
    for wire in FOUR:
        pull(store, source_settings(lab, wire, tmp_path))
    people = [party for row in lab.rows("dispute_code") for party in row["applicant"]]
    numbers = {party[name] for party in people for name in ("idNo", "tel") if len(party.get(name) or "") > 9}
    assert len(numbers) > 50
    tables = ("record", "rejection", "run", "ledger", "audit", "watermark", "link")
    said = "\n".join(str(tuple(row)) for table in tables for row in rows(store, f"SELECT * FROM {table}"))
    assert not [number for number in numbers if number in said]


def test_the_audit_chain_holds_an_entry_for_each_page_and_run(lab: Lab, store: Store, tmp_path: Path) -> None:
    report = pull(store, source_settings(lab, "four_platforms", tmp_path))
    actions = [row.action for row in rows(store, "SELECT action FROM audit ORDER BY no")]
    assert actions == ["page.committed"] * report.pages + ["run.finished"]


def test_a_record_is_found_by_valid_numbers_only() -> None:
    note = Note(code="identity.check_digit", field="parties[1].id_number")
    region = Note(code="identity.region_unknown", field="parties[0].id_number")
    record = DisputeRecord(
        source="s",
        stream="records",
        key="k",
        parties=(
            Party(id_type="111", id_number="990101199003070017", phone="13800000001"),
            Party(role="2", id_type="111", id_number="990101199003070018", phone="0571-88888888"),
            Party(role="2", kind="2", id_number="91330100MA2AXXXX0L", phone="138****0001"),
            Party(id_type="414", id_number="E12345678"),
        ),
        references=(Reference(kind="court_case", number="（2026）浙1024民初123号"),),
        notes=(note, region),
    )
    assert subjects(record.model_dump(exclude_none=True)) == (
        ("id", "1", "990101199003070017"),
        ("phone", "1", "13800000001"),
        ("credit", "2", "91330100MA2AXXXX0L"),
        ("ref", "", "（2026）浙1024民初123号"),
    )
