"""Adapters with a mapping file under the suite: the subject's manifest is that of the file its settings name."""

from pathlib import Path

import pytest

from adapters.generic.table.adapter import FrontTable
from conformance.checks.taxonomy import crosswalk_of
from conformance.harness import Harness
from conformance.outcome import NotApplicable
from conformance.subject import Subject, SubjectInvalid


def subject(folder: Path, *settings: str, mapping: str = "") -> Subject:
    told = ['suite = "1"', "[settings]", *settings, "[wire]", 'path = "v"\nkey = "id"']
    (folder / "conformance.toml").write_text("\n".join(told), encoding="utf-8")
    (folder / "m.toml").write_text('[read]\nview = "v"\nkey = "id"\n[record]\nkey = "id"\n' + mapping, encoding="utf-8")
    return Subject.of(FrontTable, folder)


def test_a_file_counts_from_the_folder_of_conformance_toml(tmp_path: Path) -> None:
    found = subject(tmp_path, 'mapping_file = "m.toml"', mapping='[status]\nx = "closed"')
    assert found.manifest.stages == {"x": "closed"}
    assert found.version.startswith(f"{FrontTable.manifest.version}+")
    with pytest.raises(NotApplicable):  # not the sample's, which another instance has
        crosswalk_of(Harness(found))


def test_the_sample_has_its_own_crosswalk() -> None:
    assert {row.subject_code for row in crosswalk_of(Harness(Subject.of(FrontTable))).rows} >= {"01", "0101", "05"}


@pytest.mark.parametrize(
    ("settings", "mapping", "said"),
    [
        ((), "", "settings: mapping_file: Field required"),
        (('mapping_file = "none.toml"',), "", "settings: mapping_file: Value error, cannot be read: No such file"),
        (('mapping_file = "m.toml"',), "titel = 1", 'm.toml line 6: record.titel: unknown key (did you mean "title"?)'),
    ],
)
def test_settings_that_make_no_adapter_are_told(
    tmp_path: Path, settings: tuple[str, ...], mapping: str, said: str
) -> None:
    with pytest.raises(SubjectInvalid) as caught:
        _ = subject(tmp_path, *settings, mapping=mapping).manifest
    assert said in str(caught.value)
