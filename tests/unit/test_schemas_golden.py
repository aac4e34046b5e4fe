"""The exported JSON Schemas are a promise to others: a change shows here first."""

import json
from pathlib import Path

import pytest

from schemas.export import MODELS, json_schemas, write

GOLDEN = Path(__file__).parents[1] / "golden" / "schemas"
REWRITE = "differs from its golden copy; if that is meant: python -m schemas.export tests/golden/schemas, and review"


@pytest.mark.parametrize("name", sorted(json_schemas()))
def test_a_schema_is_as_promised(name: str) -> None:
    assert json_schemas()[name] == json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8")), (
        f"{name} {REWRITE}"
    )


def test_golden_files_are_those_written(tmp_path: Path) -> None:
    written = {file.name: file.read_text(encoding="utf-8") for file in write(tmp_path)}
    assert written == {file.name: file.read_text(encoding="utf-8") for file in GOLDEN.iterdir()}, REWRITE


def test_no_model_lets_unknown_fields_through() -> None:
    for model in MODELS:
        assert model.model_json_schema()["additionalProperties"] is False, model.__name__


def test_personal_models_hide_their_values() -> None:
    secret = "某甲乙丙"
    for model in MODELS:
        if "name" in model.model_fields:
            needed = {name: "x" for name, field in model.model_fields.items() if field.is_required()}
            assert secret not in repr(model.model_validate(needed | {"name": secret}))
