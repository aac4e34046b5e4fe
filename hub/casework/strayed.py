"""Strays in the making and on their way home: kept once, shown in the case's journal, taken up by what comes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub.casework import journal
from hub.casework.tasks import HUB
from hub.clock import utc_text
from hub.store import facts, strays
from hub.store import tasks as rows
from hub.store.facts import Standing
from hub.store.store import Store
from hub.store.strays import StrayRow
from hub.store.tasks import Ref, TaskRow
from schemas.alias import normal, ties
from schemas.life import Stage


def keep(
    connection: Connection,
    store: Store,
    kind: str,
    row: TaskRow,
    record: Standing,
    stage: Stage | None,
    now: datetime,
    *,
    body: Mapping[str, Any] | None = None,
) -> None:
    """Keep what a record told of a task, once; one that a person has to look at stands open in the case's journal."""
    at, name = utc_text(now), f"{row.home}-{row.id}"
    told = {"task": name, "state": row.state, "stage": stage, "source": record.source, **(body or {})}
    kept = strays.keep(
        connection, store, home=row.home, source=record.source, kind=kind, at=at, record=record.ref, task=row.id,
        body=told,
    )  # fmt: skip
    if kept is None:
        return
    rows.note(connection, row.ref, at=at, kind=kind, by=record.source, told=told)
    if kind != "early":
        journal.note(
            connection, store, row.code, kind=f"task.{kind}", at=at, by=record.source, told=told, record=record.ref,
            version=record.version, task=row.id, open=True,
        )  # fmt: skip


def settle(connection: Connection, stray: StrayRow, *, at: str, by: str, why: str) -> None:
    """Close what stands open in the case's journal for a stray that waits no longer."""
    if stray.task is None:
        return
    row = rows.one(connection, (stray.home, stray.task))
    for event in journal.events(connection, [row.code]):
        if event.open and event.task == row.id and event.record == stray.of and event.kind == f"task.{stray.kind}":
            journal.settle(connection, (event.home, event.id), at=at, by=by, why=why)


def let_go(
    connection: Connection, store: Store, codes: Collection[str], came: Collection[Ref], now: datetime
) -> Iterator[tuple[str, Stage, Standing]]:
    """Referrals that were stopped as a circle, to whose case something new ``came``: route, stage and asking record."""
    for stray, asking in _of_cases(connection, "cycle", codes):
        if asking.ref in came:
            continue
        told = strays.opened(connection, store, stray.ref)
        strays.end(connection, stray.ref, at=utc_text(now))
        settle(connection, stray, at=utc_text(now), by=HUB, why="something new came")
        yield told["route"], Stage(told["stage"]), asking


def found(connection: Connection, codes: Collection[str], came: Collection[Ref], now: datetime) -> None:
    """Records that waited alone for a number they cite, and to whose case another ``came``."""
    for stray, record in _of_cases(connection, "reference", codes):
        if record.ref not in came:
            strays.end(connection, stray.ref, at=utc_text(now))


def note_lone(connection: Connection, store: Store, records: Sequence[Standing], now: datetime) -> None:
    """Keep those that stand alone and cite another's number: what they cite has not come."""
    lone = facts.lone(connection, {record.code for record in records})
    alone = [record for record in records if record.code in lone]
    bodies = facts.bodies(connection, store, alone)
    for record in alone:
        told = bodies[record.ref].get("references") or ()
        cited = [number for each in told[1:] if ties(number := normal(each["number"]))]  # the first is its own
        if cited:
            strays.keep(
                connection, store, home=record.home, source=record.source, kind="reference", at=utc_text(now),
                record=record.ref, hash=strays.hashed(store, "", cited[0]), body={"numbers": cited},
            )  # fmt: skip


def _of_cases(connection: Connection, kind: str, codes: Collection[str]) -> Iterator[tuple[StrayRow, Standing]]:
    """Strays of a kind whose record stands in one of these leading cases."""
    waiting = strays.waiting(connection, kind=kind)
    if not waiting:
        return
    under = rows.led_by(connection, codes)
    standing = facts.standing(connection, {stray.of for stray in waiting if stray.of})
    for stray in waiting:
        record = standing.get(stray.of) if stray.of else None
        if record is not None and record.code in under:
            yield stray, record
