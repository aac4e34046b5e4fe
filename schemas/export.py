"""JSON Schemas of the public models, for those who read or write records outside Python.

``python -m schemas.export DIR`` writes one file a model; the golden copies are in ``tests/golden/schemas``.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schemas.entry import ENTRIES
from schemas.party import Party, Resolution, Step
from schemas.place import Place
from schemas.record import Classification, DisputeRecord, Note, Reference

MODELS: tuple[type[BaseModel], ...] = (
    *(DisputeRecord, Party, Place, Resolution, Step),
    *(Classification, Note, Reference),
    *ENTRIES.values(),
)
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema (draft 2020-12) of each public model by its name, as records and entries are written out."""
    return {model.__name__: {"$schema": DIALECT, **model.model_json_schema(mode="serialization")} for model in MODELS}


def write(folder: Path) -> list[Path]:
    """Write each schema to ``folder`` as ``<name>.json``, keys sorted; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, schema in json_schemas().items():
        file = folder / f"{name}.json"
        file.write_text(json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        files.append(file)
    return files


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m schemas.export DIR")
    for written in write(Path(sys.argv[1])):
        print(written)
