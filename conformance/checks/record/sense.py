"""RC-30 and RC-31: what a record says of its own life makes sense, and only what was taken back is taken out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from conformance.check import Level, check
from conformance.envelopes import value_at
from conformance.harness import Harness
from conformance.leaves import leaves, masked, utc_text, with_leaf
from conformance.outcome import NotApplicable, Violation
from conformance.shaped import drafted, fullest, items
from hub.api import Capability, Item, Stage
from hub.testing import RecordRow

UNDER_WAY = frozenset(
    {
        Stage.RECEIVED,
        Stage.TRIAGED,
        Stage.DISPATCHED,
        Stage.ACCEPTED,
        Stage.MEDIATING,
        Stage.FILED,
        Stage.HEARING,
        Stage.HANDLING,
    }
)
"""Stages of a matter that somebody is at. Behind others, such as a reply or a review, one may have been closed."""

_TIMELY = 10**14
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
"""Some sources tell days for times."""

_AHEAD = timedelta(days=14)
"""A body may enter the day of an end it has agreed on. Those further off are deadlines."""


@check(
    "RC-30",
    level=Level.READS,
    clause="No record is closed while its stage is under way, before it was opened, or after its last change.",
    after=("RC-08", "RC-10"),
    why="A matter with a day of closing is taken off every list, and its deadline stops. A fallback to another time "
    "closes them all.",
    failing='closed=item.get("closed_at") or item.get("updated_at")',
    passing='closed=item.get("closed_at")',
)
def times_agree(h: Harness) -> None:
    """Compare stage and times of each record of the recording with each other."""
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        told = [record for record in h.records(store) if record.body.get("opened") or record.body.get("closed")]
    if not told:
        raise NotApplicable("no record of the recording tells when it was opened or closed")
    for record in told:
        for said, wrong in _disagreeing(record):
            raise Violation(
                expected="times that fit each other and the stage",
                observed=said,
                likely=f"{wrong} is read from another time of the row, or falls back to one",
                where=f"key {masked(record.key)}",
            )


def _disagreeing(record: RecordRow) -> Iterator[tuple[str, str]]:
    """What contradicts itself, and the field to look at."""
    opened, closed = record.body.get("opened"), record.body.get("closed")
    if closed and record.body.get("stage") in UNDER_WAY:
        yield f"a record that is closed at the stage {record.body['stage']}", "closed"
    if opened and closed and _at(closed) + _DAY < _at(opened):
        yield "a record closed before it was opened", "closed"
    if record.revision is None or record.revision < _TIMELY:
        return  # none, or a counter
    last = utc_text(_EPOCH + timedelta(microseconds=record.revision) + _AHEAD)
    for name, at in (("opened", opened), ("closed", closed)):
        if at and at > last:
            yield f"a record {name} after its last change", name


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@check(
    "RC-31",
    level=Level.READS,
    clause="No row becomes a tombstone but one that its source has marked as deleted.",
    after=("RC-02",),
    why="A tombstone takes a matter out of every list. One that was withdrawn has ended, and counts as that; what is "
    "deleted never was.",
    failing='deleted=item.get("state") in ("withdrawn", "void")',
    passing='deleted=item.get("state") == "void"  # and DELETIONS is claimed',
)
def only_the_deleted_is_deleted(h: Harness) -> None:
    """Shape the rows of the recording, and one of each status that the manifest knows."""
    with items(h) as (adapter, found):
        for at, row in enumerate([*found, *_of_each_status(h, fullest(found))], 1):
            if getattr(drafted(adapter, row), "deleted", False) and not _marked(h, row):
                claimed = Capability.DELETIONS in h.subject.manifest.capabilities
                raise Violation(
                    expected="a record" if claimed else "no tombstone: DELETIONS is not claimed",
                    observed="a tombstone of a row that is not marked as deleted",
                    likely="an end of the matter, such as a withdrawal, is taken for its deletion; that is a stage",
                    where=f"item {at}" if at <= len(found) else "an item of another status",
                )


def _of_each_status(h: Harness, row: Item) -> Iterator[Item]:
    stages = h.subject.manifest.stages
    for spot, value in leaves(row):
        if str(value) in stages:
            yield from (with_leaf(row, spot, type(value)(code)) for code in stages)


def _marked(h: Harness, row: Item) -> bool:
    mark = h.subject.wire.deleted
    return mark is not None and str(value_at(row, mark.field)) == str(mark.value)
