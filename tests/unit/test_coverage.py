"""How codes stand to items: read back from the evidence, and counted by the least under each code."""

import pytest

from hub.cli.coverage import codes_by_source
from hub.mapping.crosswalk import Crosswalk, Relation, relation
from hub.store.rows import SeenCode
from schemas.taxonomy.sssom import Mapping


@pytest.mark.parametrize(
    ("evidence", "stands"),
    [
        ("adapter D0901 exactMatch D0901", "exact"),
        ("department FY-MS-120-3 broadMatch D0601", "broader"),
        ("cause T414-06 broadMatch D1501; refiled by rule 6; text: 漏水 D0201=4.0", "broader"),
        ("adapter 1101 narrowMatch D1201; text: 水费 D1206=5.7", "narrower"),
        ("adapter 0303 narrowMatch D0301 D0401 D0403; text: 租金 D0302=8.0", "narrower"),
        ("adapter 1399 relatedMatch D1904; text: 复议 D1904=4.6", "narrower"),
        ("adapter 7 narrowMatch/relatedMatch D0301 D0401", "narrower"),
        ("adapter D07 exactMatch D07; text: 名誉 D0704=5.2", "narrower"),  # a category: an item is still to be found
        ("adapter a exactMatch D0101; adapter b exactMatch D0102", "narrower"),  # one label of two subjects
        ("adapter a exactMatch D0101; adapter b broadMatch D0101", "broader"),
        ("adapter Noise complaints exactMatch D0201", "exact"),  # a code may be words
        ("no table knows the source's code; text: 拖网 D1802=7.9", "unmapped"),
        ("text: adapter exactMatch", "unmapped"),
        ("", "unmapped"),
    ],
)
def test_evidence_says_how_a_code_stands_to_items(evidence: str, stands: str) -> None:
    assert relation(evidence) == stands


@pytest.mark.parametrize(
    ("predicate", "stands"),
    [("exactMatch", "exact"), ("broadMatch", "broader"), ("narrowMatch", "narrower"), ("relatedMatch", "narrower")],
)
def test_it_reads_what_the_tables_write(predicate: str, stands: Relation) -> None:
    row = Mapping("x:17", f"skos:{predicate}", "yiwang:D0201", "semapv:ManualMappingCuration")
    found = Crosswalk("adapter_crosswalk", "adapter", [("17", "噪声", [row])], current=lambda code: code).by_code("17")
    assert found is not None
    assert relation(found.evidence) == stands


def test_a_code_counts_once_by_the_least_found_under_it() -> None:
    seen = [
        SeenCode("a", "1", "x", 5, "adapter 1 exactMatch D0101"),
        SeenCode("a", "1", "x", 1, "no table knows the source's code"),  # of another edition
        SeenCode("a", "2", None, 1, "adapter 2 broadMatch D0101"),
        SeenCode("b", None, "y", 1, "adapter y narrowMatch D0101 D0102"),
    ]
    rows = codes_by_source(seen, {"a": 2, "b": 1, "c": 0}, 84)
    assert [row[:7] for row in rows] == [
        ("a", 2, 0, 1, 0, 1, 2),
        ("b", 1, 0, 0, 1, 0, 1),
        ("c", 0, 0, 0, 0, 0, 0),
    ]
    assert [row.share for row in rows] == [round(2 / 84, 4), round(1 / 84, 4), 0]
