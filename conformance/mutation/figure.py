"""What is told of a sample: as it runs, and in the end."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from conformance import checks
from conformance.mutation.mutants import Mutant
from conformance.mutation.sample import Fate, Measured, file_of, measure

LEAST = 0.9
"""The share of changes that must be noticed."""


def watched(chosen: Sequence[Mutant], *, processes: int | None = None, listed: bool = False) -> Measured:
    """Measure under a progress bar; survivors are told when they are found, or every change where ``listed``."""
    survived = 0
    with click.progressbar(length=len(chosen), label="changes", file=sys.stderr) as bar:

        def say(fate: Fate) -> None:
            nonlocal survived
            survived += not fate.by
            bar.label = f"changes, {survived} survived"
            bar.update(1)
            if listed or not fate.by:
                click.echo(f"{place(fate.mutant)} {fate.mutant.operator}: {fate.by or 'SURVIVED'}\n{fate.diff}")

        return measure(chosen, say=say, processes=processes)


def told(measured: Measured, seed: int) -> dict[str, Any]:
    """What came of a sample, as ``build/conform-proof.json`` has it."""
    fates = measured.fates
    lived = [fate for fate in fates if not fate.by]
    modules, left = (Counter(fate.mutant.module for fate in some) for some in (fates, lived))
    return {
        "mutation_score": round(1 - len(lived) / len(fates), 4),
        "mutants": len(fates),
        "killed": len(fates) - len(lived),
        "seed": seed,
        "killed_by": dict(Counter(fate.by.partition(":")[0] for fate in fates if fate.by).most_common()),
        "modules": {name: {"mutants": of, "killed": of - left[name]} for name, of in sorted(modules.items())},
        "survivors": [f"{place(fate.mutant)} {fate.mutant.operator}\n{fate.diff}" for fate in lived],
        "void": list(measured.void),
        "unsteady": list(measured.unsteady),
    }


def place(mutant: Mutant) -> str:
    """``file:line`` of a change."""
    return f"{file_of(mutant.module).relative_to(Path(checks.__file__).parents[2])}:{mutant.line}"
