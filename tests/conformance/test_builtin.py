"""The reference adapter and the five that come with the hub pass every check, without a waiver."""

import pytest

from conformance.check import CHECKS, Outcome
from conformance.reference import Reference
from conformance.subject import Subject
from conformance.suite import installed, prove
from conformance.verdict import Verdict

BUILTIN = ("dispute_code", "four_platforms", "mobile_court", "open311", "zhelifang")


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
