"""The reference adapter and all that come with the hub pass every check, without a waiver."""

from pathlib import Path

import pytest

import adapters
from conformance.check import CHECKS
from conformance.outcome import Outcome
from conformance.reference import Reference
from conformance.subject import Subject
from conformance.suite import installed, prove
from conformance.verdict import Verdict

BUILTIN = tuple(sorted(told.parent.name for told in Path(adapters.__file__).parent.glob("*/*/conformance.toml")))


def bad(verdict: Verdict) -> dict[str, str]:
    """What keeps an adapter from passing: id to what was seen. Waivers count: the house gives itself none."""
    return {
        result.check.id: f"{result.outcome}: {result.expected} / {result.saw} {result.said} {result.traceback}"
        for result in verdict.results
        if result.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE)
    }


def test_these_are_all_there_are() -> None:
    assert installed() == BUILTIN


@pytest.mark.parametrize("name", BUILTIN)
def test_builtin_adapter_passes(name: str) -> None:
    verdict = prove(Subject.load(name))
    assert bad(verdict) == {}
    assert verdict.level == 4


def test_reference_passes_every_check_there_is() -> None:
    verdict = prove(Subject.of(Reference))
    assert bad(verdict) == {}
    assert {result.check.id for result in verdict.results} == set(CHECKS)
