"""Crosswalk tables: what is read, what is refused, and that our own are in the form we write."""

from pathlib import Path

import pytest

from schemas.taxonomy import TaxonomyError, load
from schemas.taxonomy.loader import CAUSE_CROSSWALK, DEPARTMENT_CROSSWALK, HOME
from schemas.taxonomy.sssom import dangling, read_sssom, write_sssom

HEADER = """\
# mapping_set_id: https://yiwang.example/test
# mapping_set_version: "1"
# license: 'https://spdx.org/licenses/Apache-2.0'
# creator_label:
#   - "One \\"the first\\""
#   - Two
# curie_map:
#   skos: http://www.w3.org/2004/02/skos/core#
#   semapv: https://w3id.org/semapv/vocab/
#   yiwang: https://yiwang.example/taxonomy/
#   src: https://yiwang.example/src/
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tsubject_label
"""
BY_HAND = "semapv:ManualMappingCuration"
ROW = f"src:1\tskos:exactMatch\tyiwang:D0101\t{BY_HAND}\t0.9\t婚姻\n"


def _read(text: str) -> object:
    return read_sssom(text.splitlines(keepends=True), name="x.sssom.tsv")


def _problems(text: str) -> list[str]:
    with pytest.raises(TaxonomyError) as caught:
        _read(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", [DEPARTMENT_CROSSWALK, CAUSE_CROSSWALK])
def test_our_own_tables_are_in_the_form_we_write(name: str) -> None:
    assert write_sssom(read_sssom(HOME / name)) == (HOME / name).read_text(encoding="utf-8")


def test_a_table_written_elsewhere_is_read_and_comes_back_equal() -> None:
    table = read_sssom((HEADER + ROW + f"src:b:2\tskos:relatedMatch\tyiwang:D0102\t{BY_HAND}\n").splitlines())
    assert table.version == "1"
    assert table.metadata["license"] == "https://spdx.org/licenses/Apache-2.0"
    assert table.metadata["creator_label"] == ['One "the first"', "Two"]
    first, second = table.rows
    assert (first.subject_code, first.object_code, first.confidence, first.subject_label) == ("1", "D0101", 0.9, "婚姻")
    assert (second.subject_code, second.decides, second.confidence, second.line) == ("b:2", False, 1.0, 14)
    again = read_sssom(write_sssom(table).splitlines())
    assert (again.metadata, again.rows) == (table.metadata, table.rows)


def test_rows_of_a_subject_come_surest_first() -> None:
    rows = "".join(
        f"src:1\tskos:narrowMatch\tyiwang:{code}\t{BY_HAND}\t{confidence}\t\n"
        for code, confidence in (("D0101", 0.4), ("D0102", 0.6))
    )
    table = read_sssom((HEADER + rows).splitlines())
    assert [row.object_code for row in table.by_subject()["1"]] == ["D0102", "D0101"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            ROW.replace("skos:exactMatch", "skos:exctMatch"),
            "row 13 predicate_id: unknown predicate 'skos:exctMatch'; is skos:exactMatch meant?",
        ),
        (ROW.replace("skos:exactMatch", "exactMatch"), "row 13 predicate_id: unknown predicate 'exactMatch'"),
        (ROW.replace("0.9", "1.01"), "row 13 confidence: '1.01' is not a number from 0 to 1"),
        (ROW.replace("0.9", "nan"), "row 13 confidence: 'nan' is not a number from 0 to 1"),
        (ROW.replace("0.9", "high"), "row 13 confidence: 'high' is not a number from 0 to 1"),
        (ROW.replace("src:1", "1"), "row 13 subject_id: '1' is not prefix:code"),
        (ROW.replace("src:1", ""), "row 13 subject_id: '' is not prefix:code"),
        (ROW.replace("src:1", "elsewhere:1"), "row 13 subject_id: prefix 'elsewhere' is not in the curie_map"),
        (ROW.replace("yiwang:D0101", "D0101"), "row 13 object_id: 'D0101' is not prefix:code"),
        (ROW.replace(BY_HAND, ""), "row 13 mapping_justification: '' is not prefix:code"),
        (ROW.replace("婚姻", "婚姻\t家庭"), "row 13: 7 cells where the header has 6"),
        (ROW + ROW, "row 14 subject_id: same subject and object as row 13"),
        (ROW + ROW.replace("D0101", "D0102"), "row 14 predicate_id: row 13 already decides this subject"),
        ("", "no rows"),
    ],
)
def test_a_broken_row_is_refused_with_row_and_reason(row: str, problem: str) -> None:
    assert any(problem in line for line in _problems(HEADER + row)), _problems(HEADER + row)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "# license: 'https://spdx.org/licenses/Apache-2.0'\n",
            "",
            "x.sssom.tsv license: missing in the commented header",
        ),
        ('"1"', "", "mapping_set_version: missing in the commented header"),
        ("# creator_label:", "# creator_label", "row 4: header line is not 'key: value'"),
        ("subject_id\t", "subject\t", "row 12 subject_id: missing column; is 'subject' meant?"),
        ("confidence\t", "predicate_id\t", "row 12 predicate_id: column stands twice"),
    ],
)
def test_a_broken_header_is_refused(old: str, new: str, problem: str) -> None:
    assert old in HEADER
    shown = _problems(HEADER.replace(old, new) + ROW)
    assert any(problem in line for line in shown), shown


def test_a_file_that_is_not_there_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"none\.sssom\.tsv: cannot be read"):
        read_sssom(tmp_path / "none.sssom.tsv")
    (tmp_path / "gb.sssom.tsv").write_bytes((HEADER + ROW).encode("gb18030"))
    with pytest.raises(TaxonomyError, match=r"gb\.sssom\.tsv row 13: is not UTF-8"):
        read_sssom(tmp_path / "gb.sssom.tsv")


def test_rows_that_lead_nowhere_are_told() -> None:
    table = read_sssom((HEADER + ROW + ROW.replace("src:1", "src:2").replace("D0101", "D9999")).splitlines(), name="x")
    assert [str(problem) for problem in dangling(table, load().items)] == [
        "x row 14 object_id: no item 'D9999' in this taxonomy"
    ]
