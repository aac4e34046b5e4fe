"""What checks of records start from: the items of a read and their drafts, or the records a run made of chosen rows."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from conformance.harness import Harness, Seen
from conformance.lab.rows import Row
from conformance.leaves import copied, leaves
from conformance.outcome import NotApplicable, NotObserved
from conformance.scenarios import TWO_PAGES
from hub.api import Adapter, Draft, DraftEntry, DraftEvent, Item, TableView
from hub.testing import RecordRow, RunReport

STAGED = (Draft, DraftEvent)
"""Kinds of drafts whose status has a stage."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run kept: its report, and the records by the key their row bears at the source, as text."""

    report: RunReport
    records: dict[str, RecordRow]


def kept(h: Harness, rows: Sequence[Row]) -> Kept:
    """Read these rows, all on one page if the source allows it, into a fresh store."""
    size = len(rows) + 1
    with h.source(rows=rows) as sim, h.store() as store:
        adapter, names = h.adapter(sim, page_size=size), {}
        for page in h.pages(sim, page_size=size):
            for item in adapter.items(page):
                if (draft := drafted(adapter, item)) is not None:
                    names[str(draft.key).strip()] = str(item.get(h.subject.wire.key))
        report = h.run(sim, store, page_size=size)
        return Kept(report, {names.get(record.key, record.key): record for record in h.records(store)})


@contextmanager
def items(h: Harness) -> Iterator[tuple[Adapter[Any], list[Item]]]:
    """The adapter, and the items of a full read as they are before any of them was shaped."""
    with h.source() as sim:
        adapter = h.adapter(sim)
        found = [item for page in h.pages(sim) for item in adapter.items(page)]
        h.observe(len(found))
        if not found:
            raise NotObserved("a full read of the recording gives no item")
        yield adapter, found


def disputes(h: Harness, scenario: str = TWO_PAGES) -> list[Seen]:
    """One full read, the drafts of disputes. Raises NotApplicable where there are other kinds only."""
    seen = h.read_all(scenario)
    found = [each for each in seen if isinstance(each.draft, Draft)]
    if seen and not found:
        raise NotApplicable("its rows are no disputes: what else a source tells has no class, item or channel")
    return found


def drafted(adapter: Adapter[Any], item: Item) -> Draft | DraftEntry | None:
    """The draft of a copy of the item; None where the adapter refuses it."""
    try:
        return adapter.draft(copied(item))
    except Exception:  # noqa: BLE001 - adapter code: whatever it raises rejects the item
        return None


def fullest(rows: Sequence[Item]) -> Row:
    """A copy of the row that says most."""
    row: Row = copied(dict(max(rows, key=lambda row: sum(value not in (None, "") for _, value in leaves(row)))))
    return row


def by_status(adapter: Adapter[Any], found: Sequence[Item]) -> dict[str, Row]:
    """The row of each status that says most; where drafts have none, of all."""
    rows: dict[str, list[Item]] = {}
    for item in found:
        rows.setdefault(status_of(drafted(adapter, item)), []).append(item)
    return {status: fullest(alike) for status, alike in rows.items()}


def status_of(draft: Draft | DraftEntry | None) -> str:
    """The status of a draft as text; empty where it has none."""
    return str(getattr(draft, "status", None) or "")


def reserved(h: Harness) -> Set[str]:
    """Fields whose values the suite itself needs as they are."""
    wire = h.subject.wire
    views = [stream.request for stream in h.subject.manifest.streams if isinstance(stream.request, TableView)]
    written = {name for view in views for name in view.acknowledge}  # without them nothing can be acknowledged
    asked = {path.partition(".")[0] for path in wire.filters.values()}  # of another value, no list would tell it
    return written | asked | {wire.key, wire.time, wire.row, wire.code, wire.deleted.field if wire.deleted else ""}


def differing(one: Draft | DraftEntry | None, other_one: Draft | DraftEntry | None) -> list[str]:
    """Names of the fields in which two drafts differ; ``kind`` where they are of two kinds."""
    drafts = [draft for draft in (one, other_one) if draft is not None]
    names = dict.fromkeys(field.name for draft in drafts for field in fields(draft))
    found = [name for name in names if getattr(one, name, None) != getattr(other_one, name, None)]
    return found or (["kind"] if type(one) is not type(other_one) else [])
