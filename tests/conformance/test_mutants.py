"""The machine that changes the checks: what it changes, what it leaves, and that it tells who noticed."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import checks, conduct
from conformance.check import CHECKS
from conformance.mutation.figure import told
from conformance.mutation.mutants import mutants
from conformance.mutation.sample import Fate, Measured, drawn, modules
from conformance.order import in_order
from conformance.reference import Reference
from conformance.subject import Subject

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "conduct.txt"


def changed(source: str) -> set[str]:
    """The sources that one change makes of this one."""
    return {each.applied(source.encode()).decode() for each in mutants("m", source.encode())}


@pytest.mark.parametrize(
    ("source", "become"),
    [
        ("a < b", {"a <= b", "a >= b"}),
        ("a not in b", {"a in b"}),
        ("(a) is  not (b)", {"(a) is (b)"}),
        ("a and b and c", {"a or b and c", "a and b or c"}),
        ("not a", {"(a)"}),
        ("a // b", {"a / b"}),
        ("-a", {"a"}),
        ("a += b", {"a -= b", "pass"}),
        ("x = 1", {"x = 2"}),
        ("x = True", {"x = False"}),
        ("x = '红'", {"x = 'XX红'"}),
        ("x = f'{a}-{b}'", {'x = "XX"'}),
        ("a[b:c]", {"a[:c]", "a[b:]"}),
        ("f(a, b=c)", {"f(a, )", "pass"}),
        ("f(b=c, d=e)", {"f(d=e)", "f(b=c, )", "pass"}),
        ("x = any(a)", {"x = all(a)"}),
        ("x = a if b else c", {"x = a if (not (b)) else c"}),
        ("x = [a for a in b if c]", {"x = [a for a in b if (not (c))]"}),
        ("if (a := b): c", {"if ((not (a := b))): c"}),
        ("def f(a=1) -> 'int': return a", {"def f(a=2) -> 'int': return a", "def f(a=1) -> 'int': return None"}),
        ("for a in b:\n    break", {"for a in ():\n    break", "for a in b:\n    continue"}),
        ("while a():\n    continue", {
            "while (not (a())):\n    continue", "while a():\n    break", "while a():\n    pass",
        }),
        ("try: a\nexcept B: raise", {"try: a\nexcept (): raise", "try: a\nexcept B: pass"}),
        ("with a: b", {'with __import__("contextlib").nullcontext(): b'}),
        ("a.b = c", {"pass"}),
    ],
)  # fmt: skip
def test_an_operator_makes_its_changes(source: str, become: set[str]) -> None:
    assert changed(source) == become


@pytest.mark.parametrize(
    "source",
    [
        '"""Docstring."""', "import a", "x: 'int'", "def f(a: 'b') -> 'c': ...", "if TYPE_CHECKING:\n    x = 1",
        "Violation(expected='a', observed=f'{a + 1}')", "f('several words')", "likely = a + 1", "__all__ = ['a']",
        "@check('LD-01', level=1, clause='a', why='b')\ndef f(h):\n    '''Look.'''",
    ],
)  # fmt: skip
def test_what_only_people_read_is_left_alone(source: str) -> None:
    assert {each for each in changed(source) if each != "pass"} == set()


def test_every_change_of_every_module_can_be_compiled_and_has_a_place_of_its_own() -> None:
    for name, source in modules().items():
        known = mutants(name, source)
        assert len({each.rank(1) for each in known}) == len(known)
        for each in known:
            changed = each.applied(source)
            assert changed != source
            ast.parse(changed)
            assert each.ids, f"{each} comes by no check"


def test_a_change_is_put_to_the_checks_that_come_by_there() -> None:
    source = b"""
A, B = 1, 2

def helper(h):
    return A + deeper(h)

def deeper(h):
    return h

@check("XX-01")
def one(h):
    helper(h)

@check("XX-02")
def two(h):
    deeper(h) + B
"""
    by = {(each.scope, each.old): each.ids for each in mutants("m", source)}
    assert by["helper", "+"] == by["helper", "A + deeper(h)"] == ("XX-01",)
    assert by["deeper", "h"] == by["A", "1"] == ("XX-01", "XX-02")
    assert by["two", "+"] == ("XX-02",)


def test_the_draw_is_the_same_for_a_seed_and_survives_edits_elsewhere() -> None:
    assert drawn(50, 3) == drawn(50, 3)
    assert drawn(50, 3) != drawn(50, 4)
    assert len(drawn(50, 3)) == 50
    assert {each.module for each in drawn(300)} == set(modules()), "every module has its share"
    before = {each.rank(1) for each in mutants("m", b"def f():\n    return a < b\n")}
    after = {each.rank(1) for each in mutants("m", b"X = 1\n\n\ndef f():\n    # why\n    return a < b\n")}
    assert before < after


def test_every_module_of_checks_is_changed() -> None:
    files = [path for path in Path(checks.__file__).parent.rglob("*.py") if "\n@check(" in path.read_text("utf-8")]
    assert set(modules()) == {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    assert {id[:2] for name, source in modules().items() for each in mutants(name, source) for id in each.ids} == {
        id[:2] for id in CHECKS
    }


def test_a_figure_counts_and_lists() -> None:
    one, other = drawn(2)
    figure = told(Measured((Fate(one, "-a\n+b", "broken: x"), Fate(other, "-c\n+d", "")), ("tests x",)), 7)
    assert (figure["mutants"], figure["killed"], figure["mutation_score"], figure["seed"]) == (2, 1, 0.5, 7)
    assert (figure["killed_by"], figure["void"]) == ({"broken": 1}, ["tests x"])
    (survivor,) = figure["survivors"]
    assert survivor.endswith("-c\n+d")
    assert f"{other.line}" in survivor


def test_the_checks_do_to_the_reference_what_they_did() -> None:
    """The first part of the golden file; `make golden` writes it anew."""
    kept = conduct.read(GOLDEN.read_text(encoding="utf-8"))[conduct.REFERENCE]
    assert conduct.conduct(Subject.of(Reference), [check.id for check in in_order()]) == kept


@pytest.mark.slow
def test_the_checks_do_and_say_what_they_did() -> None:
    """The whole golden file: what does not apply to the reference, and what broken adapters are told."""
    said, kept = conduct.read(conduct.everything()), conduct.read(GOLDEN.read_text(encoding="utf-8"))
    assert said.keys() == kept.keys()
    for name, blocks in said.items():
        assert blocks == kept[name], name


MEASURE = """
import json, sys
from conformance.mutation import sample
from conformance.mutation.figure import told
{before}
said = []
measured = sample.measure(sample.drawn({sample}, {seed}, {only!r}), say=said.append, processes={processes})
assert sorted(map(repr, said)) == sorted(map(repr, measured.fates)), "each is told of once"
print(json.dumps(told(measured, {seed})))
"""


def measured(
    sample: int, seed: int = 1, only: str = "", before: str = "", processes: int | None = None
) -> "dict[str, object]":
    """Measure in a process of its own, which forks: no thread of a test runner is in the way."""
    code = MEASURE.format(sample=sample, seed=seed, only=only, before=before, processes=processes)
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def test_a_few_changes_are_noticed() -> None:
    """A small sample, of the family that is quickest to try; `make conform-proof` draws from all of them."""
    figure = measured(12, only="config")
    assert (figure["mutants"], figure["void"]) == (12, [])
    assert figure["killed"] >= 10, figure["survivors"]  # type: ignore[operator]


def test_a_change_that_nothing_can_notice_survives() -> None:
    """Else the machine would count whatever it is given."""
    blind = "sample.Trials.of = lambda *_: iter(())"
    figure = measured(3, only="config", before=blind)
    assert (figure["killed"], len(figure["survivors"])) == (0, 3)  # type: ignore[arg-type]


def test_what_is_noticed_without_a_change_does_not_count() -> None:
    loud = "sample.Trials.of = lambda *_: iter([sample.Trial('tests', lambda: 'red')])"
    figure = measured(2, only="config", before=loud)
    assert (figure["killed"], figure["void"]) == (0, ["tests red"])


ONCE = """
import os, tempfile
from pathlib import Path
seen = Path(tempfile.mkdtemp()) / "seen"
def once():
    if seen.exists():
        return ""
    seen.touch()
    {befalls}
sample.Trials.of = lambda *_: iter([sample.Trial("tests", once)])
"""


@pytest.mark.parametrize(
    ("befalls", "unsteady"), [("return 'red'", "tests red"), ("os._exit(1)", "crash the process ended")]
)
def test_what_is_noticed_once_only_does_not_count(befalls: str, unsteady: str) -> None:
    """A busy machine may end a process or let a test fail; it hardly does so twice."""
    figure = measured(1, only="config", before=ONCE.format(befalls=befalls))
    assert (figure["killed"], figure["void"], figure["unsteady"]) == (0, [], [unsteady])


MIXED = """
def mixed(mutant, source, trials, meant):
    changed = source != sample.modules()[mutant.module]
    match mutant.line % 3:
        case 0:
            return ("tests", "red", 0) if changed and meant(0) else sample.NOTHING
        case 1:
            return ("tests", f"loud {mutant.line}", 0) if meant(0) else sample.NOTHING
    return sample.NOTHING
sample._tried = mixed
"""


def test_any_number_of_processes_comes_to_the_same() -> None:
    one, three = (measured(12, before=MIXED, processes=processes) for processes in (1, 3))
    assert one == three
    assert one["killed"] and one["survivors"] and one["void"], "all there can be"


TOGETHER = """
import multiprocessing
meet = multiprocessing.get_context("fork").Barrier(3)
sample.Trials.of = lambda *_: iter([sample.Trial("tests", lambda: str(meet.wait(30) * 0))])
"""


def test_changes_are_put_to_the_test_at_once() -> None:
    """Each waits for two others: one after the other, none of them would come to an end."""
    figure = measured(3, only="config", before=TOGETHER, processes=3)
    assert figure["void"] == ["tests 0"]


SLOW = """
import time
plain, sample.DEADLINE_S = sample._tried, 0.5
sample.Trials.of = lambda *_: iter(())
def slow(mutant, source, *rest):
    if {when}:
        time.sleep(60)
    return plain(mutant, source, *rest)
sample._tried = slow
"""


@pytest.mark.parametrize(
    ("when", "killed", "unsteady"),
    [("source != sample.modules()[mutant.module]", 1, []), ("True", 0, ["time more than 0.5 s"])],
)
def test_what_does_not_end_counts_if_it_ends_without_the_change(when: str, killed: int, unsteady: list[str]) -> None:
    figure = measured(1, only="config", before=SLOW.format(when=when))
    assert (figure["killed"], figure["void"], figure["unsteady"]) == (killed, [], unsteady)
