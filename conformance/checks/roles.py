"""TX-21: nobody is made the applicant by a word that nobody knows."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conformance.check import Level, check
from conformance.leaves import leaves, told, with_leaf
from conformance.outcome import NotApplicable, Violation
from conformance.shaped import drafted, items
from hub.api import Draft, DraftEntry

if TYPE_CHECKING:
    from conformance.harness import Harness

RESPONDENT = "被申请人"
UNHEARD = "从未听说的一方"
"""A role no source has."""


@check(
    "TX-21",
    level=Level.READS,
    clause="A role of a party that is not known comes through in the source's word for it.",
    after=("TX-08",),
    why="The hub takes who has no role it knows for the applicant, and notes the word. A default in the adapter leaves "
    "no note: the one complained of has complained, and nobody can find out who.",
    failing='role=ROLES.get(row["role"], "1")',
    passing='role=ROLES.get(row["role"], row["role"])',
)
def unknown_roles_are_told(h: "Harness") -> None:
    """Put a word that is no role where one decides the role of a party; look for it in the draft."""
    looked = False
    with items(h) as (adapter, found):
        for row in found:
            roles = _roles(drafted(adapter, row))
            for spot, _ in leaves(row):
                draft = drafted(adapter, with_leaf(row, spot, UNHEARD))
                known = drafted(adapter, with_leaf(row, spot, RESPONDENT))
                changed = [each for each in map(_roles, (draft, known)) if len(each) == len(roles) and each != roles]
                if draft is None or not changed:
                    continue
                looked = True
                if UNHEARD not in str(asdict(draft)):
                    raise Violation(
                        expected="the word for the role, wherever in the draft",
                        observed="another role, and not the word",
                        likely="a default stands for the roles the author has not met",
                        where=f"field {told(spot)}",
                    )
    if not looked:
        raise NotApplicable("no field of the recording alone gives the role of a party")


def _roles(draft: Draft | DraftEntry | None) -> list[Any]:
    return [party.role for party in getattr(draft, "parties", None) or ()]
