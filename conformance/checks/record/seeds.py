"""RC-25: a draft is the same in every process."""

import json

from conformance.check import Level, check
from conformance.elsewhere import shaped_elsewhere, shaped_here
from conformance.harness import Harness
from conformance.outcome import Violation
from conformance.subject import own_settings, somewhere
from conformance.watch import Task


@check(
    "RC-25",
    level=Level.READS,
    clause="A draft is the same in another process.",
    after=("LD-05", "RC-09", "RC-12"),
    why="Python gives texts other hashes in each process. A key made of one is a new matter after every restart, and "
    "words joined in the order of a set change places, and the record its version.",
    failing='key=str(hash(item["case_no"])), extra={"tags": "、".join(set(item["tags"]))}',
    passing='key=item["case_no"], extra={"tags": "、".join(sorted(set(item["tags"])))}',
)
def drafts_know_no_process(h: Harness) -> None:
    """Shape the items here, and in a process in which texts have other hashes."""
    found = [h.lift.down(seen.item) for seen in h.read_all()]
    options = {**somewhere(h.subject.kind), **own_settings(h.subject.spec, h.canaries.secret)}
    task = Task.of(h.subject.kind, options, found, h.stream)
    here = shaped_here(h.subject.kind, task)
    for number, (one, same) in enumerate(zip(here, shaped_elsewhere(task), strict=True), 1):
        if one != same:
            raise Violation(
                expected="the draft made in this process",
                observed=f"another one: {', '.join(_differing(one, same))}",
                likely="the hash of a text, or the order of a set, stands in the draft",
                where=f"item {number}",
            )


def _differing(one: str, same: str) -> list[str]:
    """Fields in which two drafts differ, told as text."""
    before, after = (json.loads(each) if each[:1] == "{" else {"error": each} for each in (one, same))
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]
