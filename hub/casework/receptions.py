"""Days of reception (接访日): which body receives on which day, at which of the four levels. They are entries that a
source or a file tells (`schemas.entry.RECEPTIONS`); a consultation may be set on one.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import Connection

from hub.casework.calendar import ZONE
from hub.casework.consultation import Meeting
from hub.errors import StoreError
from hub.store import entries
from hub.store.cases import Ref
from hub.store.entries import EntryHead
from hub.store.store import Store
from schemas.entry import RECEPTIONS

MOST = 1_000
"""Days listed at once."""


@dataclass(frozen=True, slots=True)
class Reception:
    """One day of reception. ``level`` is one of the four of `hub.casework.consultation`, None where it is not told;
    ``starts`` is aware."""

    entry: Ref
    day: date
    body: str
    region: str | None
    level: int | None
    starts: datetime


def receptions(connection: Connection, since: date, until: date, *, region: str = "") -> list[EntryHead]:
    """The days from one to another, both inclusive, the earliest first; ``region`` is a prefix. ``period`` is the day,
    ``owner`` the body, ``status`` the level."""
    period = (since.isoformat(), until.isoformat())
    found = entries.entries(connection, kind="row", name=RECEPTIONS, region=region, period=period, limit=MOST)
    return sorted(found, key=lambda head: (head.period or "", head.home, head.id))


def reception(store: Store, ref: Ref, *, now: datetime) -> Reception:
    """One day, for a consultation to be set on. Raises StoreError for an entry that is none, for one that was called
    off, for a day that is over and for an hour that cannot be read."""
    where = f"entry {ref[0]}-{ref[1]}"
    with store.database.reading() as connection:
        told = dict(entries.contents(connection, store.keyring, entries.entry_by_id(connection, ref[1], home=ref[0])))
    if not told:
        raise StoreError("there is no such entry", where=where, hint="hub case receptions lists them")
    ((head, body),) = told.items()
    if head.kind != "row" or head.name != RECEPTIONS or not head.period or not head.owner:
        raise StoreError("this is no day of reception", where=where, hint="hub case receptions lists them")
    if head.deleted:
        raise StoreError("the reception was called off", where=where, hint="hub case receptions lists the others")
    day = date.fromisoformat(head.period)
    starts = datetime.combine(day, _clock((body.get("fields") or {}).get("starts"), where), ZONE)
    if day < now.astimezone(ZONE).date():
        raise StoreError("that day of reception is over", where=where, hint="hub case receptions lists those to come")
    level = int(head.status) if head.status in ("1", "2", "3", "4") else None
    return Reception(ref, day, head.owner, head.region, level, starts)


def on_reception(day: Reception, meeting: Meeting, level: int) -> Meeting:
    """The meeting set on a day of reception: there and then, the body that receives among those called. Raises
    StoreError where that day is of another level."""
    if day.level not in (None, level):
        said = f"the reception is of level {day.level}, the consultation of {level}"
        raise StoreError(
            said, where=f"entry {day.entry[0]}-{day.entry[1]}", hint="hub case receptions lists the others"
        )
    bodies = tuple(dict.fromkeys((day.body, *meeting.bodies)))
    return replace(meeting, bodies=bodies, meets=meeting.meets or day.starts, reception=day.entry)


def _clock(told: str | None, where: str) -> time:
    """An hour such as ``09:00``; nine in the morning where none is told. Raises StoreError for what is no hour: nobody
    is called at a wrong one."""
    try:
        return time.fromisoformat(told.strip().zfill(5)) if told else time(9)
    except ValueError:
        raise StoreError(
            "the hour of that day of reception cannot be read", where=where, hint="call with --at, not --reception"
        ) from None
