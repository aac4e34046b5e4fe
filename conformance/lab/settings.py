"""A ``hub.toml`` that reads a running lab."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HOME = "330000"  # region of the hub; the sources have their own


def hub_toml(sources: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of a whole ``hub.toml`` for source tables such as `Lab.settings` gives.

    Strings, numbers, booleans and lists of them are written alike in TOML and JSON.
    """
    lines = [f'home = "{HOME}"']
    for name, table in sources.items():
        lines += ["", f"[source.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def write_settings(path: Path, sources: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write `hub_toml` to ``path`` and return it."""
    path.write_text(hub_toml(sources), encoding="utf-8")
    return path
