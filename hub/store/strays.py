"""What came for no task, or before its time: kept, shown, and taken up when the missing part arrives.

A stray is told by what it is (`KINDS`) and by the record it came with or the number it names; the same one again is
the same row. The body is sealed: a number may be a person's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update

from hub.errors import StoreError
from hub.store.driver import Driver
from hub.store.store import Store
from hub.store.tables import core
from hub.store.task_tables import Stray
from hub.store.tasks import Ref

STRAY = core(Stray)

WAITING, RESOLVED, DISMISSED = "waiting", "resolved", "dismissed"

KINDS: Mapping[str, str] = {
    "receipt": "回执找不到任务",  # a receipt for a task nobody knows
    "early": "先于移送回执",  # a result before its hand-over was received
    "illegal": "状态倒退",  # a step the table of tasks does not know
    "claimed": "两家认领",  # a second body that says it has the case
    "cycle": "循环移送",  # back to a body that had it for the same purpose, with nothing new
    "reference": "所引案件未到",  # it names a case that has not come yet
}
"""What a stray is, in Chinese."""


@dataclass(frozen=True, slots=True)
class StrayRow:
    """One stray as it may be listed. ``task`` is the task it waits for, or was taken up by."""

    home: str
    id: int
    source: str
    kind: str
    record_home: str | None
    record: int | None
    state: str
    task: int | None
    first: str
    last: str

    @property
    def ref(self) -> Ref:
        """Its number."""
        return self.home, self.id

    @property
    def of(self) -> Ref | None:
        """The record it came with."""
        return None if self.record is None or self.record_home is None else (self.record_home, self.record)


_COLUMNS = tuple(STRAY.c[name] for name in StrayRow.__slots__)


def hashed(store: Store, source: str, number: str) -> bytes:
    """The keyed hash a number of a source is found by; ``number`` in its normal form."""
    return store.keyring.digest(f"stray\x1f{source}\x1f{number}".encode())


def keep(
    connection: Connection,
    store: Store,
    *,
    home: str,
    source: str,
    kind: str,
    at: str,
    record: Ref | None = None,
    hash: bytes | None = None,
    task: int | None = None,
    body: Mapping[str, Any] | None = None,
) -> Ref | None:
    """Keep a stray. One that waits already is told again: None. One a person dismissed stays dismissed: None."""
    same = [STRAY.c.source == source, STRAY.c.kind == kind]
    same += [STRAY.c.record_home == record[0], STRAY.c.record == record[1]] if record else [STRAY.c.hash == hash]
    if task is not None:
        same.append(STRAY.c.task == task)
    known = connection.execute(select(STRAY.c.home, STRAY.c.id).where(*same, STRAY.c.state != RESOLVED)).first()
    if known is not None:
        connection.execute(update(STRAY).where(STRAY.c.home == known.home, STRAY.c.id == known.id).values(last=at))
        return None
    (number,) = Driver.of(connection).ids("stray", home, 1)
    key_id = store.keyring.current
    sealed = store.keyring.seal(orjson.dumps(body or {}), _place(home, number, key_id))
    connection.execute(
        insert(STRAY).values(
            home=home, id=number, source=source, kind=kind, hash=hash, record_home=record[0] if record else None,
            record=record[1] if record else None, state=WAITING, task=task, first=at, last=at, key_id=key_id,
            body=sealed,
        )
    )  # fmt: skip
    return home, number


def waiting(
    connection: Connection,
    *,
    kind: str = "",
    tasks: Sequence[Ref] = (),
    records: Sequence[Ref] = (),
    hash: bytes | None = None,
) -> list[StrayRow]:
    """Those that wait, oldest first: of a kind, for one of these tasks, with one of these records, by that hash."""
    statement = select(*_COLUMNS).where(STRAY.c.state == WAITING)
    if kind:
        statement = statement.where(STRAY.c.kind == kind)
    if hash is not None:
        statement = statement.where(STRAY.c.hash == hash)
    found = [StrayRow(*row) for row in connection.execute(statement.order_by(STRAY.c.first, STRAY.c.id))]
    if tasks:
        found = [each for each in found if each.task is not None and (each.home, each.task) in tasks]
    return [each for each in found if each.of in records] if records else found


def listed(connection: Connection, *, every: bool = False, source: str = "", most: int = 50) -> list[StrayRow]:
    """Those that wait, newest first; ``every``: those taken up or dismissed too."""
    statement = select(*_COLUMNS)
    if not every:
        statement = statement.where(STRAY.c.state == WAITING)
    if source:
        statement = statement.where(STRAY.c.source == source)
    rows = connection.execute(statement.order_by(STRAY.c.last.desc(), STRAY.c.id.desc()).limit(most))
    return [StrayRow(*row) for row in rows]


def end(connection: Connection, ref: Ref, *, at: str, state: str = RESOLVED, task: int | None = None) -> StrayRow:
    """A stray waits no longer: it was taken up (by ``task``), or a person dismissed it. Raises StoreError for one that
    does not wait."""
    this = (STRAY.c.home == ref[0], STRAY.c.id == ref[1])
    row = connection.execute(select(*_COLUMNS).where(*this, STRAY.c.state == WAITING)).first()
    if row is None:
        raise StoreError(f"no stray {ref[0]}-{ref[1]} waits", where="store", hint="hub task strays")
    values = {"state": state, "last": at} | ({"task": task} if task is not None else {})
    connection.execute(update(STRAY).where(*this).values(**values))
    return StrayRow(*row)


def opened(connection: Connection, store: Store, ref: Ref) -> dict[str, Any]:
    """The body of a stray. Raises StoreError when there is none of that number."""
    columns = (STRAY.c.key_id, STRAY.c.body)
    row = connection.execute(select(*columns).where(STRAY.c.home == ref[0], STRAY.c.id == ref[1])).first()
    if row is None:
        raise StoreError(f"no stray {ref[0]}-{ref[1]}", where="store", hint="hub task strays")
    told: dict[str, Any] = orjson.loads(store.keyring.open(row.key_id, bytes(row.body), _place(*ref, row.key_id)))
    return told


def _place(home: str, number: int, key_id: str) -> bytes:
    return f"stray|{home}|{number}|{key_id}".encode()
