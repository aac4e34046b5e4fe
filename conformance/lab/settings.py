"""A ``hub.toml`` that reads a running lab."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HOME = "330000"  # region of the hub; the sources have their own


def hub_toml(sources: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of a whole ``hub.toml`` for source tables such as `Lab.settings` gives."""
    lines = [f'home = "{HOME}"']
    for name, table in sources.items():
        lines += ["", f"[source.{name}]", *(f"{key} = {toml(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def toml(value: Any) -> str:
    """A value in TOML: texts, numbers and booleans are written as in JSON, mappings as inline tables."""
    match value:
        case Mapping():
            return f"{{ {', '.join(f'{json.dumps(key)} = {toml(each)}' for key, each in value.items())} }}"
        case list() | tuple():
            return f"[{', '.join(toml(each) for each in value)}]"
    return json.dumps(value, ensure_ascii=False)


def write_settings(path: Path, sources: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write `hub_toml` to ``path`` and return it."""
    path.write_text(hub_toml(sources), encoding="utf-8")
    return path
