"""Whether word to people arrived and was read: asked of the channel, kept with the time it tells.

The question is a delivery of the kind `KIND` like any other: the channel answers it later (`hub.contract.Awaited`), or
says at its end that nobody has read it. What was received and what was read are two questions, one after the other.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from hub.casework import journal, tasks
from hub.casework.deadlines import read_time
from hub.clock import utc_text
from hub.store import outbox
from hub.store import tasks as rows
from hub.store.outbox import DELIVERED
from hub.store.store import Store
from hub.store.tasks import PostRow, Ref
from hub.store.vault import Keyring

KIND: Final = "reading"
"""The kind of delivery: its body tells ``notice`` (the key it went out under), ``receivers``, ``want`` (received or
read), ``until`` (UTC text), ``case``; ``last`` is for the hub. Its receipt's body tells ``received`` and ``read``."""

UNREAD: Final = "unread"
"""The reason of a receipt that says that nobody has, until the end."""

LONGEST: Final = timedelta(days=14)
"""Nobody is asked about for longer."""


def ask(
    connection: Connection,
    store: Store,
    ref: Ref,
    *,
    of: str,
    channel: str,
    account: str,
    case: str,
    unread_s: int,
    last: bool,
    now: datetime,
) -> None:
    """Ask ``channel`` whether ``account`` has got what went out under the key ``of`` for a task, for ``unread_s``
    seconds; 0: for `LONGEST`."""
    until = now + (timedelta(seconds=unread_s) if unread_s else LONGEST)
    body = {
        "notice": of, "receivers": [account], "want": "received", "until": utc_text(until), "case": case,
        "last": last or not unread_s,
    }  # fmt: skip
    _post(connection, store, ref, body, channel=channel, now=now)


def heard(connection: Connection, store: Store, post: PostRow, *, now: datetime) -> tuple[bool, str | None]:
    """Take what the channel said of a task: whether its people received it, and the account that is to be told again
    since it did not read; None where that is not to be.

    What it said of reading is a proof of reading, at its own time unless that lies ahead of ours.
    """
    ref = (post.home, post.task)
    told = (outbox.receipt(connection, store.keyring, post.outbox_home, post.outbox) or {}).get("body", {})
    asked = outbox.body(connection, store.keyring, post.outbox_home, post.outbox)
    delivery = {"delivery": f"{post.outbox_home}-{post.outbox}"}
    if post.state == DELIVERED:
        if told.get("read"):
            read = _time(told["read"], now)
            if not tasks.read(connection, store, ref, by=post.target, now=read, told=delivery):
                rows.note(connection, ref, at=utc_text(read), kind="read", by=post.target, told=delivery)
        elif asked["want"] == "received":
            _post(connection, store, ref, {**asked, "want": "read"}, channel=post.target, now=now)
        return True, None
    at, row = utc_text(now), rows.one(connection, ref)
    unread = (post.error or "").endswith(f"reason {UNREAD}")
    kind = UNREAD if unread else "reading_unknown"
    rows.note(connection, ref, at=at, kind=kind, by=post.target, told=delivery | ({} if unread else _why(post)))
    if not unread or row.read is not None or row.ended is not None:
        return False, None
    journal.note(connection, store, row.code, kind=f"task.{UNREAD}", at=at, by=post.target, task=row.id)
    return False, None if asked["last"] else str(asked["receivers"][0])


@dataclass(frozen=True, slots=True)
class Reader:
    """One who was told of a task: the ``account``, when it was asked about first, received and read (UTC text)."""

    account: str = field(repr=False)
    channel: str
    told: str
    received: str = ""
    read: str = ""

    def mark(self, keyring: Keyring) -> str:
        """The account as it may lie open: the same mark wherever it is told."""
        return account_hash(keyring, self.channel, self.account).hex()[:16]


def account_hash(keyring: Keyring, channel: str, account: str) -> bytes:
    """The keyed hash of an account at a channel."""
    return keyring.digest(f"account\x1f{channel}\x1f{account}".encode())


def readers(connection: Connection, store: Store, ref: Ref) -> list[Reader]:
    """All who were told of a task over a channel that says who reads, in the order in which they were told."""
    found: dict[tuple[str, str], Reader] = {}
    for post in rows.posts(connection, ref):
        if post.way != rows.READ:
            continue
        asked = outbox.body(connection, store.keyring, post.outbox_home, post.outbox)
        said = (outbox.receipt(connection, store.keyring, post.outbox_home, post.outbox) or {}).get("body", {})
        account = str(asked["receivers"][0])
        told = outbox.one(connection, post.outbox_home, post.outbox).created
        before = found.get((post.target, account)) or Reader(account, post.target, told)
        times = {name: getattr(before, name) or said.get(name) or "" for name in ("received", "read")}
        found[post.target, account] = replace(before, **times)
    return sorted(found.values(), key=lambda each: (each.told, each.account))


def _post(connection: Connection, store: Store, ref: Ref, body: dict[str, Any], *, channel: str, now: datetime) -> None:
    step = f"{KIND} {body['want']} of {body['notice']}"
    tasks.hand(connection, store, ref, KIND, body, target=channel, way=rows.READ, step=step, now=now)


def _why(post: PostRow) -> dict[str, str]:
    return {"state": post.state, "error": (post.error or "").partition(":")[0]}


def _time(text: str, now: datetime) -> datetime:
    """When the channel says that it was: UTC text. What is no such time, or lies ahead of ours, is taken for now."""
    try:
        return min(read_time(text), now.astimezone(UTC))
    except ValueError:  # that it was read is known all the same
        return now
