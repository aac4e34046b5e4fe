"""The samples of the adapters with a mapping file: their folders, and the rows of their recordings."""

import json
from pathlib import Path
from typing import Any

import adapters.generic

FOLDER = Path(adapters.generic.__file__).parent


def sample(name: str) -> Path:
    """The folder with the mapping file and its crosswalk."""
    return FOLDER / name / "sample"


def items(name: str) -> list[dict[str, Any]]:
    """All rows of the recording."""
    lines = (FOLDER / name / "recordings" / "two_pages.jsonl").read_text(encoding="utf-8").splitlines()
    bodies = [json.loads(json.loads(line)["response"]["body"]) for line in lines]
    return [row for body in bodies for row in (body.get("rows") or body["data"]["list"])]
