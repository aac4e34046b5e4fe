"""A small world for tests of the whole line: the lab's sources, a store, and one call that runs a source into it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from conformance.lab import Lab
from hub.clock import utc_now
from hub.ingest import RunReport, Stop, no_stop
from hub.registry import Registry
from hub.settings import HttpSettings, SourceSettings, load
from hub.store.store import Store
from hub.testing import run_source

NewUrl = Callable[[], str]
QUICK = HttpSettings(connect_s=2, read_s=2, total_s=5, attempts=2)


def source_settings(lab: Lab, wire: str, folder: Path, **changes: Any) -> SourceSettings:
    """The instance of one wire of the lab, read back from a real hub.toml."""
    return load(write(lab, folder, **{wire: changes} if changes else {})).source(wire)


def write(lab: Lab, folder: Path, *, head: str = "", **changes: dict[str, Any]) -> Path:
    """A hub.toml over all sources of the lab; ``changes`` are laid over each source's table, ``head`` comes first."""
    lines = [
        'home = "330000"',
        head,
        "[store]",
        f'url = "sqlite:///{folder}/yiwang.db"',
        f'keys = "{folder}/keyring.json"',
    ]
    for name, table in lab.settings().items():
        lines.append(f"[source.{name}]")
        lines += [f"{key} = {_toml(value)}" for key, value in (table | changes.get(name, {})).items()]
    path = folder / "hub.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def pull(
    store: Store,
    source: SourceSettings,
    *,
    clock: Callable[[], datetime] = utc_now,
    stop: Stop = no_stop,
    http: HttpSettings = QUICK,
) -> RunReport:
    """Run a single-stream source once, in this process."""
    (report,) = run_source(store, Registry.load_one(source.adapter), source, http=http, clock=clock, stop=stop)
    return report


def rows(store: Store, statement: str, **values: Any) -> list[Any]:
    """All rows of a query."""
    with store.database.reading() as connection:
        return list(connection.execute(text(statement), values))


def value(store: Store, statement: str, **values: Any) -> Any:
    """The single value of a query."""
    return rows(store, statement, **values)[0][0]
