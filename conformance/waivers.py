"""Waivers: failures an integrator knows of, each with a reason and a last day, told in ``conformance.toml``.

A waiver is a debt, not a switch. One that has expired, that waives what passes, that names no check, or that would hide
a leak or a loss, is itself a failure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from conformance.check import Check
from conformance.outcome import Outcome

NEVER = frozenset({"PV"})
"""Families in which nothing is ever waived, whatever a check says of itself."""

CAN_BE_WAIVED = frozenset({Outcome.FAIL, Outcome.NOT_OBSERVED})
FINE = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class Waiver:
    """One ``[[waive]]`` table. ``until`` is the last day it holds; a field that is missing or no date is None."""

    id: str
    reason: str
    until: date | None

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> "Waiver":
        """Read a table; what is wrong with it is told by `fault`, not raised."""
        until = table.get("until")
        if isinstance(until, str):
            try:
                until = date.fromisoformat(until)
            except ValueError:
                until = None
        day = until if type(until) is date else None  # TOML has dates of its own; a datetime is none
        return cls(str(table.get("id", "")), str(table.get("reason", "")).strip(), day)


def may_be_waived(check: Check) -> bool:
    """Whether a failure of this check may be waived: not a leak, not a loss of data."""
    return check.waivable and check.family not in NEVER


def fault(waiver: Waiver, known: Mapping[str, Check], today: date) -> str | None:
    """What is wrong with a waiver before anything has run; None when nothing is."""
    if waiver.id not in known:
        near = get_close_matches(waiver.id.upper(), known, n=1, cutoff=0.5)
        return "names no check" + (f"; did you mean {near[0]}?" if near else "; `hub conform list` shows all")
    if not may_be_waived(known[waiver.id]):
        return "is about privacy or loss of data, which nobody can waive"
    if not waiver.reason:
        return "gives no reason"
    if waiver.until is None:
        return 'gives no last day: until = "YYYY-MM-DD"'
    if waiver.until < today:
        return f"has expired on {waiver.until}"
    return None


def faults(
    waivers: Sequence[Waiver], known: Mapping[str, Check], outcomes: Mapping[str, Outcome], today: date
) -> Iterable[tuple[str, str]]:
    """(id, what is wrong) of every waiver that does not hold, judged by the ``outcomes`` before waiving.

    A check that did not run, or was blocked, says nothing about its waiver.
    """
    seen: set[str] = set()
    for waiver in waivers:
        if waiver.id in seen:
            yield waiver.id, "is given twice"
        elif wrong := fault(waiver, known, today):
            yield waiver.id, wrong
        elif outcomes.get(waiver.id) in FINE:
            yield waiver.id, f"waives a check whose outcome is {outcomes[waiver.id]}: take it out"
        seen.add(waiver.id)
