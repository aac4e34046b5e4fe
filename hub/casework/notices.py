"""Word to people: a work notice, an entry of somebody's list of things to do, a call that rings.

A channel takes so many notices a minute and a person reads fewer. So a notice is held back for a while: what one
account is told within a window goes out as one. A thing to do and a call go out at once, each by itself. All are
written with their cause (law L7), and sealed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from hub.casework import readings, tasks
from hub.casework.receivers import Reach, Receivers
from hub.casework.wording import NOTICE, Template
from hub.clock import utc_now, utc_text
from hub.settings import Settings
from hub.store import notices, outbox
from hub.store.notices import Held
from hub.store.store import Store
from hub.store.tasks import WORD, Ref
from schemas.delivery import Notice

BATCH: Final = 500
"""Held notices looked at in one transaction."""

LISTED: Final = 20
"""Matters a digest names; of more it tells the number."""


def tell(
    connection: Connection,
    store: Store,
    ref: Ref,
    notice: Notice,
    template: Template,
    *,
    cause: str,
    reach: Reach,
    receivers: Receivers,
    window_s: int,
    now: datetime,
    last: bool = False,
) -> int:
    """Tell people of a task the way its template says, or by a notice where their channel knows no other; answers how
    many accounts are told anew. The ``last`` word is not followed by another when it stays unread."""
    way = template.way if receivers.takes(reach.channel, template.way) else NOTICE
    if way == NOTICE:
        return hold(
            connection, store, home=ref[0], cause=cause, reach=reach, notice=notice, window_s=window_s, now=now,
            unread_s=template.unread_s, last=last,
        )  # fmt: skip
    for account in reach.accounts:
        body = {**notice.written(), "receivers": [account]}
        step = f"{cause} to {readings.account_hash(store.keyring, reach.channel, account).hex()[:16]}"
        key = tasks.hand(connection, store, ref, way, body, target=reach.channel, way=WORD, step=step, now=now)
        if receivers.takes(reach.channel, readings.KIND):
            readings.ask(
                connection, store, ref, of=key, channel=reach.channel, account=account, case=notice.case,
                unread_s=template.unread_s, last=last, now=now,
            )  # fmt: skip
    return len(reach.accounts)


def hold(
    connection: Connection,
    store: Store,
    *,
    home: str,
    cause: str,
    reach: Reach,
    notice: Notice,
    window_s: int,
    now: datetime,
    unread_s: int = 0,
    last: bool = False,
) -> int:
    """Hold a notice back for each account it is for; answers how many are new. The same cause again is none.

    The window of an account begins with the first notice held for it.
    """
    new = 0
    for account in reach.accounts:
        hashed = readings.account_hash(store.keyring, reach.channel, account)
        begun = notices.window_end(connection, reach.channel, hashed)
        due = begun if begun is not None and begun > utc_text(now) else utc_text(now + timedelta(seconds=window_s))
        kept = {"notice": {**notice.written(), "receivers": [account]}, "unread_s": unread_s, "last": last}
        new += notices.add(
            connection, store, home=home, cause=f"{cause}{notices.TO}{hashed.hex()[:16]}", channel=reach.channel,
            account=hashed, due=due, at=utc_text(now), body=orjson.dumps(kept),
        )  # fmt: skip
    return new


class Digests:
    """Sends what was held when its window ends: one notice an account. A `Beside` within `Receipts`."""

    def __init__(
        self, settings: Settings, store: Store, receivers: Receivers, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.settings, self.store, self.receivers, self.clock = settings, store, receivers, clock

    def step(self) -> None:
        """Hand over the digests that are due."""
        now = self.clock()
        with self.store.database.reading() as connection:
            if not notices.due(connection, utc_text(now), 1):
                return
        with self.store.database.transaction() as connection:
            held = notices.due(connection, utc_text(now), BATCH)
            for _, group in groupby(held, key=lambda each: (each.channel, each.account)):
                self._send(connection, list(group), now)

    def _send(self, connection: Connection, held: Sequence[Held], now: datetime) -> None:
        kept = [orjson.loads(notices.opened(self.store, each)) for each in held]
        bodies = [_notice(each) for each in kept]
        body = bodies[0] if len(bodies) == 1 else digest(bodies).written()
        channel = held[0].channel
        key = outbox.put(
            connection, self.store.keyring, home=held[0].home, target=channel, kind=Notice.kind,
            cause=f"notices {held[0].home}-{held[0].id} to {held[-1].id}", body=body, now=utc_text(now),
        )  # fmt: skip
        notices.sent(connection, held, key)
        if not self.receivers.takes(channel, readings.KIND):
            return
        for each, told, one in zip(held, kept, bodies, strict=True):
            ref = notices.task_of(connection, each)
            if ref is not None:
                readings.ask(
                    connection, self.store, ref, of=key, channel=channel, account=one["receivers"][0],
                    case=one.get("case", ""), unread_s=told.get("unread_s", 0), last=told.get("last", False), now=now,
                )  # fmt: skip


def digest(bodies: Sequence[dict[str, Any]]) -> Notice:
    """Several notices to one account as one: a line each, in the order in which they were held, with its own link."""
    lines = [
        " ".join(filter(None, (each["title"], each.get("text", ""), each.get("link", "")))) for each in bodies[:LISTED]
    ]
    if (more := len(bodies) - LISTED) > 0:
        lines.append(f"另有 {more} 件")
    last = bodies[-1]
    return Notice(
        case=last.get("case", ""), number=last.get("number", ""), at=last["at"], receivers=last["receivers"],
        title=f"{len(bodies)} 件事项待办理", text="\n".join(lines),
    )  # fmt: skip


def _notice(kept: dict[str, Any]) -> dict[str, Any]:
    """The notice of a held row; one held by an older version is the row."""
    told: dict[str, Any] = kept.get("notice", kept)
    return told
