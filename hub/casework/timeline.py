"""The whole life of a case in the order of time: what its records tell, and what the hub itself did.

Of each record: when it was received and ended, each handling step, each change of stage from version to version, each
tombstone; each from the page and item in which it was told first. Steps and papers that sources tell by themselves. Of
the hub: the journal of the case and of those it leads, and the steps of its tasks. An illegal move of a source
(`hub.casework.life`) stands as a conflict where it was.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, or_, select, tuple_

from hub.casework import cases, journal
from hub.casework.happened import HUB, OF_STAGES, Happened, Told, life_of, of_entry, of_event, place, way
from hub.casework.journal import Event
from hub.store import cases as rows
from hub.store import entries
from hub.store.case_tables import CaseMerge, CaseRecord, CaseSplit
from hub.store.cases import Ref
from hub.store.corrections import laid, overlay
from hub.store.entry_tables import EntryVersion
from hub.store.masking import masked
from hub.store.show import open_version
from hub.store.store import Store
from hub.store.tables import Record, Version, core
from hub.store.task_tables import Task, TaskEvent

__all__ = ["HUB", "Happened", "timeline", "way"]

RECORD, VERSION, ENTRY = core(Record), core(Version), core(EntryVersion)
MERGE, SPLIT, PLACED = core(CaseMerge), core(CaseSplit), core(CaseRecord)
TASK, STEP = core(Task), core(TaskEvent)
CHUNK = 500  # values of one IN list

BOTH = ("merged", "unmerged", "split")
"""Kinds that are written for both cases they concern: while one leads the other, they are told once."""


def timeline(connection: Connection, store: Store, code: str, *, clear: bool = False) -> list[Happened]:
    """What happened to the case that leads ``code``, in the order of time; at one moment sources come before the hub.

    Texts are masked unless ``clear``, a read the caller audits before it is shown. Raises StoreError for a code that
    was never issued, and where the vault does not open.
    """
    leader = cases.lead(connection, code)
    records = cases.members(connection, leader)
    told: list[Happened] = []
    versions = _versions(connection, store, records)
    everyone = _everyone(connection, store, records, versions)
    if not clear:
        versions = [each._replace(body=masked(each.body, everyone)) for each in versions]
    for _, some in groupby(versions, key=lambda each: each[:2]):
        told += life_of(list(some))
    numbers = {each["number"] for version in versions for each in version.body.get("references") or ()}
    for of, body in _entries(connection, store, numbers):
        told += of_entry(of, body if clear else masked(body, everyone))
    held = frozenset(rows.led_by(connection, [leader]))
    told = _with_hub(told, _events(connection, leader, held, set(records)))
    told += _task_steps(connection, held, told)
    return sorted(_with_tasks(connection, told), key=place)


def _versions(connection: Connection, store: Store, records: Sequence[Ref]) -> list[Told]:
    """All versions of these records, opened, by record and version."""
    head = [RECORD.c[name] for name in ("source", "key", "channel")]
    columns = [VERSION.c[name] for name in ("home", "record", "version", "raw", "item_no", "revision", "stored")]
    same = (VERSION.c.home == RECORD.c.home) & (VERSION.c.record == RECORD.c.id)
    found: list[Told] = []
    for some in _chunks(sorted(records)):
        statement = (
            select(*columns, *head, VERSION.c.key_id, VERSION.c.body)
            .join(RECORD, same)
            .where(tuple_(VERSION.c.home, VERSION.c.record).in_(some))
            .order_by(VERSION.c.home, VERSION.c.record, VERSION.c.version)
        )
        for row in connection.execute(statement):
            body = open_version(store.keyring, (row.home, row.record, row.version), row.key_id, bytes(row.body))
            found.append(
                Told(
                    *(row.home, row.record, row.source, row.key, row.channel, row.version, row.raw, row.item_no),
                    *(row.revision, row.stored, body),
                )
            )
    return found


def _everyone(
    connection: Connection, store: Store, records: Sequence[Ref], versions: Iterable[Told]
) -> Mapping[str, Any]:
    """The people of all these versions and of what was put right in them, as one body to mask by.

    Who is a party to one record may stand in the text of another.
    """
    parties = [party for each in versions for party in each.body.get("parties") or ()]
    for patches in overlay(connection, store.keyring, records).values():
        parties += laid({}, patches).get("parties") or ()
    return {"parties": parties}


def _entries(
    connection: Connection, store: Store, numbers: Collection[str]
) -> Iterator[tuple[Happened, Mapping[str, Any]]]:
    """Steps and papers that sources tell by themselves, of the matters of these numbers, opened: personal data."""
    if not numbers:
        return
    heads = {(head.home, head.id): head for head in entries.about(
        connection, entries.hashes_of(store.keyring.hash, sorted(numbers)), kinds=("event", "document")
    )}  # fmt: skip
    columns = [ENTRY.c[name] for name in ("home", "entry", "version", "raw", "item_no", "key_id", "body")]
    for some in _chunks(sorted(heads)):
        statement = select(*columns).where(tuple_(ENTRY.c.home, ENTRY.c.entry).in_(some))
        for row in connection.execute(statement):
            head = heads[row.home, row.entry]
            if row.version != head.version:
                continue
            body = entries.open_entry(store.keyring, (row.home, row.entry, row.version), row.key_id, bytes(row.body))
            of = Happened(
                at=head.stored, exact=False, kind=head.kind, source=head.source, key=head.key, version=row.version,
                raw=(row.home, row.raw), item=row.item_no, entry=(row.home, row.entry),
            )  # fmt: skip
            yield of, body


def _events(connection: Connection, leader: str, held: frozenset[str], records: set[Ref]) -> list[Event]:
    """The journal of the case and those it leads, and of its records under whatever code they stood in once.

    An event that names a record goes where the record is now: so a merge, a split and their undoing need move nothing.
    """
    found = [
        each
        for each in journal.events(connection, _once(connection, held, records))
        if (each.record in records if each.record is not None else each.code in held)
    ]
    told = {(each.kind, each.at, each.by) for each in found if each.code == leader}
    return [
        each
        for each in found
        if each.code == leader or each.kind not in BOTH or (each.kind, each.at, each.by) not in told
    ]


def _once(connection: Connection, held: frozenset[str], records: set[Ref]) -> set[str]:
    """Every code these cases were ever held together with, and every code these records were ever given."""
    codes = set(held)
    for some in _chunks(sorted(records)):
        of = tuple_(PLACED.c.home, PLACED.c.record).in_(some)
        codes.update(connection.scalars(select(PLACED.c.code).where(of)))
        split = select(SPLIT.c.code, SPLIT.c.into).where(tuple_(SPLIT.c.home, SPLIT.c.record).in_(some))
        codes.update(code for pair in connection.execute(split) for code in pair)
    seen: set[str] = set()
    while fresh := sorted(codes - seen):
        seen |= codes
        for some_codes in _chunks(fresh):
            of_either = or_(MERGE.c.code.in_(some_codes), MERGE.c.into.in_(some_codes))
            held_once = select(MERGE.c.code, MERGE.c.into).where(of_either)
            codes.update(code for pair in connection.execute(held_once) for code in pair)
    return codes


def _with_hub(told: list[Happened], events: Iterable[Event]) -> list[Happened]:
    """The journal beside what the records tell; what speaks of a version's stage is laid upon that change."""
    spots = {(each.record, each.version): at for at, each in enumerate(told) if each.kind == "stage"}
    whole = list(told)
    for each in events:
        spot = spots.get((each.record, each.version)) if each.kind in OF_STAGES and each.version is not None else None
        if spot is None:
            whole.append(of_event(each))
        else:
            conflict = whole[spot].conflict or each.kind == "conflict"
            whole[spot] = replace(
                whole[spot], conflict=conflict, open=whole[spot].open or each.open, event=(each.home, each.id)
            )
    return whole


def _task_steps(connection: Connection, held: frozenset[str], told: Iterable[Happened]) -> Iterator[Happened]:
    """Steps of the case's tasks that the journal does not tell: receipts, resends."""
    known = {(each.told.get("task"), each.kind) for each in told if each.kind.startswith("task.")}
    columns = [STEP.c[name] for name in ("home", "task", "at", "kind", "by", "told")]
    same = (STEP.c.home == TASK.c.home) & (STEP.c.task == TASK.c.id)
    for some in _chunks(sorted(held)):
        statement = (
            select(*columns, TASK.c.kind.label("asked"), TASK.c.code).join(TASK, same).where(TASK.c.code.in_(some))
        )
        for row in connection.execute(statement.order_by(STEP.c.home, STEP.c.id)):
            ref, kind = f"{row.home}-{row.task}", f"task.{row.kind}"
            if (ref, kind) not in known:
                said = {"task": ref, "kind": row.asked, **orjson.loads(row.told)}
                yield Happened(at=row.at, exact=True, kind=kind, source=HUB, by=row.by, code=row.code, told=said)


def _with_tasks(connection: Connection, told: Sequence[Happened]) -> list[Happened]:
    """Each step of a task with what the task is: its kind, who asked, who was asked."""
    names = {at: _task(each) for at, each in enumerate(told) if each.kind.startswith("task.")}
    tasks: dict[Ref, dict[str, Any]] = {}
    columns = [TASK.c[name] for name in ("home", "id", "kind", "docking", "asked_by", "asked_of")]
    for some in _chunks(sorted(filter(None, set(names.values())))):
        for row in connection.execute(select(*columns).where(tuple_(TASK.c.home, TASK.c.id).in_(some))):
            of = {name: value for name, value in row._mapping.items() if value is not None}
            tasks[of.pop("home"), of.pop("id")] = of
    whole = list(told)
    for at, ref in names.items():
        if ref in tasks:
            whole[at] = replace(whole[at], told={"task": f"{ref[0]}-{ref[1]}", **tasks[ref], **whole[at].told})
    return whole


def _task(each: Happened) -> Ref | None:
    home, _, number = str(each.told.get("task", "")).partition("-")
    return (home, int(number)) if number.isdecimal() else None


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
