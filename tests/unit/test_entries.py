"""Drafts of other kinds: what becomes of each field, what is noted, what is refused, what may stand in the open."""

from typing import Any

import pytest
from normalizing import CITIZEN, FETCHED

from hub.errors import RecordRejected
from hub.mapping.heads import entry_head, subjects
from hub.mapping.normalize import Normalizer
from hub.store.entry_write import ENTRY_HEAD
from hub.store.masking import ENTRY, HIDDEN, masked
from schemas.draft import (
    Draft,
    DraftDocument,
    DraftEntry,
    DraftEvent,
    DraftFigure,
    DraftMediator,
    DraftOrganisation,
    DraftParty,
    DraftRow,
)
from schemas.entry import ENTRIES

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
EMPTY = (DraftEvent, DraftDocument, DraftOrganisation, DraftMediator, DraftFigure, DraftRow)


@pytest.fixture
def told(normalizer: Normalizer) -> Any:
    def make(draft: DraftEntry) -> dict[str, Any]:
        (made,) = normalizer.records([draft], stream="s", fetched=FETCHED)
        if isinstance(made, Exception):
            raise made
        return made

    return make


def noted(entry: dict[str, Any]) -> set[str]:
    return {f"{note['code']}@{note['field']}" for note in entry.get("notes", ())}


def head(entry: dict[str, Any]) -> dict[str, Any]:
    return dict(zip(ENTRY_HEAD, entry_head(entry), strict=True))


def test_an_event_names_its_matter_first_and_its_status_is_a_stage(told: Any) -> None:
    entry = told(
        DraftEvent(
            key=7, of=("court_case", "(2026)浙1024执12号"), references=[("petition", "P1")], at="2026-03-02 09:12:31",
            action="冻结", body="仙居县人民法院", note="已冻结", status="40", revision="2026-03-02 10:00:00",
        )
    )  # fmt: skip
    assert entry["references"][0] == {"kind": "court_case", "number": "（2026）浙1024执12号"}
    assert [each["kind"] for each in entry["references"]] == ["court_case", "petition"]
    assert (entry["key"], entry["at"], entry["stage"]) == ("7", "2026-03-02T01:12:31Z", "settled")
    assert "notes" not in entry
    assert subjects(entry)[0] == ("ref", "", "（2026）浙1024执12号")
    assert (head(entry)["name"], head(entry)["at"], head(entry)["stage"]) == ("冻结", entry["at"], "settled")


def test_an_unknown_status_of_an_event_is_noted(told: Any) -> None:
    entry = told(DraftEvent(key="1", status="77"))
    assert (entry["status"], noted(entry)) == ("77", {"status.unknown@status"})
    assert "stage" not in entry


def test_a_document_tells_who_wrote_to_whom_and_by_when(told: Any) -> None:
    entry = told(
        DraftDocument(
            key="d1", number="仙检建〔2026〕3号", form="检察建议", title="关于张三丰的建议", issuer="仙居县人民检察院",
            addressee="仙居县人社局", issued="2026-03-02", due="2026-05-02", amount="1.5万",
            digest=f"SHA256:{DIGEST.upper()}",
            url="https://a.invalid/x", parties=[DraftParty(name="张三丰", id_number=CITIZEN)], owner="仙居县人民检察院",
        )
    )  # fmt: skip
    assert (entry["amount_fen"], entry["digest"], entry["due"]) == (1_500_000, DIGEST, "2026-05-01T16:00:00Z")
    assert noted(entry) >= {"time.day_only@issued", "time.day_only@due"}
    shown = head(entry)
    assert (shown["name"], shown["title"], shown["due"], shown["done"]) == (
        "检察建议", "关于张**的建议", entry["due"], None
    )  # fmt: skip
    assert ("id", "1", CITIZEN) in subjects(entry)
    open_to_all = masked(entry)
    assert (open_to_all["issuer"], open_to_all["url"], open_to_all["title"]) == (
        "仙居县人民检察院", HIDDEN, "关于张**的建议"
    )  # fmt: skip
    assert CITIZEN not in str(open_to_all)


def test_what_is_no_sha256_is_left_out_and_noted(told: Any) -> None:
    entry = told(DraftDocument(key="1", digest="d41d8cd98f00b204e9800998ecf8427e"))
    assert "digest" not in entry
    assert noted(entry) == {"digest.invalid@digest"}


def test_bodies_and_mediators_keep_what_they_do_and_how_busy_they_are(told: Any) -> None:
    body = told(
        DraftOrganisation(key="1", name="仙居县调委会", code="TW1", fields=["劳动", "", "劳动"], capacity="30人")
    )
    person = told(DraftMediator(key="1", name="李四光", code="M1", organisation="TW1", load=3, phone="13800000001"))
    assert (body["fields"], body["capacity"], person["load"]) == (["劳动"], 30, 3)
    assert (head(body)["name"], head(body)["title"]) == ("TW1", "仙居县调委会")
    assert (head(person)["name"], head(person)["title"]) == ("M1", "李**")
    assert (masked(person)["name"], masked(person)["phone"], masked(body)["name"]) == (
        "李**", "138****0001", "仙居县调委会"
    )  # fmt: skip


def test_a_figure_keeps_exact_numbers_and_both_parts_of_a_rate(told: Any) -> None:
    entry = told(
        DraftFigure(key="1", name="万人成讼率", period="2026-03", value="26.62%", numerator="1,331", denominator=0.5)
    )
    assert (entry["value"], entry["unit"], entry["numerator"], entry["denominator"]) == ("26.62", "%", "1331", "0.5")
    assert (entry["period"], head(entry)["period"], head(entry)["value"]) == ("2026-03", "2026-03", 26.62)


@pytest.mark.parametrize(
    ("written", "period"),
    [("2026年", "2026"), (2026, "2026"), ("202603", "2026-03"), ("2026-03-09", "2026-03-09")],
)
def test_a_period_is_as_fine_as_it_was_told(told: Any, written: Any, period: str) -> None:
    assert told(DraftFigure(key="1", name="n", period=written))["period"] == period


@pytest.mark.parametrize("value", ["约莫", "1" * 19, "0.1234567890123", float("nan"), True])
def test_what_is_no_number_is_noted_and_left_out(told: Any, value: Any) -> None:
    entry = told(DraftFigure(key="1", name="n", value=value))
    assert "value" not in entry
    assert noted(entry) == {"number.invalid@value"}


def test_a_row_of_a_dataset_is_text_and_hidden(told: Any) -> None:
    entry = told(
        DraftRow(
            key="1", dataset="失业保险金", purpose="检察监督", begins="20260301", ends="2026-03-31", amount="1980",
            fields={"XM": "张三丰", "BH": 5, "N": None}, parties=[DraftParty(name="张三丰", id_number=CITIZEN)],
        )
    )  # fmt: skip
    assert (entry["begins"], entry["ends"], entry["amount_fen"]) == ("2026-03-01", "2026-03-31", 198_000)
    assert entry["fields"] == {"XM": "张三丰", "BH": "5"}
    assert masked(entry)["fields"] == {"XM": HIDDEN, "BH": HIDDEN}
    assert (head(entry)["name"], head(entry)["period"]) == ("失业保险金", "2026-03-01")


def test_records_and_entries_of_one_page_keep_their_order(normalizer: Normalizer) -> None:
    drafts = [
        DraftEvent(key="e"),
        Draft(key="r"),
        DraftFigure(key="f"),
        Draft(key=None),
        DraftRow(key="x", dataset="d"),
    ]
    made = normalizer.records(drafts, stream="s", fetched=FETCHED)
    assert [each if isinstance(each, Exception) else each["key"] for each in (*made[:3], made[4])] == list("erfx")
    assert isinstance(made[3], RecordRejected)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (DraftEvent(key=" "), "key.missing"),
        (DraftEvent(key="1", of="P1"), "draft.type"),  # type: ignore[arg-type]
        (DraftEvent(key="1", deleted="0"), "draft.type"),  # type: ignore[arg-type]
        (DraftOrganisation(key="1", name="n", fields="劳动"), "draft.type"),
        (DraftRow(key="1", dataset="d", fields=[1]), "draft.type"),  # type: ignore[arg-type]
        (DraftEntry(key="1"), "draft.type"),
    ],
)
def test_what_cannot_be_an_entry_is_refused_with_its_reason(told: Any, draft: DraftEntry, code: str) -> None:
    with pytest.raises(RecordRejected) as why:
        told(draft)
    assert why.value.reject_code == code


@pytest.mark.parametrize(
    "draft", [DraftMediator(key="1"), DraftFigure(key="1", name=" "), DraftRow(key="1", dataset="无")]
)
def test_an_entry_without_a_name_is_kept_and_noted(told: Any, draft: DraftEntry) -> None:
    assert {each.partition("@")[0] for each in noted(told(draft))} == {"name.missing"}
    draft.deleted = True
    assert noted(told(draft)) == set()


@pytest.mark.parametrize("kind", EMPTY)
def test_a_tombstone_needs_its_key_only(told: Any, kind: type[DraftEntry]) -> None:
    entry = told(kind(key="1", deleted=True))
    assert entry["deleted"] is True
    assert ENTRIES[kind.kind].model_validate(entry).key == "1"
    assert len(entry_head(entry)) == len(ENTRY_HEAD)


@pytest.mark.parametrize("kind", sorted(ENTRIES))
def test_every_field_has_a_rule_for_those_who_see_masked(kind: str) -> None:
    assert set(ENTRIES[kind].model_fields) == set(ENTRY[kind])  # type: ignore[index]


def test_an_unknown_region_is_noted_and_kept_as_it_was_told(told: Any) -> None:
    entry = told(DraftFigure(key="1", name="n", region="990000"))
    assert (entry["extra"], noted(entry)) == ({"region": "990000"}, {"region.unknown@region"})
    assert told(DraftFigure(key="1", name="n", region="331024"))["region"] == "331024000000"


def test_drafts_and_entries_print_no_values(told: Any) -> None:
    draft = DraftMediator(key="k-1", name="张三丰", phone="13800000001")
    assert repr(draft) == "DraftMediator(key, deleted, name, phone)"
    assert "张三丰" not in repr(ENTRIES["mediator"].model_validate(told(draft)))
