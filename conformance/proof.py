"""The proof of the suite: every check has a broken adapter that fails exactly it, and correct adapters raise no alarm.

``python -m conformance.proof`` prints the matrix and writes ``build/conform-proof.json``: ``checks`` and ``broken`` are
counts, ``stray`` the failures no broken adapter names, ``missed`` those named and not seen, ``unproven`` the checks
without a broken adapter, ``false_alarms`` the failures of correct adapters; ``mutation_score`` is null until mutation
testing is there.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click
import orjson

from conformance import broken, unusual
from conformance.check import CHECKS, Outcome
from conformance.reference import Reference
from conformance.subject import AdapterClass, Subject
from conformance.suite import installed, prove, prove_installed
from conformance.verdict import Verdict

FILE = Path("build/conform-proof.json")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one adapter came to. ``blocked`` is compared only where the broken adapter gives ``blocks``."""

    failed: frozenset[str]
    blocked: frozenset[str]
    errors: frozenset[str]

    @classmethod
    def of(cls, verdict: Verdict) -> "Seen":
        """The ids of a verdict by outcome. A refusal and a waiver that does not hold count as failures."""
        by: dict[Outcome, set[str]] = {outcome: set() for outcome in Outcome}
        for result in verdict.results:
            by[result.outcome].add(result.check.id)
        alone = {f"waiver {fault.id}" for fault in verdict.faults} | ({"refused"} if verdict.refused else set())
        failed = by[Outcome.FAIL] | by[Outcome.NOT_OBSERVED] | alone
        return cls(frozenset(failed), frozenset(by[Outcome.BLOCKED]), frozenset(by[Outcome.SUITE_ERROR]))


def broken_adapters() -> dict[str, AdapterClass]:
    """Every broken adapter by the name of its module, in order."""
    return _adapters(broken.__name__, broken.__path__)


def unusual_adapters() -> dict[str, AdapterClass]:
    """Every unusual but correct adapter by the name of its module, in order."""
    return _adapters(unusual.__name__, unusual.__path__)


def breaks(kind: AdapterClass) -> frozenset[str]:
    """The ids a broken adapter says it fails."""
    return frozenset(kind.breaks)  # type: ignore[attr-defined]


def proven() -> dict[str, list[str]]:
    """Each check's id with the names of the broken adapters that fail it."""
    kinds = broken_adapters()
    return {id: [name for name, kind in kinds.items() if id in breaks(kind)] for id in CHECKS}


def _adapters(package: str, path: Iterable[str]) -> dict[str, AdapterClass]:
    found = {}
    for module in sorted(iter_modules(path), key=lambda each: each.name):
        loaded = import_module(f"{package}.{module.name}")
        if (kind := getattr(loaded, "ADAPTER", None)) is not None:
            found[module.name] = kind
    return found


def look(name: str) -> Seen:
    """The suite on one adapter: ``reference``, ``broken NAME``, ``unusual NAME``, or the name of an installed one."""
    match name.split():
        case ["broken", module]:
            return Seen.of(prove(Subject.of(broken_adapters()[module])))
        case ["unusual", module]:
            return Seen.of(prove(Subject.of(unusual_adapters()[module])))
        case ["reference"]:
            return Seen.of(prove(Subject.of(Reference)))
    return Seen.of(prove_installed(name))


def proof() -> dict[str, Any]:
    """Run the suite on every broken, unusual and built-in adapter and on the reference. Minutes, not seconds."""
    matrix, stray, missed, alarms = {}, [], [], []
    kinds = {f"broken {name}": kind for name, kind in broken_adapters().items()}
    correct = ["reference", *(f"unusual {name}" for name in unusual_adapters()), *installed()]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for name, seen in zip((*kinds, *correct), pool.map(look, (*kinds, *correct)), strict=True):
            named = breaks(kinds[name]) if name in kinds else frozenset()
            more, less = sorted((seen.failed | seen.errors) - named), sorted(named - seen.failed)
            if name in kinds:
                matrix[name.removeprefix("broken ")] = {"breaks": sorted(named), **_sorted(seen)}
                stray += [f"{name}: {id}" for id in more]
                missed += [f"{name}: {id}" for id in less]
            else:
                alarms += [f"{name}: {id}" for id in more]
            _say(name, seen, right=not (more or less))
    return {
        "checks": len(CHECKS),
        "broken": len(matrix),
        "stray": len(stray),
        "missed": len(missed),
        "unproven": sorted(id for id, by in proven().items() if not by),
        "false_alarms": len(alarms),
        "mutation_score": None,
        "detail": {"stray": stray, "missed": missed, "false_alarms": alarms, "matrix": matrix},
    }


def _sorted(seen: Seen) -> Mapping[str, list[str]]:
    return {"failed": sorted(seen.failed), "blocked": sorted(seen.blocked), "errors": sorted(seen.errors)}


def _say(name: str, seen: Seen, *, right: bool) -> None:
    told = " ".join(sorted(seen.failed)) or "-"
    more = f"  blocked {' '.join(sorted(seen.blocked))}" if seen.blocked else ""
    more += f"  SUITE ERROR {' '.join(sorted(seen.errors))}" if seen.errors else ""
    click.echo(f"{'ok   ' if right else 'WRONG'} {name:<28} {told}{more}")


def main() -> int:
    """Print the matrix, write the proof; 0 when it holds."""
    told = proof()
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    click.echo(
        f"{told['checks']} checks, {told['broken']} broken adapters, {told['stray']} stray, {told['missed']} missed, "
        f"{len(told['unproven'])} unproven, {told['false_alarms']} false alarms"
    )
    return 1 if any(told[name] for name in ("stray", "missed", "unproven", "false_alarms")) else 0


if __name__ == "__main__":
    sys.exit(main())
