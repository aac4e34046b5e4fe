"""The proof of the suite: every check has a broken adapter that fails exactly it, and correct adapters raise no alarm.

``python -m conformance.proof`` prints the matrix and writes ``build/conform-proof.json``: ``checks`` and ``broken`` are
counts, ``stray`` the failures no broken adapter names, ``missed`` those named and not seen, ``unproven`` the checks
without a broken adapter, ``false_alarms`` the failures of correct adapters. ``mutation_score`` is the share of
``mutants`` that were ``killed``: of changes to the checks, drawn by ``seed``, that something noticed
(`conformance.mutation`).
"""

import os
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import orjson

from conformance.check import CHECKS
from conformance.mutation.figure import LEAST, told, watched
from conformance.mutation.sample import SAMPLE, SEED, drawn
from conformance.outcome import Outcome
from conformance.reference import Reference
from conformance.specimens import breaks, broken_adapters, proven, unusual_adapters
from conformance.subject import Subject
from conformance.suite import installed, prove, prove_installed
from conformance.verdict import Verdict

FILE = Path("build/conform-proof.json")
APART = ("killed_by", "modules", "survivors", "void", "unsteady")
"""What is told of the changes beside their count."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one adapter came to. ``blocked`` is compared only where the broken adapter gives ``blocks``."""

    failed: frozenset[str]
    blocked: frozenset[str]
    errors: frozenset[str]

    @classmethod
    def of(cls, verdict: Verdict) -> "Seen":
        """The ids of a verdict by outcome. A refusal, a waiver that does not hold and a warning count as failures."""
        by: dict[Outcome, set[str]] = {outcome: set() for outcome in Outcome}
        for result in verdict.results:
            by[result.outcome].add(result.check.id)
        alone = {f"waiver {fault.id}" for fault in verdict.faults} | ({"refused"} if verdict.refused else set())
        failed = by[Outcome.FAIL] | by[Outcome.NOT_OBSERVED] | by[Outcome.WARNED] | alone
        return cls(frozenset(failed), frozenset(by[Outcome.BLOCKED]), frozenset(by[Outcome.SUITE_ERROR]))


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
        "detail": {"stray": stray, "missed": missed, "false_alarms": alarms, "matrix": matrix},
    }


def _sorted(seen: Seen) -> Mapping[str, list[str]]:
    return {"failed": sorted(seen.failed), "blocked": sorted(seen.blocked), "errors": sorted(seen.errors)}


def _say(name: str, seen: Seen, *, right: bool) -> None:
    told = " ".join(sorted(seen.failed)) or "-"
    more = f"  blocked {' '.join(sorted(seen.blocked))}" if seen.blocked else ""
    more += f"  SUITE ERROR {' '.join(sorted(seen.errors))}" if seen.errors else ""
    click.echo(f"{'ok   ' if right else 'WRONG'} {name:<28} {told}{more}")


@click.command()
@click.option("--sample", default=SAMPLE, show_default=True, help="So many changes to the checks.")
@click.option("--seed", default=SEED, show_default=True, help="Another seed draws other changes.")
def main(sample: int, seed: int) -> None:
    """Print the matrix and what became of the changes, write the proof; 0 when it holds."""
    matrix = proof()
    mutation = told(watched(drawn(sample, seed)), seed)
    detail = {**matrix.pop("detail"), "mutation": {name: mutation.pop(name) for name in APART}}
    FILE.parent.mkdir(parents=True, exist_ok=True)
    proven = {**matrix, **mutation, "detail": detail}
    FILE.write_bytes(orjson.dumps(proven, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    click.echo(
        f"{matrix['checks']} checks, {matrix['broken']} broken adapters, {matrix['stray']} stray, "
        f"{matrix['missed']} missed, {len(matrix['unproven'])} unproven, {matrix['false_alarms']} false alarms; "
        f"{mutation['killed']} of {mutation['mutants']} changes noticed ({mutation['mutation_score']:.1%})"
    )
    wrong = any(matrix[name] for name in ("stray", "missed", "unproven", "false_alarms")) or detail["mutation"]["void"]
    sys.exit(1 if wrong or mutation["mutation_score"] < LEAST else 0)


if __name__ == "__main__":
    main()
