"""The folder of the lab drops what its rows are, and its faults befall the file as they say."""

import hashlib
import json
from pathlib import Path

import pytest

from conformance.harness import Harness
from conformance.lab.folder import FolderSim
from conformance.outcome import NotApplicable
from conformance.subject import Subject
from conformance.unusual.file_drop import FileDrop
from conformance.unusual.marked_lines import MarkedLines


@pytest.fixture
def harness() -> Harness:
    return Harness(Subject.of(FileDrop))


def files(sim: FolderSim) -> list[Path]:
    return sorted(path for path in Path(sim.place["folder"]).iterdir() if path.is_file())


def test_a_table_lies_there_with_its_manifest(harness: Harness) -> None:
    with harness.source() as sim:
        assert isinstance(sim, FolderSim)
        table, manifest = files(sim)
        told = json.loads(manifest.read_bytes())
        assert manifest.name == f"{table.name}.json"
        assert told == {"rows": 8, "sha256": hashlib.sha256(table.read_bytes()).hexdigest()}
        lines = table.read_text(encoding="gb18030").splitlines()
        assert (len(lines), lines[0].split(",")[0]) == (9, "编号")
        assert files(sim) == [table, manifest], "what waits is not dropped twice"
        sim.rows.update(sim.keys[0], 标题="另一件")
        other, _ = files(sim)
        assert other != table
        assert "另一件" in other.read_text(encoding="gb18030")


def test_a_total_is_off_in_the_manifest_alone(harness: Harness) -> None:
    with harness.source() as sim:
        assert isinstance(sim, FolderSim)
        sim.fault("total", by=2)
        table, manifest = files(sim)
        told = json.loads(manifest.read_bytes())
        assert told == {"rows": 10, "sha256": hashlib.sha256(table.read_bytes()).hexdigest()}


@pytest.mark.parametrize("kind", ["cut", "html", "empty", "encoding"])
def test_a_broken_file_is_not_the_one_its_manifest_tells_of(harness: Harness, kind: str) -> None:
    with harness.source() as sim, harness.store() as store:
        assert isinstance(sim, FolderSim)
        sim.fault(kind)
        report = harness.run(sim, store)
        assert (report.outcome, report.counts.fetched) == ("incomplete", 0)
        assert str(report.error).startswith("source.reply_invalid: 1 file refused")
        assert harness.run(sim, store).counts.stored == 8, "the next one is whole"


def test_a_folder_that_is_gone_comes_back(harness: Harness) -> None:
    with harness.source() as sim, harness.store() as store:
        sim.fault("refused")
        assert str(harness.run(sim, store).error).startswith("source.unavailable")
        assert str(harness.run(sim, store).error).startswith("source.unavailable")
        sim.clear()
        sim.fault("status", status=503)
        assert str(harness.run(sim, store).error).startswith("source.unavailable")
        assert harness.run(sim, store).outcome == "complete"


def test_what_a_folder_cannot_do_is_told(harness: Harness) -> None:
    with harness.source() as sim:
        for kind, options in (("hang", {}), ("status", {"status": 403}), ("status", {"status": 503, "retry_after": 1})):
            with pytest.raises(NotApplicable):
                sim.fault(kind, **options)


def test_without_a_manifest_nobody_sees_a_cut() -> None:
    harness = Harness(Subject.of(MarkedLines))
    with harness.source() as sim, pytest.raises(NotApplicable, match="no manifest"):
        sim.fault("cut")
