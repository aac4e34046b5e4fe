"""What sources tell of a case beside its records, as the lists it stands on, and how far its retrospective has come.

Entries are found by the numbers of the case's records, as keyed hashes: nothing is opened for it.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection

from hub.store import cases as rows
from hub.store import entries
from hub.store.cases import Ref
from hub.store.entries import EntryHead
from hub.store.subjects import unpack
from schemas.entry import EntryKind
from schemas.life import RETROSPECTIVE


def concerning(connection: Connection, records: Collection[Ref], kinds: Collection[EntryKind]) -> list[EntryHead]:
    """Live entries of these kinds about the numbers of these records, oldest first. Not those about its people."""
    heads = rows.heads_of(connection, records).values()
    numbers = {mark.hash for head in heads for mark in unpack(head.subjects) if mark.kind == "ref"}
    return entries.about(connection, numbers, kinds=kinds)


def retrospective(told: Iterable[EntryHead]) -> Mapping[str, str | None]:
    """The seven steps of a retrospective in their order, each with when it was done last (UTC text); None: not yet.

    Empty where no step is told.
    """
    done = {head.name: head.at for head in told if head.kind == "event" and head.name in RETROSPECTIVE.values()}
    return {step: done.get(step) for step in RETROSPECTIVE.values()} if done else {}
