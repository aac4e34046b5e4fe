"""The map of systems: ``docs/systems.csv`` read and checked, ``docs/systems.md`` made of it and of the manifests.

``python tests/systems_map.py`` writes the page. `NamedTests` watches a run of the tests: it fails one in which a test
that a row names did not run and pass (``pytest --systems``, as in ``make test``).
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from hub.contract import Manifest
from hub.registry import Registry

ROOT = Path(__file__).parents[1]
TABLE, PAGE = ROOT / "docs" / "systems.csv", ROOT / "docs" / "systems.md"
ROWS = 101
CORE = "core"  # the hub's own function, no adapter's
SERVED: Literal["served"] = "served"
NOT_YET: Literal["not yet"] = "not yet"


class Row(NamedTuple):
    """One named system and what it asks of the hub. ``adapter`` and ``test`` may name several, by spaces."""

    row: str
    system: str
    adapter: str
    capability: str
    test: str
    status: str
    reason: str

    @property
    def adapters(self) -> list[str]:
        """Names of the adapters; none for what the hub does itself."""
        return [name for name in self.adapter.split() if name != CORE]

    @property
    def tests(self) -> list[str]:
        """Node ids of the tests that show it."""
        return self.test.split()


def rows(table: Path = TABLE) -> list[Row]:
    """The rows of the table, in their order."""
    with table.open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    assert tuple(head) == Row._fields, f"columns of {table.name}: {head}"
    return [Row(*line) for line in lines]


def manifests() -> dict[str, Manifest]:
    """Of the installed adapters, by name."""
    return {name: kind.manifest for name, kind in sorted(Registry.load().adapters.items())}


def problems(told: Sequence[Row], known: Mapping[str, Manifest]) -> Iterator[str]:
    """What is wrong with the table, a sentence each."""
    if [row.row for row in told] != [str(number) for number in range(1, ROWS + 1)]:
        yield f"the rows are not 1 to {ROWS}, each once and in order"
    for row in told:
        name = f"row {row.row}"
        if not row.adapter or not row.system or not row.capability:
            yield f"{name}: a cell is empty"
        yield from (f"{name}: no adapter {each} is installed" for each in row.adapters if each not in known)
        match row.status:
            case "served":
                if not row.tests or row.reason:
                    yield f"{name}: what is served names its test, and no reason"
            case "not yet":
                if row.tests or not row.reason:
                    yield f"{name}: what is not served says why, and names no test"
            case _:
                yield f"{name}: status is {SERVED} or {NOT_YET}"
        yield from (f"{name}: there is no test {test}" for test in row.tests if not _there(test))


def _there(test: str) -> bool:
    file, _, name = test.partition("::")
    path = ROOT / file
    return path.is_file() and f"\ndef {name}(" in path.read_text(encoding="utf-8")


def page(told: Sequence[Row], known: Mapping[str, Manifest]) -> str:
    """The whole page."""
    served = Counter(name for row in told if row.status == SERVED for name in row.adapters)
    named = Counter(name for row in told for name in row.adapters)
    count = sum(row.status == SERVED for row in told)
    lines = [
        "# The map of systems",
        "",
        "Systems and capabilities named for the network, what each asks of the hub, and what stands. A row is `served`",
        "only where the test it names ran and asserts what the row asks. One that is served in part is `not yet`, and",
        "says what is missing.",
        "",
        f"**{count} of {len(told)} served.** Made of [systems.csv](systems.csv) and the manifests.",
        "To make it anew: `python tests/systems_map.py`.",
        "",
        "## Rows",
        "",
        "| row | system | adapter | what it asks | status | shown by, or missing |",
        "|---|---|---|---|---|---|",
        *(_line(row) for row in told),
        "",
        "## Adapters",
        "",
        "| adapter | system | kind | version | claims | rows | served |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {_adapter(name)} | {each.title_zh or each.title} | {each.kind} | {each.version} | "
            f"{', '.join(sorted(each.capabilities)) or 'nothing'} | {named[name]} | {served[name]} |"
            for name, each in known.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    shown = ", ".join(f"[`{test.rpartition('::')[2]}`](../{test.partition('::')[0]})" for test in row.tests)
    adapters = " ".join(map(_adapter, row.adapters)) or "the hub"
    return f"| {row.row} | {row.system} | {adapters} | {row.capability} | {row.status} | {shown or row.reason} |"


def _adapter(name: str) -> str:
    told = ROOT / "docs" / "adapters" / f"{name}.md"
    return f"[`{name}`](adapters/{name}.md)" if told.is_file() else f"`{name}`"


class NamedTests:
    """Watches a run: every test the table names must have run, in all its forms, and passed."""

    def __init__(self, told: Sequence[Row]) -> None:
        self.wanted = {test: row.row for row in told for test in row.tests}
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep what became of a named test."""
        name = report.nodeid.partition("[")[0]
        if name in self.wanted:
            if report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
                self.passed.add(name)
            elif not report.passed:
                self.failed.add(name)  # failed, or skipped: a test that did not run shows nothing

    def missing(self) -> list[str]:
        """A sentence for each named test that did not run and pass."""
        return [
            f"row {row}: {test} {'did not pass' if test in self.failed else 'did not run'}"
            for test, row in self.wanted.items()
            if test in self.failed or test not in self.passed
        ]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run."""
        if self.missing() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which."""
        if missing := self.missing():
            terminalreporter.section("the map of systems names tests that did not run and pass", red=True)
            for each in missing:
                terminalreporter.line(each)


if __name__ == "__main__":
    found, installed = rows(), manifests()
    if wrong := list(problems(found, installed)):
        sys.exit("\n".join(wrong))
    PAGE.write_text(page(found, installed), encoding="utf-8")
