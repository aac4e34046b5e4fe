"""The check of plain values stands for the model: what one takes the other takes, and what one refuses too."""

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.life import Stage
from schemas.party import Party, Step
from schemas.place import Place
from schemas.plain import plain
from schemas.record import Classification, DisputeRecord, Note, Reference

RECORD = DisputeRecord(
    source="s", stream="records", key="k", revision=7, deleted=False, title="事", opened="2026-03-01T00:00:00Z",
    happened="2026-03-01", stage=Stage.FILED, place=Place(address="某路1号", org_path=("浙江省",), lng=120.5, lat=30.1),
    amount_fen=1, parties=(Party(name="张三"),), steps=(Step(action="受理"),), extra={"a": "b"},
    references=(Reference(kind="court_case", number="1"),), notes=(Note(code="a.b", field="c"),),
    classification=Classification(item="D0101", category="D01", method="text", confidence=0.5, candidates=("D0101",)),
)  # fmt: skip
CHECK = plain(DisputeRecord)


def told(**changes: Any) -> dict[str, Any]:
    return {**RECORD.model_dump(mode="json", exclude_none=True), **changes}


def test_what_the_model_writes_is_taken_and_stays_as_it_is() -> None:
    assert CHECK.validate_python(told()) == told()
    assert DisputeRecord.model_validate(told()) == RECORD
    assert CHECK.validate_python({"source": "s", "stream": "t", "key": "k"})


@pytest.mark.parametrize(
    "changes",
    [
        {"key": ""}, {"key": "k" * 201}, {"title": "t" * 501}, {"opened": "2026-03-01"}, {"happened": "2026-3-1"},
        {"stage": "nowhere"}, {"unknown": 1}, {"parties": [{"nom": "张三"}]}, {"parties": "张三"},
        {"place": {"lng": "x"}}, {"classification": {"item": "D1"}}, {"classification": {"method": "guess"}},
        {"notes": [{"code": "a"}]},
        {"extra": {"a": 1}}, {"amount_fen": 1.5}, {"parties": [None]}, {"deleted": "maybe"},
    ],
    ids=str,
)  # fmt: skip
def test_what_the_model_refuses_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DisputeRecord.model_validate(told(**changes))
    assert not CHECK.validator.isinstance_python(told(**changes))


@pytest.mark.parametrize(
    "changes", [{"revision": "7"}, {"deleted": 1}, {"people": "3"}, {"place": {"lng": "120.5"}}], ids=str
)
def test_it_is_strict_where_the_model_would_convert(changes: dict[str, Any]) -> None:
    assert DisputeRecord.model_validate(told(**changes))
    assert not CHECK.validator.isinstance_python(told(**changes))


def test_a_field_without_a_default_must_be_there() -> None:
    assert not CHECK.validator.isinstance_python({"source": "s", "stream": "t"})
