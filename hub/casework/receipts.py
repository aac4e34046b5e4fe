"""Receipts: what became of what a task gave cause to, read back from the outbox; and receipts that come later.

The outbox tells its own rows; nothing is asked of anyone here. A receipt nobody can place waits as a stray.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.casework import journal
from hub.casework.follow import Following
from hub.casework.notices import Digests
from hub.casework.tasks import HUB, TaskState
from hub.clock import utc_now, utc_text
from hub.registry import Registry
from hub.settings import Settings
from hub.store import strays
from hub.store import tasks as rows
from hub.store.outbox import DELIVERED, REFUSED
from hub.store.store import Store
from hub.store.tasks import PostRow
from schemas.alias import normal

BATCH: Final = 200
"""Deliveries followed in one transaction."""


class Receipts:
    """Takes tasks on by what became of their deliveries. It is the daemon's `Beside`: a step is one transaction."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        registry: Registry | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        following: Following | None = None,
    ) -> None:
        self.store, self.clock = store, clock
        self.following = following or Following(settings, store, registry)
        self.digests = Digests(settings, store, self.following.desk.receivers, clock=clock)
        self.busy = False

    def step(self) -> None:
        """Follow what has ended since the last step; send the digests that are due."""
        with self.store.database.reading() as connection:
            ended = bool(rows.news(connection, 1))
        if ended:
            with self.store.database.transaction() as connection:
                told = rows.news(connection, BATCH)
                for post in told:
                    self._follow(connection, post)
            self.busy = len(told) == BATCH
        else:
            self.busy = False
        self.digests.step()

    def drain(self) -> None:
        """Step until nothing is left to follow."""
        self.step()
        while self.busy:
            self.step()

    def close(self) -> None:
        """Nothing is half done between two steps."""

    def _follow(self, connection: Connection, post: PostRow) -> None:
        now, ref = self.clock(), (post.home, post.task)
        at, desk = utc_text(now), self.following.desk
        if post.way == rows.READ:
            desk.heard(connection, post, now=now)
            rows.followed(connection, post.key, post.state, still=False)
            return
        told = {"target": post.target, "kind": post.kind, "delivery": f"{post.outbox_home}-{post.outbox}"}
        reason = _reason(post)
        if post.way == rows.ASKED and post.state == DELIVERED:
            desk.receive(connection, ref, by=post.target, number=post.number or "", now=now)
            self._late(connection, ref, post.target, [post.number or "", post.key], now)
        elif post.way == rows.ASKED and post.state == REFUSED:
            desk.move(connection, ref, TaskState.REFUSED, by=post.target, now=now, reason=reason)
        else:
            sent = post.state == DELIVERED
            told |= {"number": post.number} if post.number else {}
            told |= {} if sent else {"state": post.state, "reason": reason}
            kind = "told" if sent else "undelivered" if post.way == rows.ASKED else "untold"
            rows.note(connection, ref, at=at, kind=kind, by=HUB, told=told)
            if not sent:
                row = rows.one(connection, ref)
                journal.note(
                    connection, self.store, row.code, kind=f"task.{kind}", at=at, by=HUB,
                    told={"task": f"{row.home}-{row.id}", **told}, task=row.id,
                )  # fmt: skip
        if post.way == rows.ASKED:
            self.following.look_again(connection, ref, now)
        rows.followed(connection, post.key, post.state, still=post.state != DELIVERED)

    def _late(self, connection: Connection, ref: rows.Ref, source: str, numbers: list[str], now: datetime) -> None:
        """A task has become known under a number: take up the receipts that waited for it."""
        for number in filter(None, numbers):
            for stray in strays.waiting(
                connection, kind="receipt", hash=strays.hashed(self.store, source, normal(number))
            ):
                told = strays.opened(connection, self.store, stray.ref)
                _apply(self.following, connection, ref, told["accepted"], told["reason"], source, now)
                strays.end(connection, stray.ref, at=utc_text(now), task=ref[1])


def take(
    connection: Connection,
    store: Store,
    following: Following,
    *,
    source: str,
    home: str,
    number: str,
    accepted: bool,
    reason: str = "",
    now: datetime,
) -> bool:
    """A receipt that came by itself: of the task its source knows under ``number`` (its own, or the key of our
    delivery). Whether there is one; else it is kept as a stray until there is."""
    found = rows.by_number(connection, rows.ever_asked(connection).get(source, ()), [number, normal(number)])
    if found:
        _apply(following, connection, found[-1].ref, accepted, reason, source, now)
        return True
    strays.keep(
        connection, store, home=home, source=source, kind="receipt", at=utc_text(now),
        hash=strays.hashed(store, source, normal(number)),
        body={"number": number, "accepted": accepted, "reason": reason},
    )  # fmt: skip
    return False


def _apply(
    following: Following, connection: Connection, ref: rows.Ref, accepted: bool, reason: str, source: str, now: datetime
) -> None:
    state = TaskState.ACCEPTED if accepted else TaskState.REFUSED
    following.desk.move(connection, ref, state, by=source, now=now, reason=reason)


def _reason(post: PostRow) -> str:
    """Why a delivery came to nothing: the target's code where it refused, else the code of the failure."""
    said = post.error or ""
    return said.removeprefix("delivery.refused: reason ") if post.state == REFUSED else said.partition(":")[0]
