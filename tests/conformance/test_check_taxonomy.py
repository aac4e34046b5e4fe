"""Words, doors and crosswalks that the checks of the taxonomy must judge rightly, one by one."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.checks import taxonomy
from conformance.harness import Harness, Seen
from conformance.outcome import NotApplicable, Violation
from conformance.reference import Reference
from conformance.subject import Subject
from hub.api import Channel, Stage

ENDS = frozenset({Stage.SETTLED, Stage.UNSETTLED, Stage.CONFIRMED, Stage.FULFILLED, Stage.BREACHED})
CLAIMS: dict[str, frozenset[Stage]] = {
    **dict.fromkeys(["办结", "已办结", "结案", "已结案", "终结", "归档", "closed", "close", "done", "finished"], ENDS),
    **dict.fromkeys(["已答复", "答复", "replied", "answered"], ENDS | {Stage.CLOSED}),
    **dict.fromkeys(["判决", "已判决", "judged"], ENDS | {Stage.ENFORCING}),
    **dict.fromkeys(["调解", "调解中", "mediating"], ENDS | {Stage.CLOSED}),
    **dict.fromkeys(["调解不成", "调解失败", "未达成协议"], frozenset({Stage.SETTLED, Stage.CLOSED})),
    **dict.fromkeys(["签收", "已签收", "待受理"], frozenset({Stage.ACCEPTED})),
    **dict.fromkeys(["撤诉", "撤回", "已撤回", "withdrawn"], ENDS),
    **dict.fromkeys(["不予受理", "不受理"], frozenset({Stage.CLOSED, Stage.ACCEPTED})),
}
"""Words, and the stages that say more than they do: what `SPEC.md` promises, written down a second time."""

DOORS = {
    "court": {"FY"}, "petition": {"XF", "RX", "WS", "CK"}, "mediation": {"TJ", "WS", "CK"},
    "grid": {"WG", "GA", "RX", "WS"},
}  # fmt: skip


def staged(stages: dict[str, Stage], *drafts: tuple[str, str | None]) -> Any:
    """What TX-05 asks of a harness: a manifest, and drafts with status and label."""
    seen = [Seen("page 1 row 1", {}, hub.Draft(key="1", status=status, status_label=label)) for status, label in drafts]
    subject = SimpleNamespace(manifest=SimpleNamespace(stages=stages))
    return SimpleNamespace(subject=subject, read_all=lambda scenario="": seen, observe=lambda count=1: None)


def refused(id: str, harness: Any) -> bool:
    try:
        CHECKS[id].run(harness)
    except Violation:
        return True
    return False


@pytest.mark.parametrize("word", CLAIMS)
def test_a_word_is_given_no_stage_that_says_more(word: str) -> None:
    assert {stage for stage in Stage if refused("TX-05", staged({word: stage}))} == CLAIMS[word]
    assert {stage for stage in Stage if refused("TX-05", staged({f" {word.upper()} ": stage}))} == CLAIMS[word]


def test_a_code_is_judged_by_its_label() -> None:
    assert refused("TX-05", staged({"9": Stage.SETTLED}, ("9", "办结")))
    assert not refused("TX-05", staged({"9": Stage.SETTLED}, ("8", "办结")))
    assert not refused("TX-05", staged({"9": Stage.SETTLED}, ("9", None)))
    assert refused("TX-05", staged({"8": Stage.FILED, "9": Stage.SETTLED}, ("8", "立案"), ("9", "结案")))


def test_a_word_without_a_status_says_nothing_of_a_stage() -> None:
    assert not refused("TX-05", staged({"None": Stage.SETTLED}, (None, "办结")))


def test_no_stages_no_neighbours() -> None:
    with pytest.raises(NotApplicable):
        CHECKS["TX-05"].run(staged({}, ("9", "办结")))


@pytest.mark.parametrize("kind", [*DOORS, "notice", "generic"])
def test_a_matter_comes_through_the_doors_of_its_kind(kind: str) -> None:
    def by(channel: str) -> Any:
        manifest = SimpleNamespace(kind=kind, channel=channel)
        return SimpleNamespace(subject=SimpleNamespace(manifest=manifest), read_all=lambda scenario: [])

    fitting = {str(channel) for channel in Channel if not refused("TX-07", by(channel))}
    assert fitting == DOORS.get(kind, {str(channel) for channel in Channel})
    assert refused("TX-07", by("COURT"))


def test_the_channel_of_a_draft_counts() -> None:
    manifest = SimpleNamespace(kind="court", channel="FY")
    seen = [Seen(f"row {at}", {}, hub.Draft(key="1", channel=code)) for at, code in enumerate((None, "WG"))]
    harness: Any = SimpleNamespace(subject=SimpleNamespace(manifest=manifest), read_all=lambda scenario: seen)
    with pytest.raises(Violation) as found:
        CHECKS["TX-07"].run(harness)
    assert found.value.where == "row 1"


HEAD = "".join(
    f"{line}\n"
    for line in (Path(taxonomy.__file__).parents[1] / "reference" / taxonomy.CROSSWALK).read_text("utf-8").splitlines()
    if line.startswith(("#", "subject_id"))
)

Made = Callable[..., type[hub.Adapter[Any]]]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """An adapter whose module stands beside a crosswalk of these rows: (code, label, predicate, object, its label)."""
    module = ModuleType("lakeside_made")
    module.__file__ = str(tmp_path / "made.py")
    sys.modules[module.__name__] = module

    def make(*rows: tuple[str, str, str, str, str], text: str = "", **attributes: Any) -> type[hub.Adapter[Any]]:
        lines = [
            f"lakeside:{code}\t{label}\tskos:{predicate}\tyiwang:{item}\t{its}\tsemapv:ManualMappingCuration\t0.9\t\n"
            for code, label, predicate, item, its in rows
        ]
        (tmp_path / taxonomy.CROSSWALK).write_text(text or HEAD + "".join(lines), encoding="utf-8")
        return type("Made", (Reference,), {"__module__": module.__name__, **attributes})

    yield make
    del sys.modules[module.__name__]


LOAN = ("L01", "借款", "exactMatch", "D0501", "民间借贷纠纷")
FEES = ("L03", "物业费", "broadMatch", "D0401", "物业服务与物业费纠纷")


def test_a_crosswalk_that_cannot_be_read_is_a_failure(made: Made) -> None:
    for id in ("TX-01", "TX-09", "TX-10"):
        assert judged(id, made(text="subject_id\nnothing\n")).expected == "a crosswalk without a fault"


def test_an_adapter_without_a_crosswalk_has_none() -> None:
    plain = type("Plain", (hub.Adapter,), {"manifest": Reference.manifest, "Config": Reference.Config})
    harness = Harness(Subject.of(plain, Subject.of(Reference).folder))
    with pytest.raises(NotApplicable):
        taxonomy.crosswalk_of(harness)


def test_rows_count_as_looked_at(made: Made) -> None:
    harness = Harness(Subject.of(made(LOAN, FEES)))
    assert len(taxonomy.crosswalk_of(harness).rows) == harness.observed == 2


def test_an_item_that_is_retired_is_no_object(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = made(LOAN, FEES)
    CHECKS["TX-01"].run(Harness(Subject.of(kind)))
    real = taxonomy.load()
    fewer = replace(real, items={**real.items, "D0401": replace(real.items["D0401"], live=False)})
    monkeypatch.setattr(taxonomy, "load", lambda: fewer)
    assert "D0401" in judged("TX-01", kind).observed


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        ([LOAN], True),
        ([("L01", "借款", "exactMatch", "D0501", "")], True),
        ([("L01", "借款", "exactMatch", "D0501", "民间借贷")], False),
        ([("L01", "借款", "broadMatch", "D05", "民间借贷纠纷")], False),
        ([("L01", "借款", "exactMatch", "D9901", "没有的事项")], True),  # TX-01's business
    ],
)
def test_a_label_is_that_of_its_item(rows: list[Any], right: bool, made: Made) -> None:
    assert refused("TX-09", Harness(Subject.of(made(*rows)))) is not right


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        ([LOAN, ("L07", "借款", "exactMatch", "D0501", "")], True),  # two codes of one meaning
        ([LOAN, ("L07", "担保", "exactMatch", "D0501", "")], False),
        ([LOAN, ("L07", "担保", "broadMatch", "D0501", "")], True),
        ([LOAN, FEES, ("L07", "", "exactMatch", "D0501", "")], False),
        ([("L07", "", "exactMatch", "D0501", ""), ("L08", "", "exactMatch", "D0501", "")], False),
        ([("L09", "其他", "exactMatch", "D2103", "")], True),
        ([("L09", "其他纠纷", "exactMatch", "D21", "")], True),
        ([("L09", "杂项", "exactMatch", "D21", "")], False),
        ([("L09", "杂项", "exactMatch", "D2103", "")], False),
        ([("L09", "", "exactMatch", "D2103", "")], True),
        ([("L09", "杂项", "exactMatch", "D2101", "")], True),
        ([("L09", "杂项", "broadMatch", "D2103", "")], True),
    ],
)
def test_exact_means_equal(rows: list[Any], right: bool, made: Made) -> None:
    assert refused("TX-10", Harness(Subject.of(made(*rows)))) is not right


@pytest.mark.parametrize(("left", "unknown"), [("code", 4), ("label", 3)])  # a row of the crosswalk goes by its code
def test_a_code_or_a_label_is_enough_to_be_looked_up(left: str, unknown: int, made: Made) -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        return replace(Reference.draft(self, item), **{left: None})

    kind = made(LOAN, draft=draft)
    found = judged("TX-02", kind)
    assert (found.observed.partition(" are")[0], found.where) == (f"{unknown} of 4 codes", taxonomy.CROSSWALK)


def test_drafts_without_code_and_label_have_nothing_to_look_up(made: Made) -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        return replace(Reference.draft(self, item), code=None, label=None)

    for id in ("TX-02", "TX-04"):
        with pytest.raises(NotApplicable):
            CHECKS[id].run(Harness(Subject.of(made(LOAN, draft=draft))))


@pytest.mark.parametrize("object", [("D0501", ""), ("D21", ""), ("D2103", "")])
def test_an_unknown_code_that_some_row_catches_is_told(object: tuple[str, str], made: Made) -> None:
    kind = made(("ZZ-UNKNOWN", "", "exactMatch", *object))
    assert judged("TX-03", kind).expected == "no item, or one the text speaks for"


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("count", [0, 1])
def test_unmapped_records_are_counted(count: int, others: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    harness = Harness(Subject.of(Reference))
    run, records = harness.run, harness.records

    def counted(*args: Any, **options: Any) -> Any:
        report = run(*args, **options)
        report.counts.unmapped = count
        return report

    def unmapped(store: Any) -> list[Any]:
        rows = [replace(row, method="unmapped", item=None) for row in records(store)]
        return [*rows, *(replace(row, method="text") for row in rows if others)]

    monkeypatch.setattr(harness, "run", counted)
    monkeypatch.setattr(harness, "records", unmapped)
    assert refused("TX-03", harness) is not bool(count)


@pytest.mark.parametrize("name", ["code", "label"])
@pytest.mark.parametrize(
    ("change", "right"),
    [
        (lambda value: value, True), (lambda value: f" {value} ", True), (lambda value: None, True),
        (lambda value: "  ", True), (lambda value: value[:-1], False), (lambda value: f"{value}x", False),
        (lambda value: f"{value}-{value}", True), (lambda value: f"({value})", True),
    ],
)  # fmt: skip
def test_code_and_label_are_made_of_what_the_row_holds(name: str, change: Callable[[str], Any], right: bool) -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        plain = Reference.draft(self, item)
        return replace(plain, **{name: change(str(getattr(plain, name)))})

    kind = type("Changed", (Reference,), {"draft": draft})
    if right:
        CHECKS["TX-04"].run(Harness(Subject.of(kind)))
    else:
        assert judged("TX-04", kind).expected.startswith(f"a {name} ")


@pytest.mark.parametrize(
    ("text", "values", "made_of"),
    [
        ("a", ["a"], True), ("a/b", ["a", "b"], True), ("ab", ["a", "b"], True), ("ab", ["a"], False),
        ("abc", ["ab", "abc"], True), ("aba", ["ab", "a"], True), ("…", [], True), ("1", [], False),
        ("甲乙", ["甲", "乙丙"], False),
    ],
)  # fmt: skip
def test_a_text_is_made_of_values_and_signs(text: str, values: list[str], made_of: bool) -> None:
    assert taxonomy._made_of(text, values) is made_of


def test_leaves_are_plain_values_at_any_depth() -> None:
    assert [*taxonomy._leaves({"a": [1, {"b": ("c", None)}], "d": b"e", "f": ""})] == [1, "c", b"e", ""]


def test_labels_are_those_of_items_and_categories() -> None:
    codes = taxonomy._codes(taxonomy.load())
    assert (codes["D0501"], len(codes)) == ("民间借贷纠纷", 21 + 84)


@pytest.mark.parametrize("gone", ["closed", "open"])
def test_every_status_seen_needs_a_stage(gone: str) -> None:
    stages = {code: stage for code, stage in Reference.manifest.stages.items() if code != gone}
    kind = type("Fewer", (Reference,), {"manifest": replace(Reference.manifest, stages=stages)})
    found = judged("TX-06", kind)
    assert gone in found.observed
    assert found.observed.startswith("1 of ")


def test_without_a_status_none_needs_a_stage() -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        return replace(Reference.draft(self, item), status=None)

    with pytest.raises(NotApplicable):
        CHECKS["TX-06"].run(Harness(Subject.of(type("Bare", (Reference,), {"draft": draft}))))


class Letters(Reference):
    """Tells of papers, and of no dispute."""

    def draft(self, item: hub.Item) -> Any:
        return hub.DraftDocument(key=item["case_no"], revision=item.get("updated"), title=item.get("title"))


@pytest.mark.parametrize("id", ["TX-02", "TX-03", "TX-04", "TX-07"])
def test_what_is_no_dispute_has_no_class(id: str) -> None:
    with pytest.raises(NotApplicable, match="no disputes"):
        CHECKS[id].run(Harness(Subject.of(Letters)))


@pytest.mark.parametrize("id", ["TX-06", "RC-20"])
def test_what_is_no_dispute_and_no_step_has_no_stage(id: str) -> None:
    class Closed(Letters):
        def draft(self, item: hub.Item) -> Any:
            return replace(super().draft(item), status=item.get("state"))

    with pytest.raises(NotApplicable):
        CHECKS[id].run(Harness(Subject.of(Closed)))
