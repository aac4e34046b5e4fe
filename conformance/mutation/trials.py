"""What can notice a change of a check: adapters of whom it is known what the check says, the spec, and tests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from conformance import conduct, spec
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.outcome import Outcome
from conformance.reference import Reference
from conformance.specimens import breaks, broken_adapters, unusual_adapters
from conformance.subject import AdapterClass, Subject
from conformance.suite import Suite, installed
from conformance.verdict import GOOD

DEADLINE_S = 10.0
"""Seconds for one check; the slowest takes a tenth of it."""

TESTS = Path("tests/conformance")
"""Tests of the suite, seen from the root of a checkout."""

GOLDEN = Path("tests/golden/conduct.txt")
"""What the checks did and said when somebody last looked at it."""

FAILED = frozenset({Outcome.FAIL, Outcome.NOT_OBSERVED})


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that can notice. ``run`` answers what it noticed, or nothing; ``kind`` is what it is counted under."""

    kind: str
    run: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Trials:
    """The adapters, by name, and what each broken one breaks. ``stands_on`` are the checks below each check."""

    subjects: Mapping[str, Subject]
    broken: Mapping[str, frozenset[str]]
    stands_on: Mapping[str, frozenset[str]]
    kept: Mapping[str, Mapping[str, str]]

    @classmethod
    def ready(cls) -> "Trials":
        """Everything loaded, so that a forked child has it."""
        broken = {f"broken {name}": kind for name, kind in broken_adapters().items()}
        unusual = {f"unusual {name}": kind for name, kind in unusual_adapters().items()}
        classes: dict[str, AdapterClass] = {conduct.REFERENCE: Reference, **unusual, **broken}
        subjects = {name: Subject.of(kind) for name, kind in classes.items()}
        subjects |= {name: Subject.load(name) for name in installed()}
        stands_on = {id: _below(id) for id in CHECKS}
        kept = conduct.read(GOLDEN.read_text(encoding="utf-8"))
        return cls(subjects, {name: breaks(kind) for name, kind in broken.items()}, stands_on, kept)

    def of(self, module: str, ids: Sequence[str]) -> Iterator[Trial]:
        """The trials of a change by which these checks come, the likeliest to notice it first.

        Adapters that fail one of them, correct ones, others broken in its family, the spec, the tests of the family,
        the golden file. An adapter that breaks what a check stands on is not asked: there it is not run.
        """
        for name, broken in self.broken.items():
            if mine := [id for id in ids if id in broken]:
                yield Trial("broken", partial(self._wrong, name, mine))
        for name in [name for name in self.subjects if name not in self.broken]:
            yield Trial("correct", partial(self._wrong, name, ids))
        for name, broken in self.broken.items():
            kin = [id for id in ids if id not in broken and any(id[:2] == each[:2] for each in broken)]
            if kin := [id for id in kin if not broken & self.stands_on[id]]:
                yield Trial("broken", partial(self._wrong, name, kin))
        yield Trial("spec", _table)
        yield Trial("tests", partial(_tests, module, ids))
        for name, kept in self.kept.items():
            if mine := [id for id in ids if id in kept]:
                yield Trial("conduct", partial(self._otherwise, name, mine))

    def _wrong(self, name: str, ids: Sequence[str]) -> str:
        """Whether one of the checks says of an adapter what is not so. What they stand on is good, and not run."""
        checks = {id: replace(CHECKS[id], after=()) for id in ids}
        verdict = Suite(Harness(self.subjects[name]), checks=checks, deadline_s=DEADLINE_S).run(only=ids)
        for result in verdict.results:
            right = FAILED if result.check.id in self.broken.get(name, ()) else GOOD
            if result.outcome not in right:
                return f"{name}: {result.check.id} {result.outcome}"
        return ""

    def _otherwise(self, name: str, ids: Sequence[str]) -> str:
        """Whether one of the checks does or says something else to an adapter than what is written down."""
        said, kept = conduct.conduct(self.subjects[name], ids, deadline_s=DEADLINE_S), self.kept[name]
        return next((f"{name}: {id}" for id in ids if said[id] != kept[id]), "")


def _below(id: str) -> frozenset[str]:
    """All checks a check stands on."""
    return frozenset({each for above in CHECKS[id].after for each in (above, *_below(above))})


def _table() -> str:
    return "" if spec.written() == spec.table() else spec.SPEC.name


def _tests(module: str, ids: Sequence[str]) -> str:
    """The tests of checks whose file bears the family's name or names one of the checks, and those of blind setups."""
    import pytest  # noqa: PLC0415 - only where there is a checkout

    named, told = {module.split(".")[2], "blind"}, [f'"{id}"' for id in ids]
    files = [
        str(path)
        for path in sorted(TESTS.glob("test_*.py"))
        if named & set(path.stem.split("_"))
        or (path.match("test_check_*") and any(id in path.read_text(encoding="utf-8") for id in told))
    ]
    ran = pytest.main(["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", *files]) if files else 0
    return "" if ran == 0 else " ".join(Path(file).name for file in files)
