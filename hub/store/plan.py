"""Which row of a batch wins, and what becomes of the others: one rule for records and for entries. No database here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from hub.batch import Row


class Existing(NamedTuple):
    """The head of a record or entry that is already there."""

    id: int
    version: int
    revision: int | None
    content: bytes
    deleted: int


@dataclass(slots=True)
class Counts:
    """What became of the items of a page or a run. ``fetched`` is the sum of the five below it (law L2).

    ``unmapped`` counts stored records without an item; it is no sixth outcome.
    """

    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    superseded: int = 0
    deleted: int = 0
    rejected: int = 0
    unmapped: int = 0

    def __iadd__(self, other: "Counts") -> "Counts":
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self

    @property
    def adds_up(self) -> bool:
        """Whether law L2 holds."""
        return self.fetched == self.stored + self.unchanged + self.superseded + self.deleted + self.rejected

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(slots=True)
class Plan:
    """What a batch of rows comes to: heads to insert or update, versions to add."""

    new: list[tuple[Row, bytes]] = field(default_factory=list)
    changed: list[tuple[Row, bytes, Existing]] = field(default_factory=list)


def plan_of(
    rows: Sequence[Row], existing: Mapping[str, Existing], counts: Counts, digest: Callable[[bytes], bytes]
) -> Plan:
    """Fold the rows over what is known, in their order; only the last state of each key will be written.

    ``digest`` keys the rows' content hashes. What is not written is added to ``counts``.
    """
    states = {key: (old.revision, old.content, bool(old.deleted)) for key, old in existing.items()}
    winners: dict[str, tuple[Row, bytes]] = {}
    for row in rows:
        content = digest(row.content)
        state = states.get(row.key)
        verdict = "changed" if state is None else _judge(row, content, *state)
        if verdict != "changed":
            setattr(counts, verdict, getattr(counts, verdict) + 1)
            continue
        if row.revision is None and state is not None and state[0] is not None:
            row = row._replace(revision=state[0])  # noqa: PLW2901 - a later row of an old revision must still lose
        counts.superseded += row.key in winners
        winners[row.key] = (row, content)
        states[row.key] = (row.revision, content, row.deleted)
    plan = Plan()
    for key, (row, content) in winners.items():
        if (old := existing.get(key)) is None:
            plan.new.append((row, content))
        else:
            plan.changed.append((row, content, old))
    return plan


def _judge(row: Row, content: bytes, revision: int | None, old_content: bytes, old_deleted: bool) -> str:
    """How a row stands to what is known: ``changed``, ``unchanged`` or ``superseded``.

    Equal revision with other content is a change (sources do reuse an update time), except against a tombstone, which
    yields to a newer revision only.
    """
    if content == old_content and (row.revision is None or row.revision == revision):
        return "unchanged"
    if row.revision is not None and revision is not None:
        if row.revision < revision:
            return "superseded"
        if row.revision == revision and old_deleted and not row.deleted:
            return "superseded"
    return "changed"
