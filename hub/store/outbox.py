"""Deliveries on their way out: written with their cause, leased for each attempt, settled once.

States: ``waiting`` (due at ``due``), ``sending`` (leased until ``due``), ``delivered``, ``refused`` (the target said
no), ``dead`` (too many failures), ``unknown`` (it may have arrived, and the target would act twice: a person decides).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Select, func, select, text, update

from hub.clock import utc_text
from hub.errors import StoreError
from hub.store.driver import Driver
from hub.store.post_tables import Outbox
from hub.store.tables import core
from hub.store.task_tables import TaskPost
from hub.store.vault import Keyring

WAITING, SENDING = "waiting", "sending"
DELIVERED, REFUSED, DEAD, UNKNOWN = "delivered", "refused", "dead", "unknown"
RETRYABLE = (REFUSED, DEAD, UNKNOWN)
STATES = (WAITING, SENDING, DELIVERED, *RETRYABLE)

_OUTBOX, _POST = core(Outbox), core(TaskPost)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One row as it may be listed: no personal data."""

    home: str
    id: int
    key: str
    target: str
    kind: str
    cause: str
    state: str
    attempts: int
    lease: int
    due: str
    created: str
    tried: str | None
    ended: str | None
    error: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class Leased:
    """A row taken for one attempt: who settles it proves by ``lease`` that it is still his. ``body`` is opened."""

    home: str
    id: int
    key: str
    target: str
    kind: str
    attempts: int
    lease: int
    body: Mapping[str, Any] = field(repr=False)
    created: str
    number: str | None  # the target's own, once it is handed in


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt came to: the row's new ``state``, when it is due again (waiting only), and why.

    One that is only ``looked`` at, handed in before or now, does not count as an attempt.
    """

    state: str
    due: datetime | None = None
    error: str | None = None
    number: str | None = None
    receipt: Mapping[str, Any] | None = field(default=None, repr=False)
    looked: bool = False


def put(
    connection: Connection,
    keyring: Keyring,
    *,
    home: str,
    target: str,
    kind: str,
    cause: str,
    body: Mapping[str, Any],
    now: str,
) -> str:
    """Write a delivery in the transaction of its cause; answers its key. The same cause, kind and target are one row:
    what was written first stays."""
    key = keyring.digest("\x1f".join(("outbox", cause, kind, target)).encode()).hex()
    driver = Driver.of(connection)
    known = driver.one("SELECT id FROM outbox WHERE key = ?")
    if connection.exec_driver_sql(known, (key,)).scalar() is not None:
        return key
    (number,) = driver.ids("outbox", home, 1)
    key_id = keyring.current
    sealed = keyring.seal(orjson.dumps(body), _place("body", home, number, key_id))
    row = {
        **{"home": home, "id": number, "key": key, "target": target, "kind": kind, "cause": cause, "state": WAITING},
        **{"attempts": 0, "lease": 0, "due": now, "created": now, "key_id": key_id, "body": sealed},
    }
    marks = ", ".join(f":{name}" for name in row)
    statement = f"INSERT INTO outbox ({', '.join(row)}) VALUES ({marks}) ON CONFLICT (key) DO NOTHING"  # noqa: S608 - own names
    connection.execute(text(statement), row)
    return key


def due(connection: Connection, target: str, *, now: datetime, per_minute: int) -> OutboxRow | None:
    """The next row to be sent to a target: waiting and due, or sending under a lease that has ended. None while the
    target has had ``per_minute`` attempts within the last minute. What is said for one task keeps its order: a word
    waits while an earlier one has not ended."""
    minute_ago = utc_text(now - timedelta(seconds=60))
    recent = select(func.count()).where(_OUTBOX.c.target == target, _OUTBOX.c.tried > minute_ago)
    if (connection.scalar(recent) or 0) >= per_minute:
        return None
    statement = (
        select(*_columns())
        .where(_OUTBOX.c.target == target, _OUTBOX.c.state.in_((WAITING, SENDING)), _OUTBOX.c.due <= utc_text(now))
        .where(~_earlier().exists())
        .order_by(_OUTBOX.c.number.is_not(None), _OUTBOX.c.due, _OUTBOX.c.id)  # what is only looked at comes last
        .limit(1)
    )
    found = connection.execute(statement).first()
    return OutboxRow(*found) if found else None


def _earlier() -> Select[Any]:
    """What was posted before for the same task and target, and has not ended. A question whether somebody has read
    something (``read``) waits for days and holds nothing back."""
    mine, other, before = _POST.alias(), _POST.alias(), _OUTBOX.alias()
    return (
        select(before.c.id)
        .join(other, other.c.key == before.c.key)
        .join(mine, (mine.c.home == other.c.home) & (mine.c.task == other.c.task) & (mine.c.target == other.c.target))
        .where(mine.c.key == _OUTBOX.c.key, before.c.id < _OUTBOX.c.id, before.c.state.in_((WAITING, SENDING)))
        .where(other.c.way != "read")
        .correlate(_OUTBOX)
    )


def take(connection: Connection, keyring: Keyring, row: OutboxRow, *, now: datetime, until: datetime) -> Leased | None:
    """Lease a row for one attempt; None when another took it first."""
    lease, attempts = row.lease + 1, row.attempts + 1
    done = connection.execute(
        update(_OUTBOX)
        .where(*_this(row.home, row.id), _OUTBOX.c.lease == row.lease, _OUTBOX.c.state == row.state)
        .values(state=SENDING, lease=lease, attempts=attempts, due=utc_text(until), tried=utc_text(now))
    )
    if not done.rowcount:
        return None
    body = orjson.loads(_opened(connection, keyring, row.home, row.id, "body"))
    return Leased(row.home, row.id, row.key, row.target, row.kind, attempts, lease, body, row.created, row.number)


def settle(
    connection: Connection, keyring: Keyring, row: OutboxRow | Leased, settlement: Settlement, *, now: datetime
) -> bool:
    """Write what an attempt came to; answers whether the row was still his. A late one changes nothing."""
    values: dict[str, Any] = {"state": settlement.state, "error": settlement.error}
    if settlement.due is not None:
        values["due"] = utc_text(settlement.due)
    else:
        values["ended"] = utc_text(now)
    if settlement.receipt is not None:
        key_id = keyring.current
        sealed = keyring.seal(orjson.dumps(settlement.receipt), _place("receipt", row.home, row.id, key_id))
        values |= {"number": settlement.number, "receipt_key": key_id, "receipt": sealed}
    if settlement.looked:
        values |= {"number": settlement.number, "attempts": row.attempts - 1}
    done = connection.execute(
        update(_OUTBOX)
        .where(*_this(row.home, row.id), _OUTBOX.c.lease == row.lease, _OUTBOX.c.state == SENDING)
        .values(**values)
    )
    return bool(done.rowcount)


def retry(connection: Connection, home: str, id: int, *, now: str) -> OutboxRow:
    """Let a refused, dead or unknown delivery wait again, under the same key, to be handed in anew.

    Raises StoreError for any other.
    """
    row = one(connection, home, id)
    if row.state not in RETRYABLE:
        raise StoreError(f"delivery {home}-{id} is {row.state}", where="outbox", hint=f"one of {', '.join(RETRYABLE)}")
    values: dict[str, Any] = {"state": WAITING, "attempts": 0, "lease": row.lease + 1, "due": now}
    values |= dict.fromkeys(("ended", "error", "number"))
    connection.execute(update(_OUTBOX).where(*_this(home, id)).values(**values))
    return row


def one(connection: Connection, home: str, id: int) -> OutboxRow:
    """One row. Raises StoreError when there is none."""
    found = connection.execute(select(*_columns()).where(*_this(home, id))).first()
    if found is None:
        raise StoreError(f"no delivery {home}-{id}", where="outbox", hint="hub outbox list")
    return OutboxRow(*found)


def listed(connection: Connection, *, states: Sequence[str] = STATES, target: str = "", most: int) -> list[OutboxRow]:
    """Rows in these states, newest first."""
    statement = select(*_columns()).where(_OUTBOX.c.state.in_(states))
    if target:
        statement = statement.where(_OUTBOX.c.target == target)
    found = connection.execute(statement.order_by(_OUTBOX.c.created.desc(), _OUTBOX.c.id.desc()).limit(most))
    return [OutboxRow(*row) for row in found]


def body(connection: Connection, keyring: Keyring, home: str, id: int) -> Mapping[str, Any]:
    """What is handed over, opened. Raises StoreError."""
    return dict(orjson.loads(_opened(connection, keyring, home, id, "body")))


def receipt(connection: Connection, keyring: Keyring, home: str, id: int) -> Mapping[str, Any] | None:
    """What the target said, opened: ``accepted``, ``number``, ``reason``, ``body``; None before it said anything.

    Raises StoreError.
    """
    sealed = _opened(connection, keyring, home, id, "receipt")
    return None if sealed is None else dict(orjson.loads(sealed))


def _opened(connection: Connection, keyring: Keyring, home: str, id: int, part: str) -> Any:
    key_column = _OUTBOX.c.key_id if part == "body" else _OUTBOX.c.receipt_key
    found = connection.execute(select(key_column, _OUTBOX.c[part]).where(*_this(home, id))).one()
    return None if found[1] is None else keyring.open(found[0], bytes(found[1]), _place(part, home, id, found[0]))


def _place(part: str, home: str, id: int, key_id: str) -> bytes:
    return f"outbox.{part}|{home}|{id}|{key_id}".encode()


def _columns() -> list[Any]:
    return [_OUTBOX.c[each.name] for each in fields(OutboxRow)]


def _this(home: str, id: int) -> tuple[Any, ...]:
    return _OUTBOX.c.home == home, _OUTBOX.c.id == id
