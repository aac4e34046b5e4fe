"""Codes, labels and causes to items: what decides, what only proposes, and in which order tables are asked."""

import pytest

from hub.contract import Manifest
from hub.mapping.crosswalk import Causes, Crosswalk, judge, spellings
from hub.mapping.mapper import Mapper
from schemas.record import Classification
from schemas.taxonomy import Taxonomy, load
from schemas.taxonomy.sssom import Mapping, MappingSet, read_sssom

OWN = """\
#mapping_set_id: "https://yiwang.example/sheet"
#mapping_set_version: "3"
#license: "https://spdx.org/licenses/Apache-2.0"
#curie_map:
#  semapv: "https://w3id.org/semapv/vocab/"
#  skos: "http://www.w3.org/2004/02/skos/core#"
#  yiwang: "https://yiwang.example/taxonomy/"
#  sheet: "https://yiwang.example/sheet/"
subject_id\tsubject_label\tpredicate_id\tobject_id\tmapping_justification\tconfidence
sheet:01\t漏水\tskos:exactMatch\tyiwang:D0201\tsemapv:ManualMappingCuration\t0.9
sheet:02\t邻里\tskos:narrowMatch\tyiwang:D0204\tsemapv:ManualMappingCuration\t0.6
sheet:03\t钱\tskos:relatedMatch\tyiwang:D0501\tsemapv:ManualMappingCuration\t0.5
sheet:03\t钱\tskos:relatedMatch\tyiwang:D0802\tsemapv:ManualMappingCuration\t0.5
sheet:99\t其他\tskos:narrowMatch\tyiwang:D2103\tsemapv:ManualMappingCuration\t0.5
sheet:98\t综合\tskos:exactMatch\tyiwang:D2103\tsemapv:ManualMappingCuration\t0.9
sheet:0101\t离婚\tskos:broadMatch\tyiwang:D0101\tsemapv:ManualMappingCuration\t0.9
"""


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load()


@pytest.fixture(scope="module")
def own() -> MappingSet:
    return read_sssom(OWN.splitlines(), name="sheet")


def mapper(taxonomy: Taxonomy, own: MappingSet | None = None, *, department: str = "", causes: bool = False) -> Mapper:
    manifest = Manifest(name="sheet", version="1", kind="grid", department=department, causes=causes)
    return Mapper.for_manifest(manifest, taxonomy, own)


def classify(
    of: Mapper, code: str | None = None, label: str | None = None, edition: str | None = None, text: str = ""
) -> Classification:
    return of.classify(code=code, label=label, edition=edition, title=text, detail="")


def row(predicate: str, target: str) -> Mapping:
    return Mapping("sheet:1", f"skos:{predicate}", f"yiwang:{target}", "semapv:ManualMappingCuration", confidence=0.8)


@pytest.mark.parametrize(
    ("predicate", "decides"),
    [("exactMatch", True), ("broadMatch", True), ("narrowMatch", False), ("relatedMatch", False)],
)
def test_the_same_and_the_narrower_source_item_decide(taxonomy, predicate, decides):
    verdict = judge("adapter_crosswalk", "adapter 1", [row(predicate, "D0201")], taxonomy.current)
    assert (verdict.item, verdict.proposed) == (("D0201", ()) if decides else (None, ("D0201",)))
    assert verdict.evidence == f"adapter 1 {predicate} D0201"


def test_retired_targets_point_on_and_unknown_ones_are_no_use():
    follow = {"D0201": "D0202", "D0203": "D0203"}.get
    assert judge("cause", "x", [row("exactMatch", "D0201")], follow).item == "D0202"
    assert judge("cause", "x", [row("exactMatch", "D9999")], follow) is None
    assert judge("cause", "x", [], follow) is None


def test_a_category_can_only_be_proposed(taxonomy):
    verdict = judge("adapter_crosswalk", "x", [row("exactMatch", "D02")], taxonomy.current)
    assert (verdict.item, verdict.proposed) == (None, ("D02",))


def test_the_adapters_own_code_decides(taxonomy, own):
    found = classify(mapper(taxonomy, own), "01", "漏水", "2026")
    assert (found.item, found.category, found.method, found.confidence) == ("D0201", "D02", "adapter_crosswalk", 0.9)
    assert (found.code, found.label, found.edition) == ("01", "漏水", "2026")
    assert found.evidence == "adapter 01 exactMatch D0201"


def test_a_decision_needs_no_text_and_heeds_none(taxonomy, own):
    assert classify(mapper(taxonomy, own), "01", text="渔船船员工资被拖欠").item == "D0201"


def test_a_proposal_without_text_stays_at_its_category_marked(taxonomy, own):
    found = classify(mapper(taxonomy, own), "02")
    assert (found.item, found.category, found.method) == (None, "D02", "proposal")
    assert found.candidates[0] == "D0204"
    assert 0 < found.confidence < 0.6


def test_the_text_decides_among_a_proposals_candidates(taxonomy, own):
    found = classify(mapper(taxonomy, own), "02", text="楼上漏水")
    assert (found.item, found.method) == ("D0201", "text")
    assert found.evidence.startswith("adapter 02 narrowMatch D0204; text:")
    assert classify(mapper(taxonomy, own), "02", text="信用卡逾期").method == "proposal"
    assert classify(mapper(taxonomy, own), "03", text="公司拖欠工资").item == "D0802"


def test_tie_break_rules_may_lead_out_of_a_proposals_categories(taxonomy, own):
    assert classify(mapper(taxonomy, own), "03", text="渔船船员工资被拖欠").item == "D1801"


def test_other_is_decided_by_an_explicit_code_only(taxonomy, own):
    assert classify(mapper(taxonomy, own), "98").item == "D2103"
    vague = classify(mapper(taxonomy, own), "99")
    assert (vague.item, vague.category, vague.method) == (None, "D21", "proposal")
    assert classify(mapper(taxonomy, own), "99", text="楼上漏水").item == "D0201"


def test_an_unknown_code_is_unmapped_and_says_so(taxonomy, own):
    found = classify(mapper(taxonomy, own), "7777", "怪")
    assert (found.item, found.category, found.method, found.code) == (None, None, "unmapped", "7777")
    assert "no table knows" in found.evidence
    assert classify(mapper(taxonomy, own), "7777", text="楼上漏水").method == "text"
    assert classify(mapper(taxonomy, own)).evidence == ""


def test_a_code_deeper_than_the_table_falls_to_the_one_above(taxonomy, own):
    assert classify(mapper(taxonomy, own), "010103").item == "D0101"
    assert classify(mapper(taxonomy, own), "030201").item is None


def test_the_adapters_table_is_asked_before_the_departments(taxonomy, own):
    both = mapper(taxonomy, own, department="ZFW")
    assert classify(both, "0101").evidence.startswith("adapter ")
    assert classify(both, "0102").method == "department_crosswalk"


@pytest.mark.parametrize(
    ("department", "code", "label", "item"),
    [
        ("ZFW", "ZFW-0101", None, "D0101"),
        ("ZFW", "0101", None, "D0101"),
        ("ZFW", None, "恋爱及婚姻", "D0101"),
        ("ZFW", "no such", "恋爱及婚姻", "D0101"),
        ("XF", None, "城乡建设_村务公开_恋爱", None),
        ("NONE", "0101", "恋爱及婚姻", None),
    ],
)
def test_a_departments_items_are_found_by_code_or_label(taxonomy, department, code, label, item):
    assert classify(mapper(taxonomy, department=department), code, label).item == item


def test_every_department_item_is_found_by_its_code_and_label(taxonomy):
    for department in taxonomy.departments:
        walk = Crosswalk.of_department(department, taxonomy)
        for item in taxonomy.source_items.values():
            if item.department == department:
                by_code, by_label = walk.by_code(item.code), walk.by_label(item.label)
                assert by_code is not None and by_code == by_label
                decided = [row.object_code for row in item.matches if row.decides]
                assert ([by_code.item] if by_code.item else []) == decided


def test_causes_are_found_by_label_before_number(taxonomy):
    causes = Causes(taxonomy)
    property_service = causes.find("121", "物业服务合同纠纷", "2025")
    assert property_service.item == "D0401"
    assert causes.find("126", None, "2025").item == causes.find("121", None, "2020").item == "D0401"
    assert causes.find("121", None, "2025") != property_service


def test_a_cause_number_without_edition_counts_only_where_editions_agree(taxonomy):
    causes = Causes(taxonomy)
    by_number = taxonomy.causes_by_number
    shared = {number for kind, edition, number in by_number if kind == "civil" and edition == "2020"}
    agree = disagree = 0
    for number in shared:
        verdicts = [causes.find(number, None, edition) for edition in ("2020", "2025")]
        items = {verdict.item if verdict else None for verdict in verdicts}
        found = causes.find(number, None, None)
        if None not in verdicts and len(items) == 1:
            agree += 1
            assert found is not None and found.item in items
        else:
            disagree += 1
            assert found is None
    assert agree > 50 and disagree > 50


@pytest.mark.parametrize(
    ("written", "item"),
    [
        ("离婚纠纷", "D0101"),
        ("离婚", "D0101"),
        ("离婚纠纷一案", "D0101"),
        (" 离婚 纠纷 ", "D0101"),
        ("婚姻家庭、继承纠纷/离婚纠纷", "D0101"),
        ("不存在的案由", None),
    ],
)
def test_spellings_of_a_cause(taxonomy, written, item):
    verdict = Causes(taxonomy).find(None, written, None)
    assert (verdict.item if verdict else None) == item


def test_spellings_try_the_whole_first_and_the_finest_part_next():
    tried = list(spellings("城乡建设_房屋（住宅）拆迁"))
    assert tried[0] == "城乡建设_房屋(住宅)拆迁"
    assert tried.index("房屋(住宅)拆迁") < tried.index("城乡建设")
    assert "房屋拆迁" in tried


def test_sub_numbers_are_read_in_the_styles_met(taxonomy):
    causes = Causes(taxonomy)
    number = next(
        n for kind, edition, n in taxonomy.causes_by_number if kind == "civil" and edition == "2025" and "." in n
    )
    head, tail = number.split(".")
    found = {
        causes.find(f"{head}{style}", None, "2025") for style in (f".{tail}", f"-{tail}", f"（{tail}）", f"({tail})")
    }
    assert len(found) == 1


def test_a_matter_that_is_no_dispute_decides_nothing(taxonomy):
    procedural = next(cause for cause in taxonomy.causes.values() if not cause.is_dispute and cause.level == 3)
    assert Causes(taxonomy).find(None, procedural.label, None) is None


@pytest.mark.parametrize(
    ("label", "text", "item"),
    [
        ("财产损害赔偿纠纷", "楼上漏水，楼下天花板泡水", "D0201"),  # rule 6
        ("财产损害赔偿纠纷", "倒车撞坏围墙", "D0703"),
        ("财产损害赔偿纠纷", "", "D0703"),
        ("相邻关系纠纷", "楼上渗水到楼下", "D0201"),  # rule 6
        ("建设工程施工合同纠纷", "村委会拖欠村道工程款", "D1104"),  # rule 3
        ("建设工程施工合同纠纷", "厂房工程款未结", "D0601"),
        ("建设工程施工合同纠纷", "与村民委员会签订村道硬化施工合同，尚欠余款", "D1104"),  # rule 3
        ("医疗服务合同纠纷", "隆鼻手术后鼻背偏斜", "D1302"),  # rule 4
        ("医疗服务合同纠纷", "护工收费与约定不符", "D1303"),
    ],
)
def test_a_cause_names_a_legal_relation_and_the_text_what_happened(taxonomy, label, text, item):
    found = classify(mapper(taxonomy, department="FY", causes=True), label=label, text=text)
    assert found.item == item, found.evidence


def test_a_label_repeated_as_title_is_not_heard_twice(taxonomy):
    court = mapper(taxonomy, department="FY", causes=True)
    found = court.classify(
        code="88", label="买卖合同纠纷", edition="2025", title="买卖合同纠纷", detail="购买的西瓜种子不合格，减产绝收。"
    )
    assert "买卖合同" not in found.evidence
    assert found.candidates[0] == "D0502" and found.method == "proposal"


def test_answers_by_code_are_remembered(taxonomy, own):
    once = mapper(taxonomy, own)
    assert once.find("01", None, None, "", "") is once.find("01", None, None, "", "")


def test_the_version_names_every_edition_that_decides(taxonomy, own):
    once = mapper(taxonomy, own)
    assert once.version == f"{taxonomy.version}+sheet-3+{once.classifier.version}"
    assert classify(once, "01").mapping == once.version
    assert mapper(taxonomy).version == f"{taxonomy.version}+{once.classifier.version}"
