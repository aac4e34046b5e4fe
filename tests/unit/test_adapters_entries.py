"""Streams that tell of something else than disputes: what an item of each becomes, and that no stream is forgotten."""

from typing import Any

import pytest

from adapters.court.administrative_law.papers import alert, contract, letter
from adapters.court.enforcement.stages import stage
from adapters.court.enforcement_payout.adapter import yuan
from adapters.court.mobile_court_papers.adapter import figure, receipt
from adapters.court.mobile_court_papers.guarantees import guarantee
from adapters.grid.public_data.columns import row
from adapters.grid.public_data.config import Dataset, PublicDataConfig
from adapters.mediation.peoples_mediation.register import body, mediator
from conformance.subject import Subject
from hub.api import Draft, DraftEntry, Item
from hub.registry import Registry
from schemas.draft import DraftDocument, DraftEvent, DraftFigure, DraftMediator, DraftOrganisation, DraftRow

KINDS: dict[tuple[str, str], type[DraftEntry]] = {
    ("enforcement", "stages"): DraftEvent,
    ("enforcement_payout", "payouts"): DraftRow,
    ("zhelifang_letters", "letters"): DraftDocument,
    ("zhelifang_letters", "hearings"): DraftDocument,
    ("zhelifang_letters", "retrospectives"): DraftEvent,
    ("zhelifang_letters", "lists"): DraftRow,
    ("zhelifang_letters", "receptions"): DraftRow,
    ("mobile_court_papers", "receipts"): DraftDocument,
    ("mobile_court_papers", "guarantees"): DraftDocument,
    ("mobile_court_papers", "figures"): DraftFigure,
    ("mobile_court_papers", "sessions"): DraftEvent,
    ("administrative_law", "contracts"): DraftDocument,
    ("administrative_law", "alerts"): DraftEvent,
    ("administrative_law", "letters"): DraftDocument,
    ("administrative_law", "sessions"): DraftEvent,
    ("portal", "topics"): DraftEvent,
    ("peoples_mediation", "mediators"): DraftMediator,
    ("peoples_mediation", "bodies"): DraftOrganisation,
    ("four_platforms_bodies", "bodies"): DraftOrganisation,
}
DATASET = Dataset(name="失业保险金发放", owner="某局", purpose="检察监督", amount="FFJE", begins="KS", cites="AH")


def config(**more: Any) -> PublicDataConfig:
    told = {"base_url": "http://127.0.0.1:1", "organisation": "0", "interface_id": "0", "key": "BH", "dataset": DATASET}
    return PublicDataConfig.model_validate(told | more)


@pytest.mark.parametrize(("name", "stream"), sorted(KINDS))
def test_a_stream_of_entries_gives_its_kind_and_the_others_give_records(name: str, stream: str) -> None:
    kind = Registry.load_one(name)
    adapter = kind(kind.Config.model_construct())
    # every field of the source is optional but the key, which is the one an empty item lacks
    with pytest.raises(KeyError) as why:
        adapter.draft_of(stream)({})
    key = str(why.value.args[0])
    assert key == _key(name, stream)
    made = adapter.draft_of(stream)({key: "1"})
    assert (type(made), made.key) == (KINDS[name, stream], "1")
    told = {each.name for each in kind.manifest.streams}
    for other in told - {stream for owner, stream in KINDS if owner == name}:
        assert adapter.draft_of(other) == adapter.draft


def _key(name: str, stream: str) -> str:
    spec = Subject.load(name).spec
    return str(spec.streams[stream].wire["key"] if stream in spec.streams else spec.wire.key)


@pytest.mark.parametrize(
    ("fen", "told"), [("1080000", "10800.00"), (" 5 ", "0.05"), ("", ""), (None, None), ("1,000", "分 1,000")]
)
def test_an_amount_in_fen_is_told_in_yuan_and_what_is_none_is_not_taken_for_yuan(
    fen: str | None, told: str | None
) -> None:
    assert yuan(fen) == told


def test_a_stage_is_of_its_case_and_done_by_its_team() -> None:
    made = stage({"JDBH": "1", "AH": "（2026）浙0110执1号", "JDMC": "财产处置", "TDMC": "处置组", "FYMC": "某法院"})
    assert (made.of, made.action, made.body, made.owner) == (
        ("court_case", "（2026）浙0110执1号"), "财产处置", "处置组", "某法院"
    )  # fmt: skip


def test_who_was_served_is_a_party_and_no_addressee_in_the_open() -> None:
    made = receipt({"SDBH": "1", "SSDR": "张三", "LX": "自然人", "FYMC": "某法院"})
    assert (made.addressee, [each.name for each in made.parties], made.issuer) == (None, ["张三"], "某法院")


def test_a_guarantee_is_found_by_who_gives_it_and_by_who_asked_for_it() -> None:
    made = guarantee({"DBBH": "1", "DBJGMC": "某银行", "DBJGDM": "A", "SQR": "张三", "SQRZJ": "B"})
    assert [(each.role, each.kind, each.id_number) for each in made.parties] == [("3", "2", "A"), ("1", "1", "B")]


def test_a_figure_keeps_both_parts() -> None:
    made = figure({"TJBH": "1", "SAS": "4", "RKS": "86,400", "ZBZ": "0.46"})
    assert (made.numerator, made.denominator, made.value) == ("4", "86,400", "0.46")


def test_a_contract_is_of_its_own_number_and_its_alerts_name_that() -> None:
    number = ("contract", "瓯合〔2026〕11号")
    assert contract({"contractId": "1", "contractNo": number[1]}).of == number
    assert alert({"alertId": "1", "contractNo": number[1]}).of == number
    assert number in letter({"letterId": "1", "contractNo": number[1]}).references


def test_a_letter_belongs_to_whom_it_asks_for_an_answer() -> None:
    made = letter({"letterId": "1", "issuerName": "某检察院", "addresseeName": "某局", "relatedNo": "ZJ3310242026001"})
    assert (made.issuer, made.addressee, made.owner) == ("某检察院", "某局", "某局")
    assert made.references == [("petition", "ZJ3310242026001")]


@pytest.mark.parametrize(
    ("told", "fields"), [("婚姻家庭、邻里", ["婚姻家庭", "邻里"]), ("a, b;c", ["a", "b", "c"]), (None, [])]
)
def test_fields_of_mediation_stand_in_one_text(told: str | None, fields: list[str]) -> None:
    assert mediator({"id": "1", "lingYu": told}).fields == body({"id": "1", "lingYu": told}).fields == fields


@pytest.mark.parametrize(("flag", "deleted"), [(1, True), ("1", True), (True, True), (0, False), (None, False)])
def test_who_is_flagged_has_left_the_register(flag: Any, deleted: bool) -> None:
    assert mediator({"id": "1", "isDeleted": flag}).deleted is body({"id": "1", "isDeleted": flag}).deleted is deleted


def test_a_dataset_tells_the_columns_of_its_settings_alone() -> None:
    item: Item = {
        "BH": "7",
        "FFJE": "10",
        "KS": "20260301",
        "AH": "（2026）浙1024民初1号",
        "XM": "张三",
        "WB": "x",
        "Z": "y",
    }
    made = row(config(extra=["WB"], parties=[{"name": "XM"}]), DATASET, item)
    assert (made.key, made.amount, made.begins, made.dataset, made.owner, made.purpose) == (
        "7", "10", "20260301", "失业保险金发放", "某局", "检察监督"
    )  # fmt: skip
    assert (made.fields, made.references) == ({"WB": "x"}, [("court_case", "（2026）浙1024民初1号")])
    assert [each.name for each in made.parties] == ["张三"]


def test_without_a_dataset_rows_are_disputes() -> None:
    kind = Registry.load_one("public_data")
    plain, named = kind(config(dataset=None)), kind(config())
    item = {"BH": "7"}
    assert isinstance(plain.draft_of("records")(item), Draft)
    assert isinstance(named.draft_of("records")(item), DraftRow)
