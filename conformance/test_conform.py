"""Run by integrators: ``pytest --pyargs conformance --hub-adapter=NAME`` (see `conformance.pytest_plugin`)."""

import pytest

from conformance.check import Check
from conformance.outcome import Outcome
from conformance.report import blocks
from conformance.suite import Suite


def test_check(hub_check: Check, hub_suite: Suite) -> None:
    """The adapter keeps the clause of this check."""
    result = hub_suite.result(hub_check)
    said = "\n".join((hub_check.clause, *(f"  {name:<9} {text}" for name, text in blocks(result))))
    if result.outcome in (Outcome.NOT_APPLICABLE, Outcome.WAIVED):
        pytest.skip(f"{result.outcome}: {result.said}")
    if result.outcome is Outcome.WARNED:
        pytest.skip(f"{hub_check.id} {result.outcome}: {said}")
    if result.outcome is Outcome.SUITE_ERROR:
        pytest.fail(f"the suite broke: {said}\n{result.traceback}", pytrace=False)
    if not result.good:
        pytest.fail(f"{hub_check.id} {result.outcome}: {said}", pytrace=False)


def test_waivers(hub_suite: Suite) -> None:
    """Every waiver in conformance.toml holds."""
    for check in hub_suite.checks.values():
        hub_suite.result(check)
    if faults := hub_suite.faults():
        pytest.fail("\n".join(map(str, faults)), pytrace=False)
