"""A new adapter as a package of its own: templates filled with a name, a kind and a wire.

``wires/<wire>/`` holds what a wire decides: the adapter, its ``conformance.toml``, one row, one reply, ``wire.toml``.
One more folder is one more wire. ``common/`` is the same for all, ``kinds.toml`` is what a kind decides,
``matters.toml`` the invented rows.
"""

import json
import keyword
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Any, Final
from xml.sax.saxutils import escape

from hub.manifest import NAME, NAME_LENGTH
from schemas.taxonomy import load

HERE: Final = Path(__file__).parent

COMMON: Final = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".github/workflows/conform.yml": "conform.yml",
    "tests/test_conformance.py": "test_adapter.py",
    "src/{package}/__init__.py": "init.py",
    "src/{package}/crosswalk.sssom.tsv": "crosswalk.sssom.tsv",
}
"""Where the templates of ``common/`` go."""

_FIRST_UPDATE: Final = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - as a source writes it, in its own zone
_ROWS_A_PAGE: Final = 3


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked for: ``name`` is the adapter's, lower_snake_case; titles default to those of the kind."""

    name: str
    kind: str
    wire: str
    title: str = ""
    title_zh: str = ""

    @property
    def package(self) -> str:
        """The import package: ``yiwang_lakeside``, so that it meets no other package's name."""
        return f"yiwang_{self.name}"

    @property
    def folder(self) -> str:
        """The folder and distribution: ``yiwang-lakeside``."""
        return self.package.replace("_", "-")


def wires() -> dict[str, str]:
    """The wires there are, each with a line about it."""
    return {path.parent.name: _table(path)["title"] for path in sorted(HERE.glob("wires/*/wire.toml"))}


def kinds() -> tuple[str, ...]:
    """The kinds of adapters, in the order of ``kinds.toml``."""
    return tuple(_table(HERE / "kinds.toml"))


def name_fault(name: str) -> str:
    """Why an adapter cannot be called that; empty when it can."""
    if name.startswith("yiwang_"):
        return f'the package is called yiwang_… anyway; say "{name.removeprefix("yiwang_")}"'
    if not NAME.fullmatch(name):
        like = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_0123456789")
        hint = f'; say "{like}"' if NAME.fullmatch(like) else ""
        return f"lower_snake_case is wanted: letters a-z first, then digits and single underscores{hint}"
    if len(name) > NAME_LENGTH:
        return f"at most {NAME_LENGTH} characters are wanted"
    return "its class would bear a word of Python" if keyword.iskeyword(_class_name(name)) else ""


def package_files(plan: Plan, *, today: date) -> dict[str, str]:
    """Every file of the new package by its path below the package's folder.

    ``today`` is written into the crosswalk's header. Raises KeyError for a kind or wire there is none of.
    """
    kind = _table(HERE / "kinds.toml")[plan.kind]
    wire = _table(HERE / "wires" / plan.wire / "wire.toml")
    title_zh, title = (
        " ".join(text.split()) for text in (plan.title_zh or kind["title_zh"], plan.title or kind["title"])
    )
    values = {
        "name": plan.name,
        "dashed": plan.name.replace("_", "-"),
        "package": plan.package,
        "class_name": _class_name(plan.name),
        "kind": plan.kind,
        "wire": plan.wire,
        "title": _in_quotes(title),
        "title_zh": _in_quotes(title_zh),
        "channel": kind["channel"],
        "stages": ", ".join(f'"{word}": Stage.{stage}' for word, stage in kind["states"]),
        "hub_version": version("yiwang"),
        "extra": wire.get("extra", ""),
        "today": today.isoformat(),
        "crosswalk_rows": "\n".join(_crosswalk_rows()),
        **_live(plan, pushed="answer" in wire),
    }
    files = {path.format(package=plan.package): f"common/{name}.tmpl" for path, name in COMMON.items()}
    own = {name: f"wires/{plan.wire}/{name}.tmpl" for name in ("adapter.py", "conformance.toml")}
    files |= {f"src/{plan.package}/{name}": template for name, template in own.items()}
    told = {path: _template(template).substitute(values) for path, template in files.items()}
    return told | {f"src/{plan.package}/recordings/two_pages.jsonl": _recording(plan, kind)}


def _live(plan: Plan, *, pushed: bool) -> dict[str, str]:
    """What the README says of a recording, and of looking at a live source."""
    if pushed:
        said = "whole pushes as they came, with invented people:\n   nothing is asked of the source, so put them there."
        return {"recording": said, "deep": ""}
    said = (
        "two pages of your source, with invented people:\n"
        f"   `hub adapter record {plan.name} --source INSTANCE` takes them from a live one and replaces everybody."
    )
    return {"recording": said, "deep": "; `hub source check INSTANCE --deep` looks at a live test system"}


def _class_name(name: str) -> str:
    """``lakeside_court`` as a class: ``LakesideCourt``."""
    return "".join(part.capitalize() for part in name.split("_"))


def _in_quotes(text: str) -> str:
    """Text as it can stand between double quotes in Python and TOML, and in a docstring."""
    return text.replace("\\", "").replace('"', "'")


def _recording(plan: Plan, kind: Mapping[str, Any]) -> str:
    """Two pages of the invented rows, in the words of the wire; two pushes where it has an ``answer`` to them."""
    wire = _table(HERE / "wires" / plan.wire / "wire.toml")
    row, reply = (_template(f"wires/{plan.wire}/{name}.tmpl") for name in ("row", "reply"))
    write = escape if wire["format"] == "xml" else lambda text: json.dumps(text, ensure_ascii=False)
    comma = "" if wire["format"] == "xml" else ","
    matters = _matters()
    rows = []
    for number, matter in enumerate(matters):
        updated = _FIRST_UPDATE + timedelta(days=number, minutes=7 * number)
        told = matter | {
            "key": f"{kind['channel']}2026{number + 1:04}",
            "updated": f"{updated:%Y-%m-%d %H:%M:%S}",
            "opened": f"{updated - timedelta(days=2, hours=1):%Y-%m-%d %H:%M:%S}",
            "state": kind["states"][number % len(kind["states"])][0],
        }
        rows.append(row.substitute({name: write(value) for name, value in told.items()}).strip())
    lines = []
    for start in range(0, len(rows), _ROWS_A_PAGE):
        page = comma.join(rows[start : start + _ROWS_A_PAGE])
        body = reply.substitute(rows=page, total=len(rows)).strip()
        request, answer = wire["request"], body
        if "answer" in wire:
            request, answer = request | {"body": body}, wire["answer"]
        exchange = {"request": request, "response": {"status": 200, "body": answer}}
        lines.append(json.dumps(exchange, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def _crosswalk_rows() -> Iterable[str]:
    """The codes of the invented rows, each to its item, labelled as the taxonomy that comes with the hub labels it."""
    items = load().items
    for code, matter in sorted({matter["code"]: matter for matter in _matters()}.items()):
        subject, target = (f"source:{code}", matter["code_label"]), (matter["item"], items[matter["item"]].label)
        match = f"skos:{matter['match']}"
        yield "\t".join((*subject, match, f"yiwang:{target[0]}", target[1], "semapv:ManualMappingCuration", "0.9", ""))


def _matters() -> list[dict[str, str]]:
    found: list[dict[str, str]] = _table(HERE / "matters.toml")["matter"]
    return found


@cache
def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _template(path: str) -> Template:
    return Template((HERE / path).read_text(encoding="utf-8"))
