"""Generated packages, installed beside the project's wheel in a fresh environment, under the whole suite."""

import json
from itertools import cycle

import pytest
from workshop import Workshop

from hub.cli.scaffold import kinds, wires

IN_CI = "http_json"
KINDS = dict(zip(sorted(wires()), cycle(kinds()), strict=False))


def installed(shop: Workshop, wire: str, kind: str) -> str:
    """A new package as a wheel, installed; its adapter's name."""
    name = f"lake_{wire}"
    shop.done(f"hub adapter new {name} --kind {kind} --wire {wire}")
    shop.done(f"pip wheel -q -w wheels ./yiwang-{name.replace('_', '-')}")
    shop.done("pip install -q wheels/*.whl")
    return name


@pytest.mark.parametrize(
    "wire", [each if each == IN_CI else pytest.param(each, marks=pytest.mark.slow) for each in wires()]
)
def test_a_generated_package_passes_level_4(workshop: Workshop, wire: str) -> None:
    name = installed(workshop, wire, KINDS[wire])
    workshop.done(f"hub conform {name} --json report.json")
    (verdict,) = json.loads((workshop.home / "report.json").read_text(encoding="utf-8"))["verdicts"]
    assert (verdict["passed"], verdict["level"]) == (True, 4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", kinds())
def test_every_kind_passes_level_4(workshop: Workshop, kind: str) -> None:
    name = installed(workshop, "form", kind)
    workshop.done(f"hub conform {name}")


@pytest.mark.slow
def test_its_own_tests_run_the_suite(workshop: Workshop) -> None:
    name = installed(workshop, "soap", "mediation")
    told = workshop.done("pytest -q", cwd=workshop.home / f"yiwang-{name.replace('_', '-')}")
    passed = int(told.rpartition(" passed")[0].rpartition("\n")[2].split()[-1])
    assert passed > 100
