"""Notices held back for their window: rows of `hub.store.task_tables.HeldNotice`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, update

from hub.store.driver import Driver
from hub.store.store import Store
from hub.store.tables import core
from hub.store.task_tables import HeldNotice, Task
from hub.store.tasks import Ref

HELD, TASK = core(HeldNotice), core(Task)

TO = " to "
"""Stands in a cause between what the notice follows from and the hash of the account it is for."""


@dataclass(frozen=True, slots=True)
class Held:
    """One notice that waits; its body is sealed."""

    home: str
    id: int
    cause: str
    channel: str
    account: bytes
    key_id: str
    body: bytes = field(repr=False)


def window_end(connection: Connection, channel: str, account: bytes) -> str | None:
    """When the window of an account ends, by the notice held last; None while nothing is held for it."""
    waiting = (HELD.c.sent.is_(None), HELD.c.channel == channel, HELD.c.account == account)
    return connection.scalar(select(HELD.c.due).where(*waiting).order_by(HELD.c.due.desc()).limit(1))


def add(
    connection: Connection,
    store: Store,
    *,
    home: str,
    cause: str,
    channel: str,
    account: bytes,
    due: str,
    at: str,
    body: bytes,
) -> bool:
    """Hold one; whether its cause is new."""
    if connection.scalar(select(HELD.c.id).where(HELD.c.cause == cause)) is not None:
        return False
    (number,) = Driver.of(connection).ids("held_notice", home, 1)
    key_id = store.keyring.current
    row = {"home": home, "id": number, "cause": cause, "channel": channel, "account": account, "due": due, "held": at}
    sealed = store.keyring.seal(body, _place(home, number, key_id))
    connection.execute(insert(HELD).values(**row, key_id=key_id, body=sealed))
    return True


def due(connection: Connection, now: str, most: int) -> list[Held]:
    """Those whose window has ended, by account, in the order in which they were held."""
    columns = (HELD.c[name] for name in ("home", "id", "cause", "channel", "account", "key_id", "body"))
    statement = select(*columns).where(HELD.c.sent.is_(None), HELD.c.due <= now)
    rows = connection.execute(statement.order_by(HELD.c.channel, HELD.c.account, HELD.c.home, HELD.c.id).limit(most))
    return [
        Held(row.home, row.id, row.cause, row.channel, bytes(row.account), row.key_id, bytes(row.body)) for row in rows
    ]


def task_of(connection: Connection, held: Held) -> Ref | None:
    """The task a notice tells of: the one its cause asked for. None where it tells of none by itself."""
    cause = held.cause.rpartition(TO)[0]
    row = connection.execute(select(TASK.c.home, TASK.c.id).where(TASK.c.cause == cause)).first()
    return (row.home, row.id) if row else None


def sent(connection: Connection, held: Sequence[Held], key: str) -> None:
    """They went out with the delivery of that key."""
    for each in held:
        this = (HELD.c.home == each.home, HELD.c.id == each.id)
        connection.execute(update(HELD).where(*this).values(sent=key))


def opened(store: Store, held: Held) -> bytes:
    """The body of one."""
    return store.keyring.open(held.key_id, held.body, _place(held.home, held.id, held.key_id))


def _place(home: str, number: int, key_id: str) -> bytes:
    return f"held_notice|{home}|{number}|{key_id}".encode()
