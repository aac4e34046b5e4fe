"""Pushes on their way in: kept as raw pages in groups, waiting in their order, marked once they are read.

A push is a page like any other (`hub.store.tables.Raw`, window `PUSHED`). The same bytes are one page and one row of
the inbox, whatever the number of times they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sqlalchemy import Connection, select, text, update

from hub.contract import PUSHED
from hub.store import audit
from hub.store.driver import Driver
from hub.store.post_tables import Inbox, Nonce
from hub.store.tables import core
from hub.store.vault import Keyring
from hub.store.write import Transaction

WAITING, DONE, FAILED = "waiting", "done", "failed"
"""States of an inbox row. A failed one could not be opened as a page; `retry` lets it wait again."""

Fate = Literal["kept", "again", "reused"]
"""What became of a push: new, known already, or refused since its nonce came before with other bytes."""

_INBOX = core(Inbox)


class Push(NamedTuple):
    """One push that has been found good. ``digest`` is SHA-256 of its bytes, ``packed`` the bytes, zstd-compressed.

    ``nonce`` empty has none. ``received`` and ``expires``, when no push with the nonce can be good any more, are UTC
    text.
    """

    home: str
    source: str
    stream: str
    digest: bytes
    packed: bytes
    size: int
    nonce: str
    received: str
    expires: str


class Waiting(NamedTuple):
    """A push to be read: its place in the order, and its page."""

    id: int
    stream: str
    raw: int
    fetched: str


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One row as it may be listed: no personal data."""

    home: str
    id: int
    source: str
    stream: str
    raw: int
    state: str
    times: int
    first: str
    last: str
    run: int | None
    error: str | None


def keep(connection: Connection, keyring: Keyring, writer: str, pushes: Sequence[Push], *, now: str) -> list[Fate]:
    """Keep pushes, all in the caller's transaction; answers what became of each, in their order.

    The same nonce with the same bytes is a retry and changes nothing. The same bytes under another nonce (or none) go
    to the end of the queue again: between the two something else may have been told of the same matter. One audit
    entry is written for each home.
    """
    connection.execute(text("DELETE FROM nonce WHERE expires < :now"), {"now": now})
    driver = Driver.of(connection)
    fates = [_keep(connection, driver, keyring, push) for push in pushes]
    for home in dict.fromkeys(push.home for push in pushes):
        told = [fate for push, fate in zip(pushes, fates, strict=True) if push.home == home]
        entry = {fate: told.count(fate) for fate in ("kept", "again", "reused")}
        audit.append(connection, home=home, writer=writer, action="push.kept", entry=entry, at=now)
    return fates


def _keep(connection: Connection, driver: Driver, keyring: Keyring, push: Push) -> Fate:
    content = keyring.digest(f"push|{push.source}|{push.stream}|".encode() + push.digest)
    if push.nonce:
        nonce = keyring.digest(f"nonce|{push.source}|{push.nonce}".encode())
        statement = driver.one("SELECT content FROM nonce WHERE home = ? AND hash = ?")
        seen = connection.exec_driver_sql(statement, (push.home, nonce)).scalar()
        if seen is not None:
            return "again" if bytes(seen) == content else "reused"
        driver.insert(Nonce, [(push.home, nonce, content, push.expires)])
    writes = Transaction(connection, keyring, home=push.home, source=push.source, stream=push.stream, now=push.received)
    raw = writes.keep_raw(
        run=0,  # it is read later: that run writes its number and how many items it found
        window=PUSHED,
        digest=b"push" + push.digest,  # the same bytes asked for are another page: their envelope may be another
        packed=push.packed,
        size=push.size,
        items=0,
        fetched=push.received,
        clock=None,
    )
    (turn,) = driver.ids("inbox", push.home, 1)
    again = connection.exec_driver_sql(
        driver.one("UPDATE inbox SET id = ?, state = ?, times = times + 1, last = ? WHERE home = ? AND raw = ?"),
        (turn, WAITING, push.received, push.home, raw),
    )
    if again.rowcount:
        return "again"
    row = (push.home, turn, push.source, push.stream, raw, WAITING, 1, push.received, push.received, None, None)
    driver.insert(Inbox, [row])
    return "kept"


def waiting(connection: Connection, home: str, source: str, *, most: int) -> list[Waiting]:
    """The next pushes of a source to be read, in their order."""
    statement = """SELECT inbox.id, inbox.stream, inbox.raw, raw.fetched FROM inbox
        JOIN raw ON raw.home = inbox.home AND raw.id = inbox.raw
        WHERE inbox.state = :state AND inbox.home = :home AND inbox.source = :source ORDER BY inbox.id LIMIT :most"""
    found = connection.execute(text(statement), {"state": WAITING, "home": home, "source": source, "most": most})
    return [Waiting(*row) for row in found]


def mark_read(connection: Connection, home: str, push: Waiting, *, run: int, items: int) -> None:
    """A push has been read: in the transaction of its rows. One that came again meanwhile goes on waiting."""
    connection.execute(
        text("UPDATE raw SET run = :run, items = :items WHERE home = :home AND id = :raw"),
        {"run": run, "items": items, "home": home, "raw": push.raw},
    )
    _mark(connection, home, push, state=DONE, run=run, error=None)


def mark_failed(connection: Connection, home: str, push: Waiting, *, run: int, error: str) -> None:
    """A push could not be opened as a page: it stays, with the reason."""
    _mark(connection, home, push, state=FAILED, run=run, error=error)


def _mark(connection: Connection, home: str, push: Waiting, **values: object) -> None:
    connection.execute(update(_INBOX).where(_INBOX.c.home == home, _INBOX.c.id == push.id).values(**values))


def retry(connection: Connection, *, source: str | None = None) -> int:
    """Let failed pushes, of one source or all, wait again; answers how many."""
    where = [_INBOX.c.state == FAILED] + ([_INBOX.c.source == source] if source else [])
    return connection.execute(update(_INBOX).where(*where).values(state=WAITING, error=None)).rowcount


def counts(connection: Connection) -> list[tuple[str, str, int]]:
    """(source, state, pushes), by source and state."""
    statement = "SELECT source, state, count(*) FROM inbox GROUP BY source, state ORDER BY source, state"
    return [(row[0], row[1], int(row[2])) for row in connection.execute(text(statement))]


def failed(connection: Connection, *, most: int = 100) -> list[InboxRow]:
    """Pushes that could not be opened, newest first."""
    statement = select(_INBOX).where(_INBOX.c.state == FAILED).order_by(_INBOX.c.home, _INBOX.c.id.desc()).limit(most)
    return [InboxRow(**row._mapping) for row in connection.execute(statement)]
