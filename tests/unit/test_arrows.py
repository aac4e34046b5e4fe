"""The house's arrows: which room may import which, and who alone may touch a library, read from the sources."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 500  # lines of a module

GROUND = (
    "batch", "clock", "contract", "declared", "errors", "events", "fieldmap", "hookspecs", "manifest", "nearest",
    "problems", "redact", "registry", "route_settings", "settings", "taking", "toml_lines", "wire",
)  # fmt: skip
ROOMS = (
    "sources", "store", "mapping", "insight", "casework", "delivery", "shaping", "ingest", "engine", "service", "cli",
    "api", "testing",
)  # fmt: skip

ROOM_OF = {"schemas": "schemas", "adapters": "adapters", "conformance": "conformance"}
ROOM_OF |= {f"hub.{name}": "hub ground" for name in GROUND}
ROOM_OF |= {f"hub.{name}": f"hub.{name}" for name in ROOMS}

# Each room with all it may import beside itself. Sources, store and mapping do not know each other.
FLOOR = {"schemas", "hub ground"}
MIDDLE = FLOOR | {"hub.sources", "hub.store", "hub.mapping"}
LINE = MIDDLE | {"hub.insight", "hub.casework", "hub.shaping", "hub.ingest", "hub.delivery"}
MAY_IMPORT: dict[str, set[str]] = {
    "schemas": set(),
    "hub ground": {"schemas"},
    "hub.sources": FLOOR,
    "hub.store": FLOOR,
    "hub.mapping": FLOOR,
    "hub.insight": FLOOR | {"hub.store", "hub.mapping"},
    "hub.casework": FLOOR | {"hub.store", "hub.mapping", "hub.insight"},
    "hub.delivery": MIDDLE | {"hub.casework"},
    "hub.shaping": MIDDLE,
    "hub.ingest": MIDDLE | {"hub.casework", "hub.shaping"},
    "hub.engine": LINE,
    "hub.service": LINE | {"hub.engine"},
    "hub.cli": LINE | {"hub.engine", "hub.service"},
    "hub.api": FLOOR,
    "hub.testing": LINE | {"hub.engine", "hub.service"},
    "adapters": {"hub.api", "schemas"},
    "conformance": {"hub.api", "hub.testing", "schemas"},
}
ONLY_IN = {"sqlmodel": "hub.store", "httpx": "hub.sources"}


def room_of(name: str) -> str | None:
    """The room a dotted name lies in; None when it is not of the house."""
    parts = name.split(".")
    return next((ROOM_OF[head] for n in (2, 1) if (head := ".".join(parts[:n])) in ROOM_OF), None)


def imported(module: str, source: str, *, package: bool) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import anywhere in a module: at the top, in functions and behind TYPE_CHECKING."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                base = ".".join([*parts[: len(parts) - node.level + package], base]).strip(".")
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def violations(modules: Mapping[str, tuple[str, bool]]) -> list[str]:
    """What breaks the arrows in ``modules`` (dotted name to source text and whether it is a package)."""
    found = []
    for module, (source, package) in modules.items():
        home = room_of(module)
        if home is None:
            if module != "hub":
                found.append(f"{module}: stands in no room; give it one in ROOM_OF")
            continue
        for line, name in imported(module, source, package=package):
            top = name.partition(".")[0]
            if top in ONLY_IN and home != ONLY_IN[top]:
                found.append(f"{module}:{line}: {top} is imported by {ONLY_IN[top]} alone")
            target = room_of(name)
            if target is None:
                if top in ("hub", "bench", "tests") and not {name, name.rpartition(".")[0]} & modules.keys():
                    found.append(f"{module}:{line}: {name} is no room of the house")
            elif target != home and target not in MAY_IMPORT[home]:
                found.append(f"{module}:{line}: {home} may not import {target} ({name})")
    return found


def house() -> dict[str, tuple[str, bool]]:
    """Every module of the four packages."""
    modules = {}
    for top in ("hub", "adapters", "schemas", "conformance"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            package = parts[-1] == "__init__"
            modules[".".join(parts[:-1] if package else parts)] = (path.read_text(encoding="utf-8"), package)
    return modules


def test_arrows_point_down() -> None:
    modules = house()
    assert len(modules) > 30, "the house was not found"
    assert violations(modules) == []


def test_no_module_is_too_long() -> None:
    long = {name: lines for name, (source, _) in house().items() if (lines := source.count("\n")) > LONGEST}
    assert long == {}


def test_the_table_itself_has_no_circle() -> None:
    assert set(MAY_IMPORT) == set(ROOM_OF.values())
    order = TopologicalSorter(MAY_IMPORT)
    assert next(iter(order.static_order())) == "schemas"  # raises CycleError on a circle


@pytest.mark.parametrize(
    ("module", "source", "said"),
    [
        ("schemas.record", "from hub.errors import HubError", "schemas may not import hub ground"),
        ("hub.mapping.times", "def f():\n    import hub.store.tables", "hub.mapping may not import hub.store"),
        ("hub.store.read", "from hub import sources", "hub.store may not import hub.sources"),
        ("hub.store.read", "from ..sources import http", "hub.store may not import hub.sources"),
        ("hub.ingest", "from hub.api import Adapter", "hub.ingest may not import hub.api"),
        ("hub.engine.local", "if TYPE_CHECKING:\n    from hub.cli import main", "hub.engine may not import hub.cli"),
        ("hub.cli.lab", "import conformance.lab", "hub.cli may not import conformance"),
        ("hub.registry", "from adapters.court import mobile_court", "hub ground may not import adapters"),
        ("adapters.court.x", "from hub.contract import Page", "adapters may not import hub ground"),
        ("conformance.suite", "from hub.store import read", "conformance may not import hub.store"),
        ("conformance.suite", "import adapters.court", "conformance may not import adapters"),
        ("hub.ingest", "from sqlmodel import Field", "sqlmodel is imported by hub.store alone"),
        ("adapters.court.x", "import httpx", "httpx is imported by hub.sources alone"),
        ("hub.shed", "", "stands in no room"),
        ("hub.cli.main", "from hub.shed import tool", "hub.shed.tool is no room"),
        ("schemas.record", "from bench.people import person", "bench.people.person is no room"),
    ],
)
def test_a_planted_violation_is_found(module: str, source: str, said: str) -> None:
    found = violations({module: (source, False)})
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("module", "source", "package"),
    [
        ("hub.store", "from .tables import Raw", True),
        ("hub.store.read", "from .tables import Raw\nfrom ..errors import StoreError", False),
        ("adapters.court.x", "from hub.api import Page\nfrom adapters.court import base\nimport orjson", False),
        ("hub.store.tables", "from sqlmodel import SQLModel", False),
    ],
)
def test_what_is_allowed_passes(module: str, source: str, package: bool) -> None:
    assert violations({module: (source, package)}) == []
