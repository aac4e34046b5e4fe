"""RC-41: what does not say that it is deleted is not."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.shaped import drafted, items
from hub.api import Capability, Item


@check(
    "RC-41",
    level=Level.READS,
    clause="A row whose mark of deletion is absent, null or empty is not deleted.",
    needs=Capability.DELETIONS,
    after=("RC-01",),
    why="Only what the source declares void is void. Views and exports leave a mark out where nobody has set it: "
    "read as deleted, every matter of such a row is gone from the store.",
    waivable=False,
    failing='deleted=item.get("IS_DEL") != "0"',
    passing='deleted=item.get("IS_DEL") == "1"',
)
def nothing_deletes_nothing(h: Harness) -> None:
    """Shape each row of the recording without its mark, and with one that says nothing."""
    mark = h.subject.wire.deleted
    if mark is None:
        raise NotApplicable("conformance.toml tells no mark of deletion")
    with items(h) as (adapter, found):
        standing = [item for item in found if str(item.get(mark.field)) != str(mark.value)]
        drafts = [(name, drafted(adapter, row)) for item in standing for name, row in _unsaid(item, mark.field)]
    if not any(draft is not None for _, draft in drafts):
        raise NotObserved("no row that says nothing of its deletion became a draft")
    for name, draft in drafts:
        if getattr(draft, "deleted", False):
            raise Violation(
                expected="a record that stands",
                observed="a deletion",
                likely="everything but the word for a living row is taken for the mark of deletion",
                where=f"a row whose {mark.field} is {name}",
            )


def _unsaid(item: Item, field: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The item without that field, and with one that is null or empty."""
    yield "absent", {name: value for name, value in item.items() if name != field}
    yield "null", {**item, field: None}
    yield "empty", {**item, field: ""}
