"""The proof of the suite: each broken adapter fails exactly what it names, and no check is without one."""

import json
import re
import subprocess
import sys
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

from conformance import broken, checks
from conformance.check import CHECKS, FAMILIES
from conformance.order import in_order
from conformance.outcome import Outcome
from conformance.proof import Seen, breaks, broken_adapters, proven, unusual_adapters
from conformance.reference import Reference
from conformance.report import blocks
from conformance.spec import LOCK, RETIRED, locked, table, written
from conformance.subject import Subject
from conformance.suite import installed, prove
from conformance.verdict import SUITE, Verdict

ROOT = Path(__file__).parents[2]
BROKEN = broken_adapters()
SAMPLED = 8  # one in so many


def told(verdict: Verdict) -> str:
    """What a verdict says of everything that is not good, for who reads a failing test."""
    lines = [f"waiver: {fault}" for fault in verdict.faults]
    for result in verdict.results:
        if not result.good:
            said = "; ".join(f"{name}: {text}" for name, text in blocks(result))
            lines.append(f"{result.check.id} {result.outcome}: {said}\n{result.traceback}".rstrip())
    return "\n".join(lines)


def named_after(name: str) -> str:
    """The id in a module's name: ``rc_02_other`` is RC-02."""
    return re.sub(r"^([a-z]{2})_(\d\d).*$", r"\1-\2", name).upper()


def sampled() -> list[Any]:
    """All broken adapters; those not in the sample are marked slow: the whole matrix takes minutes."""
    return [
        pytest.param(name, marks=() if at % SAMPLED == 0 else pytest.mark.slow)
        for at, name in enumerate(sorted(BROKEN))
    ]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_adapter_fails_the_check_it_is_named_after(name: str) -> None:
    """Run alone, with what it stands on: the check needs no other one before it to see the breakage."""
    id = named_after(name)
    verdict = prove(Subject.of(BROKEN[name]), only=[id])
    assert id in Seen.of(verdict).failed <= breaks(BROKEN[name]), told(verdict)


@pytest.mark.parametrize("name", sampled())
def test_a_broken_adapter_fails_nothing_else(name: str) -> None:
    """All checks: the failures are exactly those it names."""
    kind = BROKEN[name]
    verdict = prove(Subject.of(kind))
    seen = Seen.of(verdict)
    assert seen.errors == set(), told(verdict)
    assert seen.failed == breaks(kind), told(verdict)
    if (blocks := getattr(kind, "blocks", None)) is not None:
        assert seen.blocked == blocks, told(verdict)
    assert verdict.exit_code == 1


def test_every_check_has_a_broken_adapter() -> None:
    assert [id for id, by in proven().items() if not by] == []


def test_broken_adapters_name_checks_and_are_named_after_one() -> None:
    for name, kind in BROKEN.items():
        assert breaks(kind) <= set(CHECKS), name
        assert breaks(kind), name
        assert named_after(name) in breaks(kind), name
        assert (sys.modules[kind.__module__].__doc__ or "").strip(), f"{name} does not say how it is broken"


def test_every_module_of_broken_adapters_gives_one() -> None:
    assert set(BROKEN) == {module.name for module in iter_modules(broken.__path__)}


def test_the_reference_passes_everything() -> None:
    verdict = prove(Subject.of(Reference))
    assert verdict.passed, told(verdict)


def test_every_check_passes_on_some_correct_adapter() -> None:
    """What does not apply to the reference applies to another one: else nobody knows that it can be passed."""
    open_ids = {
        result.check.id for result in prove(Subject.of(Reference)).results if result.outcome is Outcome.NOT_APPLICABLE
    }
    subjects = [*map(Subject.of, unusual_adapters().values()), *map(Subject.load, installed())]
    for subject in subjects:
        if open_ids:
            results = prove(subject, only=open_ids).results
            open_ids -= {result.check.id for result in results if result.outcome is Outcome.PASS}
    assert open_ids == set()


def test_every_module_of_checks_is_a_family_and_holds_its_checks() -> None:
    there = {module.name for module in iter_modules(checks.__path__)}
    assert {name.rpartition(".")[2] for name in checks.MODULES} == there
    for check in CHECKS.values():
        package, folder, module, *_ = check.run.__module__.split(".")
        assert (package, folder) == ("conformance", "checks"), check.id
        assert module == FAMILIES[check.family] or checks.BESIDE.get(module) == check.family, check.id


def test_clauses_are_one_present_tense_sentence() -> None:
    for check in CHECKS.values():
        assert check.clause.endswith("."), check.id
        assert not re.search(r"\b(should|shall|must|will)\b", check.clause), check.id
        assert ". " not in check.clause, check.id
        assert check.why.endswith("."), check.id


def test_every_check_can_be_explained_by_example() -> None:
    assert [check.id for check in CHECKS.values() if not (check.failing and check.passing)] == []


def test_a_preview_lasts_for_one_release() -> None:
    assert [check.id for check in CHECKS.values() if check.preview and check.since != SUITE] == []


def test_a_check_stands_on_none_of_a_higher_level() -> None:
    for check in in_order():
        assert all(CHECKS[id].level <= check.level for id in check.after), check.id


def test_ids_are_locked() -> None:
    known = locked()
    assert {id: said for id, said in known.items() if said != RETIRED} == {
        check.id: check.since for check in CHECKS.values()
    }, "python -m conformance.spec"


def test_ids_are_only_ever_added() -> None:
    """No commit has taken a line out of the lock, but to mark its id retired."""
    inside = subprocess.run(["git", "rev-parse", "--is-inside-work-tree"], cwd=ROOT, capture_output=True, check=False)
    if inside.returncode:
        pytest.skip("not a checkout: there is no history to compare with")
    log = subprocess.run(
        ["git", "log", "-p", "--format=", "--no-ext-diff", "HEAD", "--", "conformance/ids.lock"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    ever = set(re.findall(r"^[-+]([A-Z]{2}-\d\d) ", log, re.MULTILINE))
    assert ever - locked().keys() == set()


def test_the_lock_gives_each_id_once() -> None:
    lines = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(lines) == len(locked())
    assert all(re.fullmatch(r"[A-Z]{2}-\d\d (\d+\.\d+|retired)", line) for line in lines)


def test_the_coverage_table_is_the_generated_one() -> None:
    assert written() == table(), "python -m conformance.spec"


def under_pytest(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """A run as an integrator has it: the installed suite, in a folder that knows nothing of it."""
    command = [sys.executable, "-m", "pytest", "--pyargs", "conformance", "-p", "no:cacheprovider", "-q", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("args", "said"), [((), "say which adapter"), (("--hub-adapter=lakeside",), "no adapter")])
def test_under_pytest_it_asks_for_an_adapter_that_is_there(args: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = under_pytest(tmp_path, *args)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert said in done.stderr


def test_under_pytest_each_check_is_a_test(tmp_path: Path) -> None:
    done = under_pytest(tmp_path, "--hub-adapter=dispute_code", "--collect-only")
    assert done.returncode == 0, done.stdout + done.stderr
    for id in CHECKS:
        assert f"[{id}]" in done.stdout
    done = under_pytest(tmp_path, "--hub-adapter=dispute_code", "-k", "LD-01")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_commands_stand_in_hub() -> None:
    hub = Path(sys.executable).with_name("hub")
    done = subprocess.run(
        [hub, "conform", "dispute_code", "--level", "1", "--json", "-"], capture_output=True, text=True, check=False
    )
    (verdict,) = json.loads(done.stdout)["verdicts"]
    assert verdict["adapter"] == "dispute_code"
    assert done.returncode == verdict["exit_code"]
